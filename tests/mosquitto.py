"""A real broker for tests: mosquitto on a free loopback port, and an ear beside it."""

import os
import random
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

HOST = "127.0.0.1"
GUARD_S = 20.0
"""Nothing here takes so long: whoever waits longer fails."""


class Mosquitto:
    """One broker that can be stopped and started again on the same ports; it forgets all."""

    def __init__(
        self,
        folder: Path,
        *,
        users: Mapping[str, str] | None = None,
        acl: str = "",
        websockets: bool = False,
        tls: tuple[Path, Path] | None = None,
        options: str = "",
    ) -> None:
        """Write the configuration.

        Args:
            folder: for its files.
            users: name to password; everyone is let in without.
            acl: mosquitto's access rules, for `users`.
            websockets: listen to browsers as well.
            tls: certificate and key.
            options: further lines of the configuration.
        """
        self._program = _program("mosquitto")
        self._config = folder / "mosquitto.conf"
        self.port = free_port()
        self.websocket_port = free_port() if websockets else None
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / "mosquitto.log"
        # As root it would become the user `mosquitto`, who cannot read a test's folder.
        lines = ["user root", "persistence false", "log_dest stderr", options]
        lines.append(f"listener {self.port} {HOST}")
        if tls is not None:
            lines += [f"certfile {tls[0]}", f"keyfile {tls[1]}"]
        if self.websocket_port is not None:
            lines += [f"listener {self.websocket_port} {HOST}", "protocol websockets"]
        if users is None:
            lines.append("allow_anonymous true")
        else:
            passwords = folder / "passwords"
            passwords.touch(mode=0o600)
            for user, password in users.items():
                add = [_program("mosquitto_passwd"), "-b", str(passwords), user, password]
                subprocess.run(add, check=True, capture_output=True)
            rules = folder / "acl"
            rules.write_text(acl or "topic readwrite #\n", encoding="utf-8")
            rules.chmod(0o600)
            lines += ["allow_anonymous false", f"password_file {passwords}", f"acl_file {rules}"]
        self.configure("\n".join(lines) + "\n")

    def configure(self, text: str) -> None:
        """Put another configuration in place of the one made here."""
        self._config.write_text(text, encoding="utf-8")

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-c", self._config], stdin=subprocess.DEVNULL, stderr=log
            )
        for port in filter(None, (self.port, self.websocket_port)):
            if not accepts(port):
                self.stop()
                pytest.fail(f"mosquitto does not start:\n{self.log}")

    @property
    def log(self) -> str:
        """What it said."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """Kill it, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(GUARD_S)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Ear:
    """Hears a broker's messages in a thread, keeps them all, and speaks."""

    def __init__(
        self,
        port: int,
        *filters: str,
        user: str | None = None,
        password: str | None = None,
        v5: bool = True,
        host: str = HOST,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Connect and subscribe; both have happened when this returns.

        Args:
            port: the broker's.
            filters: topics to hear.
            user: at the broker.
            password: the user's.
            v5: speak MQTT 5 rather than 3.1.1.
            host: the broker's.
            tls: what its certificate is held against.

        Raises:
            ConnectionError: the broker hangs up instead of an answer.
        """
        self.messages: list[MQTTMessage] = []
        self._v5 = v5
        self._news = threading.Condition()
        self._subscribed = threading.Event()
        protocol = MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=protocol)
        if user is not None:
            self._client.username_pw_set(user, password)
        if tls is not None:
            self._client.tls_set_context(tls)
        self._client.on_message = self._hear
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        answered = threading.Event()
        self._client.on_connect = self._client.on_disconnect = lambda *_: answered.set()
        self._client.connect(host, port)
        self._client.loop_start()
        assert answered.wait(GUARD_S), "no answer from the broker"
        if not self._client.is_connected():
            self.close()
            raise ConnectionError(f"{host}:{port} hangs up")
        for topic in filters:
            self._subscribed.clear()
            if v5:
                self._client.subscribe(topic, options=SubscribeOptions(qos=1))
            else:
                self._client.subscribe(topic, qos=1)
            assert self._subscribed.wait(GUARD_S), f"no subscription to {topic}"

    def say(
        self, topic: str, payload: bytes | str = b"", *, retain: bool = False, **properties: Any
    ) -> None:
        """Publish, and wait until the broker has taken it."""
        extra = None
        if properties:
            extra = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            for name, value in properties.items():
                setattr(extra, name, value)
        self._client.publish(topic, payload, 1, retain, extra).wait_for_publish(GUARD_S)

    def wait(
        self, is_it: Callable[[MQTTMessage], bool], what: str = "", *, guard_s: float = GUARD_S
    ) -> MQTTMessage:
        """The first message that fits, of those heard and those to come."""
        deadline_s = time.monotonic() + guard_s
        seen = 0
        with self._news:
            while True:
                for message in self.messages[seen:]:
                    if is_it(message):
                        return message
                seen = len(self.messages)
                left_s = deadline_s - time.monotonic()
                if left_s <= 0 or not self._news.wait(left_s):
                    heard = [(m.topic, bytes(m.payload[:80])) for m in self.messages]
                    pytest.fail(f"not heard within {guard_s} s: {what or is_it}; heard: {heard}")

    def wait_for(
        self, topic: str, payload: bytes | None = None, *, guard_s: float = GUARD_S
    ) -> MQTTMessage:
        """The first message on a topic, with this payload where one is given."""
        return self.wait(
            lambda m: m.topic == topic and payload in {None, bytes(m.payload)},
            f"{topic} {payload!r}",
            guard_s=guard_s,
        )

    def forget(self) -> None:
        """Let only what comes from now on count."""
        with self._news:
            self.messages.clear()

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hear(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        with self._news:
            self.messages.append(message)
            self._news.notify_all()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker of its own for one test, that lets everyone in."""
    with Mosquitto(tmp_path) as broker:
        yield broker


def properties(message: MQTTMessage) -> dict[str, Any]:
    """A message's MQTT 5 properties; correlation data in hexadecimal."""
    assert message.properties is not None
    found: dict[str, Any] = message.properties.json()  # type: ignore[no-untyped-call]
    return found


def free_port() -> int:
    """A port that nobody listens on now, below those that a system hands to whoever connects.

    So none of the many connections made meanwhile, in other processes of the tests too, can take
    it before the one it is meant for listens.
    """
    while True:
        port = random.randrange(10_000, 32_768)  # noqa: S311 (no secret hangs on it)
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port


def accepts(port: int, guard_s: float = GUARD_S) -> bool:
    """Wait until a port accepts connections; false if it does not in time."""
    deadline_s = time.monotonic() + guard_s
    while time.monotonic() < deadline_s:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.02)  # a listener that comes up tells nobody: asking again is the only way
        else:
            return True
    return False


def wait_until(is_it: Callable[[], bool], what: str, guard_s: float = GUARD_S) -> None:
    """Wait for a state that rings no bell."""
    deadline_s = time.monotonic() + guard_s
    while not is_it():
        if time.monotonic() > deadline_s:
            pytest.fail(f"not within {guard_s} s: {what}")
        time.sleep(0.01)


def _program(name: str) -> str:
    # Debian puts the broker where only root's PATH looks.
    program = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.fail(f"{name} is not installed: `apt-get install mosquitto`, or run `make test`")
    return program
