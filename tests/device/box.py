"""The loop in this process: everything is real but the broker, which is a list, and the clock."""

import datetime as dt
import json
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self, cast

from paho.mqtt.client import Client, MQTTMessage, MQTTMessageInfo
from paho.mqtt.properties import Properties

from emoflix_catalog.features.look import Look
from emoflix_catalog.features.opinion import Opinions
from emoflix_catalog.store import Catalogue
from emoflix_device.camera.capture import Capture
from emoflix_device.camera.source import Source, open_source
from emoflix_device.clock import Clock
from emoflix_device.config import MqttSettings, Settings
from emoflix_device.daemon import Daemon
from emoflix_device.household import HouseholdStore
from emoflix_device.household.key import Key
from emoflix_device.mqtt.commands import COMMANDS
from emoflix_device.mqtt.link import Link
from emoflix_device.mqtt.messages import InfoMessage
from emoflix_device.mqtt.topics import Topics
from emoflix_device.playing import Player
from emoflix_device.recommender import Recommender, open_films
from emoflix_device.vision.look import Observer, open_observer
from tests.mosquitto import GUARD_S

DEVICE = "sofa"
TOPICS = Topics(DEVICE)
EVENING = dt.datetime(2026, 5, 1, 20, 15, tzinfo=dt.UTC)


class Hand:
    """A clock that is set by hand, and goes on by itself where that is wished."""

    def __init__(self, *, runs: bool) -> None:
        self.now_s = 1000.0
        self.wall = EVENING
        self._runs = runs

    def clock(self) -> Clock:
        return Clock(steady_s=self._steady_s, wall=lambda: self.wall)

    def _steady_s(self) -> float:
        return time.monotonic() if self._runs else self.now_s


class ShortWire(Link):
    """The real link without a network: what it would send is kept, what is heard is put in."""

    def __init__(self, bell: threading.Event) -> None:
        super().__init__(MqttSettings(), DEVICE, on_command=bell.set)
        self.sent: list[tuple[str, bytes]] = []

    def start(self) -> None:
        self._client = cast("Client", object())  # never asked for anything
        for name in self._held:
            self._say_held(name)

    def stop(self, timeout_s: float = 2.0) -> None:  # noqa: ARG002
        self._client = None

    def hear(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        message = MQTTMessage(topic=topic.encode())
        message.payload, message.retain, message.properties = payload, retain, None
        self._receive(message)

    def _put(
        self,
        client: Client,  # noqa: ARG002
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,  # noqa: ARG002
        retain: bool = True,  # noqa: ARG002
        properties: Properties | None = None,  # noqa: ARG002
    ) -> MQTTMessageInfo:
        self.sent.append((topic, payload))
        return MQTTMessageInfo(len(self.sent))


class Box:
    """A daemon with a store in a folder; its camera is the bundled clip, unless told otherwise."""

    def __init__(
        self,
        folder: Path,
        *,
        player: Player | None = None,
        open_camera: Callable[[], Source] | None = None,
        looks: Mapping[str, Look] | None = None,
        key: Key | None = None,
        runs: bool = False,
    ) -> None:
        self.settings = Settings(device=DEVICE, state_dir=folder)
        self.hand = Hand(runs=runs)
        self._bell = threading.Event()
        self.wire = ShortWire(self._bell)
        self.store = HouseholdStore(folder / "household.db", key)
        self.daemon = Daemon(
            settings=self.settings,
            capture=Capture(
                open_camera or (lambda: open_source(self.settings.camera)), on_frame=self._bell.set
            ),
            observer=observer(),
            recommender=Recommender(starter(), looks or {}, Opinions(), count=5),
            household=self.store,
            link=self.wire,
            info=InfoMessage(
                program="0",
                model="m",
                catalogue="c",
                languages=(),
                commands=tuple(COMMANDS),
                notice="",
            ),
            bell=self._bell,
            alive=lambda: None,
            player=player,
            open_observer=observer,
            clock=self.hand.clock(),
        )
        self.daemon.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.daemon.close()

    def ask(
        self, name: str, request: dict[str, Any] | bytes | None = None, *, user: str = "guest"
    ) -> dict[str, Any]:
        """Send a command and turn the loop until it is answered."""
        payload = request if isinstance(request, bytes) else json.dumps(request or {}).encode()
        reply, before = TOPICS.reply(user, name), len(self.wire.sent)
        self.hand.now_s += 1.0  # nobody asks so fast as to be refused for it
        self.wire.hear(TOPICS.command(user, name), payload)

        def answers() -> list[bytes]:
            return [said for topic, said in self.wire.sent[before:] if topic == reply]

        self.turn_until(lambda: bool(answers()))
        (answer,) = answers()
        decoded: dict[str, Any] = json.loads(answer)
        return decoded

    def done(self, name: str, request: dict[str, Any] | bytes | None = None) -> dict[str, Any]:
        """The result of a command that has to succeed."""
        answer = self.ask(name, request)
        assert "ok" in answer, answer
        result: dict[str, Any] = answer["ok"]
        return result

    def refused(self, name: str, request: dict[str, Any] | bytes | None = None) -> tuple[str, str]:
        """Field and message of the error to a command that has to fail."""
        answer = self.ask(name, request)
        assert "error" in answer, answer
        return answer["error"]["field"], answer["error"]["message"]

    def turn_until(self, is_it: Callable[[], bool]) -> None:
        """Turn the loop as its own thread would."""
        deadline_s = time.monotonic() + GUARD_S
        while True:
            self.daemon.beat()
            if is_it():
                return
            assert time.monotonic() < deadline_s, "the loop turned in vain"
            if not self._bell.wait(0.25):
                self.hand.now_s += 0.25  # what waits for nothing but time gets it
            self._bell.clear()

    def heard(self) -> dict[str, list[Any]]:
        """All that was said, decoded, by the last part of the topic, or by a reply's whole."""
        found: dict[str, list[Any]] = defaultdict(list)
        for topic, payload in self.wire.sent:
            if topic.endswith("/config"):
                continue
            name = topic if "/client/" in topic else topic.rpartition("/")[2]
            found[name].append(json.loads(payload))
        return found

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Those of one type."""
        return [event for event in self.heard()["event"] if event["type"] == kind]

    def settings_now(self) -> dict[str, Any]:
        """As they were told last."""
        told: dict[str, Any] = self.heard()["settings"][-1]
        return told


@cache
def starter() -> Catalogue:
    """The starter catalogue; building it takes a while."""
    with tempfile.TemporaryDirectory() as folder:
        return open_films(Settings().recommender, Path(folder))


@cache
def observer() -> Observer:
    """One for all boxes: the model takes long to load."""
    return open_observer(Settings().vision)
