"""How the page's process carries MQTT, and for whom."""

import asyncio
import threading

import aiohttp
import aiohttp.web
import pytest

from emoflix_device.web.bridge import MESSAGE_LIMIT_BYTES, Bridge, BrokerAddress
from tests.mosquitto import GUARD_S, HOST, Ear, Mosquitto, free_port, wait_until
from tests.web.asking import get, shake_hands, through
from tests.web.stage import TOPICS, WebProcess


@pytest.mark.parametrize("version", [4, 5])
def test_mqtt_goes_through_both_ways(web: WebProcess, mosquitto: Mosquitto, version: int) -> None:
    with Ear(mosquitto.port, "emoflix/#") as ear:
        client = through(web, version=version)
        heard, subscribed = threading.Event(), threading.Event()
        client.on_message = lambda *_: heard.set()
        client.on_subscribe = lambda *_: subscribed.set()
        client.subscribe(TOPICS.of("settings"), 1)
        assert subscribed.wait(GUARD_S)
        client.publish(TOPICS.command("guest", "camera"), b"OFF", 1)
        ear.wait_for(TOPICS.command("guest", "camera"), b"OFF")
        ear.say(TOPICS.of("settings"), b"{}", retain=True)
        assert heard.wait(GUARD_S)
        client.disconnect()
        client.loop_stop()


def test_a_picture_of_four_megabytes_goes_through(web: WebProcess, mosquitto: Mosquitto) -> None:
    topic = TOPICS.command("guest", "analyze").encode()
    body = len(topic).to_bytes(2) + topic + b"\xff" * 4_000_000
    connect = bytes.fromhex("10 0d 0004 4d515454 04 02 003c 0001 61")

    async def send() -> None:
        # By hand: paho's own WebSocket leaves the end of so long a message unsent.
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(
                f"{web.address}/mqtt", protocols=("mqtt",), origin=web.address
            ) as socket,
        ):
            await socket.send_bytes(connect)
            assert (await socket.receive_bytes(timeout=GUARD_S))[:1] == b"\x20"
            await socket.send_bytes(b"\x30" + remaining_length(len(body)) + body)
            # The broker answers the ping once it has taken all that came before.
            await socket.send_bytes(b"\xc0\x00")
            assert await socket.receive_bytes(timeout=GUARD_S) == b"\xd0\x00"

    with Ear(mosquitto.port, "emoflix/#") as ear:
        asyncio.run(send())
        assert len(ear.wait_for(topic.decode()).payload) == 4_000_000


def remaining_length(count: int) -> bytes:
    """MQTT's variable byte integer."""
    written = bytearray()
    while True:
        count, low = divmod(count, 128)
        written.append(low | (0x80 if count else 0))
        if not count:
            return bytes(written)


def test_a_broker_that_ends_ends_the_connection_and_a_new_one_serves_again(
    web: WebProcess, mosquitto: Mosquitto
) -> None:
    client = through(web)
    gone, back = threading.Event(), threading.Event()
    client.on_disconnect = lambda *_: gone.set()
    client.on_connect = lambda *_: back.set()
    mosquitto.stop()
    assert gone.wait(GUARD_S)
    assert asyncio.run(shake_hands(web, origin=web.address)) == 503
    mosquitto.start()
    assert back.wait(GUARD_S)
    client.disconnect()
    client.loop_stop()


def test_only_the_page_itself_may_open_the_way(web: WebProcess) -> None:
    assert asyncio.run(shake_hands(web, origin=web.address)) == 101
    assert asyncio.run(shake_hands(web, origin="http://evil.com")) == 403
    assert asyncio.run(shake_hands(web)) == 403
    assert asyncio.run(shake_hands(web, origin=web.address, protocol="chat")) == 400
    assert get(web, "/mqtt", Origin=web.address).status == 400


@pytest.mark.parametrize("message", ["text", bytes(MESSAGE_LIMIT_BYTES + 1)], ids=["text", "large"])
def test_a_message_that_is_text_or_too_large_ends_the_connection(
    web: WebProcess, message: str | bytes
) -> None:
    async def send() -> bool:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(
                f"{web.address}/mqtt", protocols=("mqtt",), origin=web.address
            ) as socket,
        ):
            try:
                await (
                    socket.send_str(message)
                    if isinstance(message, str)
                    else socket.send_bytes(message)
                )
            except ConnectionError:
                return True
            await socket.receive(GUARD_S)
            return socket.closed

    assert asyncio.run(send())
    assert asyncio.run(shake_hands(web, origin=web.address)) == 101


def test_there_is_room_for_so_many_and_no_more(mosquitto: Mosquitto) -> None:
    async def statuses() -> list[int]:
        bridge = Bridge(BrokerAddress(HOST, mosquitto.port), connections=2)
        app = aiohttp.web.Application()
        app.router.add_get("/mqtt", bridge.carry)
        runner = aiohttp.web.AppRunner(app)
        await runner.setup()
        port = free_port()
        await aiohttp.web.TCPSite(runner, HOST, port).start()
        found = []
        async with aiohttp.ClientSession() as session:
            sockets = []
            for _ in range(3):
                try:
                    sockets.append(
                        await session.ws_connect(f"http://{HOST}:{port}/mqtt", protocols=("mqtt",))
                    )
                    found.append(101)
                except aiohttp.WSServerHandshakeError as error:
                    found.append(error.status)
            await sockets[0].close()
            async with session.ws_connect(f"http://{HOST}:{port}/mqtt", protocols=("mqtt",)):
                found.append(101)
            await bridge.close()
        await runner.cleanup()
        return found

    assert asyncio.run(statuses()) == [101, 101, 503, 101]


def test_browsers_that_hear_nothing_do_not_keep_the_process(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def close_never(*_: object) -> None:
        await asyncio.Event().wait()

    async def close_all() -> None:
        bridge = Bridge(BrokerAddress(HOST, mosquitto.port))
        app = aiohttp.web.Application()
        app.router.add_get("/mqtt", bridge.carry)
        runner = aiohttp.web.AppRunner(app, shutdown_timeout=1, handler_cancellation=True)
        await runner.setup()
        port = free_port()
        await aiohttp.web.TCPSite(runner, HOST, port).start()
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                await session.ws_connect(f"http://{HOST}:{port}/mqtt", protocols=("mqtt",))
            with monkeypatch.context() as deaf:
                deaf.setattr(aiohttp.web.WebSocketResponse, "close", close_never)
                await asyncio.wait_for(bridge.close(), GUARD_S)
        await runner.cleanup()

    asyncio.run(close_all())


def test_fifty_phones_are_served_at_once(web: WebProcess, mosquitto: Mosquitto) -> None:
    phones = [through(web) for _ in range(50)]
    heard: list[int] = []
    for number, phone in enumerate(phones):
        phone.on_message = lambda *_, number=number: heard.append(number)
        phone.subscribe(TOPICS.of("recommendations"), 1)
    with Ear(mosquitto.port) as ear:
        ear.say(TOPICS.of("recommendations"), b"{}", retain=True)
        wait_until(lambda: {*heard} == {*range(50)}, "all phones hear the slate")
    for phone in phones:
        phone.disconnect()
        phone.loop_stop()
