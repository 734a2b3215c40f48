"""`emoflix watch`: what a device says, in a terminal, as it is said.

On a terminal it is live and takes keys (`terminal/`). What is here prints lines: a change of mood
is one, and a slate a block with its reasons. Those that tell the mood come in an event of their
own, which not every user of the broker may read: a slate waits for it a moment, and is shown
without.
"""

import datetime as dt
import logging
import os
import queue
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import click
from paho.mqtt.client import Client, MQTTMessage
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from emoflix_device.config import MqttSettings, TlsSettings
from emoflix_device.mqtt.connection import Connection
from emoflix_device.mqtt.messages import (
    FilmMessage,
    MoodMessage,
    RecommendationsMessage,
    Recommended,
    SettingsMessage,
)
from emoflix_device.mqtt.topics import ANY, TopicName, Topics, device_and_name
from emoflix_device.terminal.words import (
    LOOKS,
    LOOKS_WIDTH,
    camera,
    certainty,
    decode,
    facts,
    printable,
)

HEARD: Final[tuple[TopicName, ...]] = (
    "availability",
    "settings",
    "mood",
    "recommendations",
    "event",
)
EVENT_WAIT_S: Final = 0.5
BEAT_S: Final = 0.2
BAR_WIDTH: Final = 10
INDENT: Final = 10
UNBROKEN: Final = 10_000
"""Columns that no line fills."""


class View:
    """Turns messages into what is to be printed; remembers just enough to print changes only."""

    def __init__(self, *, plain: bool, name_devices: bool) -> None:
        """Start knowing nothing.

        Args:
            plain: bars of ASCII.
            name_devices: say which device each line is about.
        """
        self._full, self._empty = ("#", ".") if plain else ("█", "░")
        self._name_devices = name_devices
        self._last: dict[tuple[str, str], object] = {}
        self._waiting: dict[str, tuple[float, RecommendationsMessage]] = {}
        self._why: dict[str, Recommended] = {}

    def hear(self, topic: str, payload: bytes, now_s: float) -> Iterator[RenderableType]:
        """What one message gives to print.

        Args:
            topic: where it was said.
            payload: what was said.
            now_s: a clock that does not run backwards, the same as for `due`.
        """
        found = device_and_name(topic)
        if found is None:
            return
        device, name = found
        try:
            message = decode(name, payload)
        except (ValueError, RecursionError):
            yield self._line(device, f"{name}: not understood; another version of Emoflix?", "red")
            return
        match message:
            case RecommendationsMessage() if self._is_news(device, name, message):
                self._waiting[device] = (now_s + EVENT_WAIT_S, message)
            case Recommended():
                self._why[device] = message
        yield from self._said(device, name, message)
        waiting = self._waiting.get(device)
        why = self._why.get(device)
        if waiting is not None and why is not None and waiting[1].slate == why.slate:
            yield from self._slate(device)

    def due(self, now_s: float) -> Iterator[RenderableType]:
        """The slates that have waited long enough for their event."""
        for device in [d for d, (until_s, _) in self._waiting.items() if now_s >= until_s]:
            yield from self._slate(device)

    def _said(self, device: str, name: TopicName, message: Any) -> Iterator[Text]:
        match message:
            case "online" | "offline" if self._is_news(device, name, message):
                yield self._line(device, f"the device is {message}", "dim")
            case MoodMessage() if self._is_news(device, name, message.mood):
                yield self._mood(device, message)
            case SettingsMessage() if self._is_news(device, name, camera(message)):
                style = "red" if message.camera == "lost" else "dim"
                yield self._line(device, camera(message), style)

    def _is_news(self, device: str, name: str, value: object) -> bool:
        before = self._last.get((device, name))
        self._last[device, name] = value
        return value != before

    def _line(self, device: str, words: str, style: str = "") -> Text:
        text = Text(f"{dt.datetime.now().astimezone():%H:%M:%S}  ", "dim")
        if self._name_devices:
            text.append(f"{printable(device)}  ", "dim")
        return text.append(printable(words), style)

    def _mood(self, device: str, message: MoodMessage) -> Text:
        looks, style = LOOKS[message.mood]
        line = self._line(device, looks, f"bold {style}")
        if message.mood == "nobody":
            return line
        line.append(" " * (LOOKS_WIDTH - len(looks)))
        full = round(message.confidence * BAR_WIDTH)
        bar = self._full * full + self._empty * (BAR_WIDTH - full)
        line.append(f"  {bar}", style).append(f" {message.confidence:4.0%}  ")
        line.append(certainty(message.confidence))
        if message.people > 1:
            line.append(f", {message.people} people")
        return line

    def _slate(self, device: str) -> Iterator[RenderableType]:
        _, message = self._waiting.pop(device)
        why = self._why.get(device)
        mood_reasons = why.mood_reasons if why is not None and why.slate == message.slate else {}
        films = "1 film" if len(message.films) == 1 else f"{len(message.films)} films"
        yield self._line(device, f"{films} for tonight", "bold")
        if message.note:
            yield _indented(Text(printable(message.note), "italic"), INDENT)
        for place, film in enumerate(message.films, start=1):
            yield _indented(_film(place, film), INDENT)
            for reason in film.reasons:
                yield _indented(Text(printable(reason)), INDENT + 3)
            for reason in mood_reasons.get(film.id, ()):
                yield _indented(Text(printable(reason), "magenta"), INDENT + 3)


