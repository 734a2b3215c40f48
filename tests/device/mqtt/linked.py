"""The link of a device and a client that hears everything, at a real broker."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from paho.mqtt.client import MQTTMessage

from emoflix_device.config import MqttSettings
from emoflix_device.mqtt.commands import Command
from emoflix_device.mqtt.link import Link
from tests.mosquitto import GUARD_S, HOST, Ear, Mosquitto


class Loop:
    """What the daemon does with its link: waits for the bell, then takes a command."""

    def __init__(self, settings: MqttSettings) -> None:
        self.bell = threading.Event()
        self.link = Link(settings, "den", on_command=self.bell.set)

    def next(self) -> Command:
        deadline_s = time.monotonic() + GUARD_S
        while (command := self.link.take_command()) is None:
            assert self.bell.wait(deadline_s - time.monotonic()), "no command came"
            self.bell.clear()
        return command


@contextmanager
def a_link(port: int, **settings: object) -> Iterator[Loop]:
    loop = Loop(MqttSettings(host=HOST, port=port, **settings))  # type: ignore[arg-type]
    loop.link.start()
    try:
        yield loop
    finally:
        loop.link.stop()


@pytest.fixture
def ear(mosquitto: Mosquitto) -> Iterator[Ear]:
    with Ear(mosquitto.port, "#") as heard:
        yield heard


@pytest.fixture
def loop(mosquitto: Mosquitto, ear: Ear) -> Iterator[Loop]:
    with a_link(mosquitto.port) as started:
        ear.wait_for("emoflix/den/availability", b"online")
        yield started


def on(topic: str) -> Callable[[MQTTMessage], bool]:
    return lambda message: message.topic == topic
