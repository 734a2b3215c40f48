// mqtt.js, as far as a browser needs it: its client over a WebSocket.

import "./node";
import MqttClient, { type IClientOptions } from "mqtt/lib/client";
import { browserStreamBuilder } from "mqtt/lib/connect/ws";

export type { IClientOptions, MqttClient };

/** What mqtt.js does itself for an address of a WebSocket. */
export function connect(address: string, options: IClientOptions): MqttClient {
  const whole = { ...options, transformWsUrl: () => address };
  return new MqttClient((client) => browserStreamBuilder(client, whole), whole);
}