def show(
    settings: MqttSettings,
    *,
    device: str = ANY,
    seconds: float | None = None,
    plain: bool = False,
    ended: Callable[[], bool] = lambda: False,
    console: Console | None = None,
) -> None:
    """Print what devices say until the time is over, Ctrl-C, or `ended`.

    Args:
        settings: the broker.
        device: whose topics; by default those of all.
        seconds: how long; for ever where `None`.
        plain: neither colours nor block characters.
        ended: asked several times a second.
        console: where to print.

    Raises:
        BrokerError: the password or the authority's file cannot be used.
    """
    if console is None:
        # Whoever reads lines from a pipe wants each of them whole.
        whole = not sys.stdout.isatty() and "COLUMNS" not in os.environ
        console = Console(no_color=plain, highlight=False, width=UNBROKEN if whole else None)
    # Faults are shown here in their place; the log's lines for a service would come between.
    logging.getLogger("emoflix_device").addHandler(logging.NullHandler())
    heard: queue.SimpleQueue[MQTTMessage] = queue.SimpleQueue()
    topics = Topics(device)

    def subscribe(client: Client) -> None:
        client.subscribe([(topics.of(name), 1) for name in HEARD])

    connection = Connection(settings, client_id=None, on_up=subscribe, on_message=heard.put)
    view = View(plain=plain, name_devices=device == ANY)
    deadline_s = None if seconds is None else time.monotonic() + seconds
    place = f"{settings.host}:{settings.port}"
    told = connection.fault
    console.print(Text(f"Listening to {topics.of('mood')} at {place}; Ctrl-C ends", "dim"))
    connection.start()
    try:
        while not ended() and (deadline_s is None or time.monotonic() < deadline_s):
            try:
                message = heard.get(timeout=BEAT_S)
            except queue.Empty:
                lines = view.due(time.monotonic())
            else:
                lines = view.hear(message.topic, bytes(message.payload), time.monotonic())
            if connection.fault != told:
                told = connection.fault
                console.print(Text(told or f"connected to {place}", "red" if told else "dim"))
            for line in lines:
                console.print(line)
    except KeyboardInterrupt:
        pass
    finally:
        connection.stop(1.0)


def _level(_context: click.Context, option: click.Parameter, name: str | None) -> str | None:
    """One level of a topic: with more or less than that, nothing would ever be heard."""
    if name in {None, option.default} or (name and not {*name} & {*"/+#"}):
        return name
    raise click.BadParameter(f"{name!r} is no name: give one without / + #")


@click.command()
@click.option("--host", default="localhost", show_default=True, help="The broker.")
@click.option("--port", type=click.IntRange(1, 65535), default=1883, show_default=True)
@click.option("--user", callback=_level, help="Your user at the broker.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    help="File that holds the password and nothing else.",
)
@click.option("--tls", is_flag=True, help="Speak TLS, trusting the system's authorities.")
@click.option(
    "--ca-file", type=click.Path(path_type=Path), help="Speak TLS, trusting this authority."
)
@click.option(
    "--device", default=ANY, callback=_level, help="Whose topics (by default all devices')."
)
@click.option("--seconds", type=click.FloatRange(min=0), help="End by itself after so long.")
@click.option("--lines", is_flag=True, help="One line a change, also on a terminal; no keys.")
@click.option("--plain", is_flag=True, help="Lines with neither colours nor block characters.")
def watch(
    *,
    host: str,
    port: int,
    user: str | None,
    password_file: Path | None,
    tls: bool,
    ca_file: Path | None,
    device: str,
    seconds: float | None,
    lines: bool,
    plain: bool,
) -> None:
    """Show mood and slate live on a terminal, and answer by keys; elsewhere a line a change."""
    settings = MqttSettings(
        host=host,
        port=port,
        user=user,
        password_file=password_file,
        tls=TlsSettings(ca_file=ca_file) if tls or ca_file else None,
    )
    if lines or plain or not (sys.stdin.isatty() and sys.stdout.isatty()):
        show(settings, device=device, seconds=seconds, plain=plain)
    else:
        from emoflix_device.terminal.live import view

        view(settings, device=device, seconds=seconds)


def _film(place: int, film: FilmMessage) -> Text:
    title = Text(f"{place:>2} ", "dim", no_wrap=True, overflow="ellipsis").append(
        printable(f"{film.title} ({film.year})"), "bold"
    )
    return title.append(f"  {facts(film)}", "dim")


def _indented(text: Text, columns: int) -> Padding:
    return Padding(text, (0, 0, 0, columns), expand=False)
