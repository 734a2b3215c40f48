"""The live view on a real terminal, before a real broker."""

import contextlib
import logging
import queue
import time
from typing import Final

from paho.mqtt.client import Client, MQTTMessage
from rich.console import Console
from rich.live import Live

from emoflix_device.config import MqttSettings
from emoflix_device.mqtt.connection import Connection
from emoflix_device.mqtt.topics import ANY, TopicName, Topics, device_and_name
from emoflix_device.terminal.keys import keyboard
from emoflix_device.terminal.screen import Request, Screen

HEARD: Final[tuple[TopicName, ...]] = (
    "availability",
    "info",
    "settings",
    "mood",
    "recommendations",
    "event",
)
BEAT_S: Final = 0.1
REDRAWN_S: Final = 1.0
"""At least so often, for a terminal whose size was changed."""
GUEST: Final = "guest"
"""Who asks at a broker that lets everyone in."""


class Wire:
    """The way to the devices and back."""

    def __init__(self, settings: MqttSettings, device: str) -> None:
        """Nothing is connected yet.

        Args:
            settings: the broker.
            device: whose topics; `ANY` for all devices'.

        Raises:
            BrokerError: the password or the authority's file cannot be used.
        """
        self._user = settings.user or GUEST
        self._topics = Topics(device)
        self._client: Client | None = None
        self.heard: queue.SimpleQueue[MQTTMessage] = queue.SimpleQueue()
        self.connection = Connection(
            settings,
            client_id=None,
            on_up=self._up,
            on_message=self.heard.put,
            on_down=lambda: setattr(self, "_client", None),
        )

    def ask(self, device: str, request: Request) -> None:
        """Send a request; one that finds no connection is lost, and its sender told by time."""
        if (client := self._client) is not None:
            topic = Topics(device).command(self._user, request.command)
            client.publish(topic, request.payload, 1)

    def _up(self, client: Client) -> None:
        topics = [self._topics.of(name) for name in HEARD]
        client.subscribe([(topic, 1) for topic in [*topics, self._topics.reply(self._user, ANY)]])
        self._client = client


def view(settings: MqttSettings, *, device: str = ANY, seconds: float | None = None) -> None:
    """Show one device until a person has seen enough.

    Args:
        settings: the broker.
        device: which; by default the first that is heard.
        seconds: how long at most; for ever where `None`.

    Raises:
        BrokerError: the password or the authority's file cannot be used.
    """
    # Faults are shown in their place; the log's lines for a service would come between.
    logging.getLogger("emoflix_device").addHandler(logging.NullHandler())
    wire = Wire(settings, device)
    screen = Screen(device="" if device == ANY else device)
    console = Console(highlight=False)
    deadline_s = None if seconds is None else time.monotonic() + seconds
    wire.connection.start()
    try:
        with (
            keyboard() as typed,
            Live(console=console, screen=True, auto_refresh=False) as live,
            contextlib.suppress(KeyboardInterrupt),
        ):
            drawn_s = 0.0
            while deadline_s is None or time.monotonic() < deadline_s:
                now_s = time.monotonic()
                news = _take_in(wire, screen)
                if news or now_s - drawn_s >= REDRAWN_S:
                    live.update(screen.draw(*console.size), refresh=True)
                    drawn_s = now_s
                for key in typed.wait(BEAT_S):
                    if key == "quit":
                        return
                    request = screen.press(key, time.monotonic())
                    if request is not None:
                        wire.ask(screen.device, request)
                    drawn_s = 0.0
    finally:
        wire.connection.stop(1.0)


def _take_in(wire: Wire, screen: Screen) -> bool:
    """Hand over what was heard; whether that was anything."""
    screen.pass_time(time.monotonic())
    news = screen.fault != wire.connection.fault
    screen.fault = wire.connection.fault
    while True:
        try:
            message = wire.heard.get_nowait()
        except queue.Empty:
            return news
        news = True
        found = device_and_name(message.topic)
        if found is None:
            screen.answer(bytes(message.payload))
            continue
        device, name = found
        screen.device = screen.device or device
        if device == screen.device:
            screen.hear(name, bytes(message.payload))
