// The connection to the broker: state comes in, requests go out and find their answers.

import type { CommandName, Commands, Event, Reply } from "./contract";
import type { IClientOptions, MqttClient } from "./mqtt";
import * as state from "./state";

const ANSWER_MS = 10_000;
const LONG_ANSWER_MS = 30_000; // for what waits on a picture or on another machine
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const PROTOCOL_REFUSED = new Set([1, 0x84]); // 3.1.1's and 5's way to say: not this version

export class RequestError extends Error {
  constructor(
    readonly kind: "offline" | "unanswered" | "refused",
    readonly field = "",
    message = "",
  ) {
    super(message);
  }
}

export interface Session {
  device: string;
  user: string;
  password?: string | null;
}

interface Waiting {
  name: string;
  resolve: (result: never) => void;
  reject: (error: RequestError) => void;
  timer: number;
}

const text = new TextDecoder();
const waiting = new Map<string, Waiting>();
let client: MqttClient | null = null;
let session: Session | null = null;
let pauseMs = FIRST_PAUSE_MS;

/** Connects, and stays connected for as long as the page is open. */
export async function start(known: Promise<Session | null>): Promise<void> {
  const { connect } = await import("./mqtt");
  session = await known;
  if (session === null) {
    become("unpaired");
    return;
  }
  open(connect, 5);
  const again = () => {
    if (document.visibilityState === "visible" && client !== null && !client.connected) {
      pauseMs = FIRST_PAUSE_MS;
      client.reconnect();
    }
  };
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", again);
}

/** Asks the device; the promise is kept with the result, or broken with a RequestError. */
export function request<Name extends CommandName>(
  name: Name,
  body: Commands[Name][0],
): Promise<Commands[Name][1]> {
  return new Promise((resolve, reject) => {
    // Without the box, a broker takes a request and forgets it.
    if (client === null || session === null || !client.connected || !state.live.value) {
      reject(new RequestError("offline"));
      return;
    }
    const picture = body instanceof Uint8Array;
    const patient = picture || name === "play";
    const id = newId();
    const payload = picture ? (body as Uint8Array) : JSON.stringify({ ...body, request: id });
    const timer = window.setTimeout(
      () => settle(id)?.reject(new RequestError("unanswered")),
      patient ? LONG_ANSWER_MS : ANSWER_MS,
    );
    waiting.set(id, { name, resolve, reject, timer });
    const base = `emoflix/${session.device}/client/${session.user}`;
    client.publish(`${base}/command/${name}`, payload as never, {
      qos: 1,
      properties: { responseTopic: `${base}/reply/${name}`, correlationData: bytes(id) as never },
    });
  });
}

/** As whom to speak; null for a phone that is not paired. Asks until there is an answer. */
export async function fetchSession(): Promise<Session | null> {
  for (;;) {
    try {
      const response = await fetch("/session", { cache: "no-store" });
      if (response.ok) return (await response.json()) as Session;
      if (response.status === 401) return null;
    } catch {
      // not reachable: the same as an answer that is of no use
    }
    become("lost");
    await new Promise((resume) => setTimeout(resume, nextPauseMs()));
  }
}

function open(connect: (address: string, options: IClientOptions) => MqttClient, version: 4 | 5): void {
  if (session === null) return;
  const known = session;
  const options: IClientOptions = {
    protocolVersion: version,
    username: known.user,
    clientId: `page-${newId()}`,
    clean: true,
    keepalive: 60,
    connectTimeout: 8000,
    reconnectPeriod: FIRST_PAUSE_MS,
    queueQoSZero: false,
    resubscribe: false,
    timerVariant: "native", // its worker would need a hole in the content-security policy
  };
  if (known.password) options.password = known.password;
  const opened = connect(`${location.origin.replace(/^http/, "ws")}/mqtt`, options);
  client = opened;
  opened.on("connect", () => {
    pauseMs = FIRST_PAUSE_MS;
    state.availability.value = null;
    become("open");
    const base = `emoflix/${known.device}`;
    const topics = ["info", "settings", "mood", "recommendations", "event", "availability"];
    opened.subscribe([...topics.map((topic) => `${base}/${topic}`), `${base}/client/${known.user}/reply/#`], {
      qos: 1,
    });
  });
  opened.on("close", () => {
    become("lost");
    opened.options.reconnectPeriod = nextPauseMs();
    for (const id of [...waiting.keys()]) settle(id)?.reject(new RequestError("offline"));
  });
  opened.on("error", (error) => {
    const code = "code" in error ? Number(error.code) : NaN;
    if (version === 5 && PROTOCOL_REFUSED.has(code)) {
      opened.end(true);
      open(connect, 4);
    }
  });
  opened.on("message", (topic, payload, packet) => {
    const path = topic.split("/").slice(2);
    if (path[0] === "client") answer(payload, packet.properties?.correlationData);
    else hear(path[0] ?? "", payload);
  });
}

function become(connection: state.Connection): void {
  if (state.connection.value === connection) return;
  state.connection.value = connection;
  state.connectionSince.value = new Date();
}

function nextPauseMs(): number {
  const pause = pauseMs * (0.75 + Math.random() / 2);
  pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  return pause;
}

const STATES: Record<string, (message: never) => void> = {
  info: (message) => (state.info.value = message),
  settings: (message) => (state.settings.value = message),
  mood: (message) => (state.mood.value = message),
  recommendations: (message) => (state.slate.value = message),
  event: hearEvent,
};

function hear(name: string, payload: Uint8Array): void {
  if (name === "availability") {
    const heard = text.decode(payload);
    if (heard !== "online" && heard !== "offline") return;
    if (heard !== state.availability.value) state.availabilitySince.value = new Date();
    state.availability.value = heard;
    return;
  }
  const message = parse(payload);
  if (message !== null) STATES[name]?.(message as never);
}

function hearEvent(event: Event): void {
  if (event.type === "recommended") {
    state.moodReasons.value = { slate: event.slate, reasons: event.mood_reasons };
  } else if (event.type === "guide") {
    state.guide.value = { hint: event.hint, leftS: event.left_s };
  }
}

function answer(payload: Uint8Array, correlation: Uint8Array | undefined): void {
  const reply = parse(payload) as Reply | null;
  if (reply === null) return;
  const id = reply.request ?? (correlation === undefined ? undefined : text.decode(correlation));
  const found = id === undefined ? undefined : settle(id);
  if (reply.error !== undefined) {
    found?.reject(new RequestError("refused", reply.error.field, reply.error.message));
  } else {
    found?.resolve(reply.ok as never);
  }
}

function settle(id: string): Waiting | undefined {
  const found = waiting.get(id);
  if (found !== undefined) {
    clearTimeout(found.timer);
    waiting.delete(id);
  }
  return found;
}

function parse(payload: Uint8Array): object | null {
  try {
    const message: unknown = JSON.parse(text.decode(payload));
    return typeof message === "object" ? message : null;
  } catch {
    return null; // an expired or erased retained message is empty
  }
}

function bytes(id: string): Uint8Array {
  return new TextEncoder().encode(id);
}

// crypto.randomUUID is there only under https.
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
