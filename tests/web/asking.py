"""The page's process, asked as a browser asks it, and otherwise."""

import http.client
import threading
from collections.abc import Mapping
from contextlib import closing
from typing import Any, NamedTuple

import aiohttp
import aiohttp.web
from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from tests.mosquitto import GUARD_S, HOST
from tests.web.stage import WebProcess


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(web: WebProcess, method: str, address: str, body: bytes | None, **headers: str) -> Answer:
    """One request without redirects or decoding, as it goes over the wire."""
    with closing(http.client.HTTPConnection(HOST, web.port, timeout=GUARD_S)) as connection:
        connection.request(method, address, body, headers)
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.headers), answer.read())


def get(web: WebProcess, address: str, **headers: str) -> Answer:
    return ask(web, "GET", address, None, **headers)


def post(web: WebProcess, address: str, body: bytes, **headers: str) -> Answer:
    return ask(web, "POST", address, body, **{"Origin": web.address} | headers)


def through(web: WebProcess, *, origin: str | None = None, version: int = 5) -> Client:
    """An MQTT client that comes in as a browser does, connected."""
    protocol = MQTTProtocolVersion.MQTTv5 if version == 5 else MQTTProtocolVersion.MQTTv311
    client = Client(CallbackAPIVersion.VERSION2, protocol=protocol, transport="websockets")
    client.ws_set_options("/mqtt", {"Origin": origin or web.address})
    connected = threading.Event()

    def on_connect(
        _client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _: Properties | None
    ) -> None:
        if not reason.is_failure:
            connected.set()

    client.on_connect = on_connect
    client.connect(HOST, web.port)
    client.loop_start()
    assert connected.wait(GUARD_S)
    return client


async def shake_hands(web: WebProcess, *, origin: str | None = None, protocol: str = "mqtt") -> int:
    """The status that an attempt at a WebSocket ends with."""
    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(
                f"{web.address}/mqtt", protocols=(protocol,), origin=origin
            ):
                return 101
        except aiohttp.WSServerHandshakeError as error:
            return error.status
