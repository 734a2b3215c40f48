"""The page's process: what it hands out, to whom, and how it carries MQTT."""

import asyncio
import gzip
import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import aiohttp.web
import pytest
from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from emoflix_device.web.bridge import MESSAGE_LIMIT_BYTES, Bridge, BrokerAddress
from emoflix_device.web.headers import is_ours, is_same_origin
from emoflix_device.web.page import read_page
from tests.mosquitto import GUARD_S, HOST, Ear, Mosquitto, free_port, wait_until
from tests.web.stage import DEVICE, TOPICS, WebProcess

PAIR = "from emoflix_device.web.command import pair; pair()"


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


def test_the_page_comes_with_everything_forbidden_but_itself(web: WebProcess) -> None:
    answer = get(web, "/")
    assert answer.status == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "aiohttp" not in answer.headers["Server"].lower()
    body = answer.body.decode()
    assert "<script>" not in body
    assert "style=" not in body


def test_every_file_has_its_type_its_cache_and_its_compressed_form(web: WebProcess) -> None:
    for address, file in read_page().items():
        answer = get(web, address, **{"Accept-Encoding": "gzip"})
        assert answer.status == 200
        assert answer.headers["Content-Type"] == file.content_type
        body = answer.body
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        assert body == file.path.read_bytes()
        kept = "immutable" in answer.headers["Cache-Control"]
        assert kept == address.startswith("/assets/")


def test_the_page_asks_for_nothing_from_elsewhere(built_page: Path) -> None:
    for file in [*built_page.glob("*.html"), *built_page.glob("assets/*.css")]:
        assert "//" not in file.read_text(encoding="utf-8"), file.name


def test_all_of_it_is_under_200_kb_compressed(built_page: Path) -> None:
    sizes = {file.name: file.stat().st_size for file in built_page.rglob("*") if file.is_file()}
    sent = [
        size for name, size in sizes.items() if name.endswith(".gz") or f"{name}.gz" not in sizes
    ]
    assert sum(sent) < 200_000


@pytest.mark.parametrize(
    "address",
    ["/nothing", "/../command.py", "/%2e%2e/command.py", "/assets/../../app.py", "//etc/passwd"],
)
def test_what_is_not_the_page_is_not_found(web: WebProcess, address: str) -> None:
    answer = get(web, address)
    assert answer.status == 404
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_strangers_name_for_this_box_is_not_answered(web: WebProcess) -> None:
    assert get(web, "/", Host="rebound.example.com").status == 421
    assert get(web, "/", Host=f"localhost:{web.port}").status == 200
    assert get(web, "/", Host="emoflix.local").status == 200


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("192.168.1.20:8080", True),
        ("[fe80::1]:8080", True),
        ("LOCALHOST", True),
        ("box.fritz.box", False),
        ("box.example.org:80", True),
        ("local.evil.com", False),
        ("[", False),
        ("", False),
    ],
)
def test_own_names_are_told_from_strangers(host: str, ours: bool) -> None:  # noqa: FBT001
    assert is_ours(host, names=["box.example.org"]) == ours


def test_an_origin_must_be_this_very_page() -> None:
    assert is_same_origin("http://box.local:8080", "box.local:8080")
    for other in (
        None,
        "null",
        "http://box.local",
        "http://evil.com",
        "http://box.local:8080.evil.com",
        "http://[box.local:8080",
    ):
        assert not is_same_origin(other, "box.local:8080")


def test_without_pairing_everyone_is_a_guest(web: WebProcess) -> None:
    session = json.loads(get(web, "/session").body)
    assert session == {"device": DEVICE, "user": "guest", "password": None}
    assert post(web, "/pair", b'{"token": "x"}').status == 404


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


def test_the_process_ends_at_once_when_told_to(web: WebProcess) -> None:
    client = through(web)
    web.process.terminate()
    assert web.process.wait(3) == 0
    client.loop_stop()


def test_a_port_that_is_taken_is_told_in_one_line(web: WebProcess) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "emoflix_device.web", "--config", web.config],
        capture_output=True,
        text=True,
        timeout=GUARD_S,
        check=False,
    )
    assert second.returncode == 2
    assert str(web.port) in second.stderr
    assert second.stderr.count("\n") == 1


@pytest.fixture
def paired_web(built_page: Path, tmp_path: Path) -> Iterator[WebProcess]:
    """A process that lets only paired phones in, before a broker that knows one phone."""
    assert built_page.is_dir()
    users = tmp_path / "users"
    users.write_text("phone-01:secret\n", encoding="utf-8")
    with (
        Mosquitto(tmp_path, users={"phone-01": "secret"}) as broker,
        WebProcess(
            broker.port, tmp_path, users_file=str(users), state_dir=str(tmp_path / "state")
        ) as web,
    ):
        yield web


def pair(web: WebProcess, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PAIR, "--config", web.config, *options],
        capture_output=True,
        text=True,
        timeout=GUARD_S,
        check=False,
    )


def invitation(web: WebProcess) -> str:
    """The token in what `emoflix pair` shows."""
    shown = pair(web).stdout
    assert "▄" in shown
    return shown.rpartition("#pair=")[2].strip()


def test_a_phone_is_paired_by_an_invitation_and_is_then_a_user_of_its_own(
    paired_web: WebProcess,
) -> None:
    web = paired_web
    assert get(web, "/").status == 200
    assert get(web, "/session").status == 401
    assert asyncio.run(shake_hands(web, origin=web.address)) == 401
    token = invitation(web)
    body = json.dumps({"token": token}).encode()
    assert post(web, "/pair", body, Origin="http://evil.com").status == 403
    answer = post(web, "/pair", body)
    assert answer.status == 204
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    session = json.loads(get(web, "/session", Cookie=cookie.partition(";")[0]).body)
    assert session == {"device": DEVICE, "user": "phone-01", "password": "secret"}
    assert post(web, "/pair", body).status == 403
    second = json.dumps({"token": invitation(web)}).encode()
    assert post(web, "/pair", second).status == 409
    assert pair(web, "--list").stdout == "phone-01\n"
    assert pair(web, "--forget", "phone-01").returncode == 0
    assert get(web, "/session", Cookie=cookie.partition(";")[0]).status == 401


@pytest.mark.parametrize("body", [b"", b"[]", b'{"token": 3}', b'{"tokn": "x"}', b"x" * 10_000])
def test_a_malformed_invitation_is_refused(paired_web: WebProcess, body: bytes) -> None:
    assert post(paired_web, "/pair", body).status in {400, 413}
