"""Carries `/mqtt`: the bytes of a browser's WebSocket to the broker and back.

MQTT over WebSocket is the very stream of MQTT over TCP, cut into binary messages (MQTT 5.0,
section 6.0), so nothing is read on the way. Who may do what is the broker's business.
"""

import asyncio
import logging
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiohttp import WSMsgType, web

_LOG = logging.getLogger(__name__)

PROTOCOL: Final = "mqtt"
MESSAGE_LIMIT_BYTES: Final = 4 * 1024 * 1024 + 64 * 1024
"""A picture to be analysed, and what MQTT puts around it."""
CHUNK_BYTES: Final = 64 * 1024
CONNECTIONS: Final = 100
CONNECT_S: Final = 10.0
"""The broker answers, and the browser sends its first bytes, within this time."""
IDLE_S: Final = 300.0
"""The page pings every minute; whoever is silent for so long has gone."""
HEARTBEAT_S: Final = 30.0
FAREWELL_S: Final = 1.0
"""All browsers together have so long to take it that the process ends; systemd waits for five."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker listens."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


class Bridge:
    """All connections of browsers to one broker."""

    def __init__(self, broker: BrokerAddress, *, connections: int = CONNECTIONS) -> None:
        """Carry at most so many connections at once."""
        self._broker = broker
        self._free = connections
        self._sockets: set[web.WebSocketResponse] = set()

    async def carry(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its handshake to its end."""
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,),
            heartbeat=HEARTBEAT_S,
            max_msg_size=MESSAGE_LIMIT_BYTES,
            compress=False,
        )
        if socket.can_prepare(request).protocol != PROTOCOL:
            raise web.HTTPBadRequest(text="only a WebSocket with the sub-protocol mqtt comes in\n")
        if self._free <= 0:
            raise web.HTTPServiceUnavailable(text="too many connections\n")
        self._free -= 1
        try:
            return await self._carry(request, socket)
        finally:
            self._free += 1

    async def close(self) -> None:
        """End all connections, so that the process can end; who hears nothing is left behind."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await asyncio.gather(*(socket.close() for socket in self._sockets))

    async def _carry(
        self, request: web.Request, socket: web.WebSocketResponse
    ) -> web.StreamResponse:
        broker = self._broker
        try:
            reader, writer = await asyncio.wait_for(
                asyncio.open_connection(broker.host, broker.port, ssl=broker.tls), CONNECT_S
            )
        except (OSError, TimeoutError) as error:
            _LOG.warning("no broker at %s:%d: %s", broker.host, broker.port, error)
            raise web.HTTPServiceUnavailable(text="the broker is away\n") from error
        try:
            await socket.prepare(request)
            self._sockets.add(socket)
            down = asyncio.create_task(_to_browser(reader, socket))
            try:
                await _to_broker(socket, writer)
            finally:
                down.cancel()
                await asyncio.gather(down, return_exceptions=True)
        finally:
            self._sockets.discard(socket)
            writer.close()
        return socket


async def _to_broker(socket: web.WebSocketResponse, writer: asyncio.StreamWriter) -> None:
    patience_s = CONNECT_S
    try:
        while (message := await socket.receive(patience_s)).type is WSMsgType.BINARY:
            patience_s = IDLE_S
            writer.write(message.data)
            await writer.drain()
    except TimeoutError:
        _LOG.info("a browser was silent for %.0f s", patience_s)
    except ConnectionError:
        pass  # the broker has gone, or has thrown this client out
    await socket.close()


async def _to_browser(reader: asyncio.StreamReader, socket: web.WebSocketResponse) -> None:
    try:
        while data := await reader.read(CHUNK_BYTES):
            await socket.send_bytes(data)
    except ConnectionError:
        pass
    await socket.close()
