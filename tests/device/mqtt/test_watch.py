import datetime as dt
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from rich.console import Console

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.config import MqttSettings
from emoflix_device.errors import BrokerError
from emoflix_device.mqtt.link import Link
from emoflix_device.mqtt.messages import (
    Announced,
    FilmMessage,
    MoodMessage,
    Probabilities,
    RecommendationsMessage,
    Recommended,
    SettingsMessage,
    encode,
)
from emoflix_device.watch import EVENT_WAIT_S, LOOKS, View, show, watch
from tests.device.mqtt.samples import film
from tests.mosquitto import GUARD_S, HOST, Mosquitto, wait_until

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def mood(name: Announced, confidence: float = 0.9, people: int = 1) -> MoodMessage:
    return MoodMessage(
        mood=name,
        confidence=confidence,
        probabilities=Probabilities(**dict.fromkeys(EXPRESSIONS, 1 / 7)),
        valence=0.0,
        arousal=0.0,
        since=NOON,
        people=people,
    )


def slate(number: int = 1, *films: FilmMessage) -> RecommendationsMessage:
    return RecommendationsMessage(slate=f"slate-{number}", made=NOON, films=films or (film(),))


WHY = Recommended(
    at=NOON, slate="slate-1", mood="sad", mood_reasons={"film-1": ("You look sad: take heart.",)}
)


class Screen:
    """A view and what it printed, 80 columns wide."""

    def __init__(self, *, plain: bool = False, name_devices: bool = False) -> None:
        self.view = View(plain=plain, name_devices=name_devices)
        self.now_s = 0.0

    def hear(self, name: str, message: object, device: str = "den") -> str:
        payload = message if isinstance(message, bytes) else encode(message)  # type: ignore[arg-type]
        return self._printed(self.view.hear(f"emoflix/{device}/{name}", payload, self.now_s))

    def later(self, seconds: float) -> str:
        self.now_s += seconds
        return self._printed(self.view.due(self.now_s))

    @staticmethod
    def _printed(lines: Iterator[object]) -> str:
        text = io.StringIO()
        console = Console(file=text, width=80)
        for line in lines:
            console.print(line)
        return text.getvalue()


def test_a_mood_is_a_line_with_words_number_and_bar() -> None:
    line = Screen().hear("mood", mood("happy", 0.78, people=2))
    assert "looks happy" in line
    assert "████████░░" in line
    assert "78%  fairly sure, 2 people" in line


@pytest.mark.parametrize("name", [*LOOKS])
def test_every_mood_fits_on_one_line(name: Announced) -> None:
    line = Screen(name_devices=True).hear("mood", mood(name, 1.0, people=12), "a-long-name")
    assert line.count("\n") == 1


def test_plain_bars_are_ascii() -> None:
    assert "########.." in Screen(plain=True).hear("mood", mood("happy", 0.78))


def test_a_mood_that_only_grows_surer_is_not_printed_again() -> None:
    screen = Screen()
    screen.hear("mood", mood("happy", 0.7))
    assert screen.hear("mood", mood("happy", 0.9)) == ""
    assert "looks sad" in screen.hear("mood", mood("sad"))


def test_a_slate_is_printed_together_with_what_the_mood_had_to_do_with_it() -> None:
    screen = Screen()
    assert screen.hear("recommendations", slate()) == ""
    block = screen.hear("event", WHY)
    assert "1 film for tonight" in block
    assert "1 Drishyam (2013)  ml, 160 min, thriller, Jeethu Joseph" in block
    assert "In Malayalam, one of your languages." in block
    assert "You look sad: take heart." in block
    assert screen.later(EVENT_WAIT_S) == ""


def test_a_slate_whose_event_came_first_is_complete_too() -> None:
    screen = Screen()
    screen.hear("event", WHY)
    assert "take heart" in screen.hear("recommendations", slate())


def test_without_the_right_to_the_event_a_slate_is_printed_after_a_moment() -> None:
    screen = Screen()
    screen.hear("recommendations", slate())
    assert screen.later(EVENT_WAIT_S / 2) == ""
    block = screen.later(EVENT_WAIT_S / 2)
    assert "Drishyam" in block
    assert "take heart" not in block


def test_another_slates_event_says_nothing_about_this_one() -> None:
    screen = Screen()
    screen.hear("recommendations", slate(2))
    assert screen.hear("event", WHY) == ""
    assert "take heart" not in screen.later(EVENT_WAIT_S)


def test_the_same_slate_heard_again_is_not_printed_again() -> None:
    screen = Screen()
    screen.hear("recommendations", slate())
    screen.later(EVENT_WAIT_S)
    assert screen.hear("recommendations", slate()) + screen.later(EVENT_WAIT_S) == ""


def test_long_reasons_are_wrapped_under_their_film() -> None:
    long = FilmMessage(
        id="film-1",
        title="A Title That Goes On and On Until the Edge of the Screen and Beyond",
        original_title="",
        year=2020,
        language="en",
        genres=("drama",),
        runtime_min=None,
        cast=(),
        director="",
        score=1.0,
        reasons=("because " * 30,),
    )
    screen = Screen()
    screen.hear("recommendations", slate(1, long))
    lines = screen.later(EVENT_WAIT_S).splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line.startswith(" " * 10) for line in lines[1:])


@pytest.mark.parametrize("title", ["\x1b[31mred", "[red]x[/red]", "a\nb", "\u202etxet"])
def test_a_hostile_title_does_not_steer_the_terminal(title: str) -> None:
    screen = Screen()
    screen.hear("recommendations", slate(1, film(title=title)))
    block = screen.later(EVENT_WAIT_S)
    assert "\x1b" not in block
    assert "\u202e" not in block
    assert block.count("\n") == 3
    if title.startswith("["):
        assert "[red]x[/red] (2013)" in block


def test_what_another_version_says_is_one_line() -> None:
    line = Screen().hear("mood", b'{"mood": "bored"}')
    assert "mood: not understood; another version of Emoflix?" in line


def test_what_is_not_ours_is_not_printed() -> None:
    assert [*View(plain=True, name_devices=True).hear("emoflix/den/other", b"{}", 0.0)] == []


def test_the_cameras_ups_and_downs_are_told() -> None:
    screen = Screen()
    on = SettingsMessage(camera="on", evening="waiting")
    assert "the camera is on" in screen.hear("settings", on)
    assert screen.hear("settings", on) == ""
    unplugged = SettingsMessage(
        camera="lost", camera_fault="/dev/video0 is gone", evening="waiting"
    )
    assert "lost: /dev/video0 is gone" in screen.hear("settings", unplugged)
    assert "the camera is on" in screen.hear("settings", on)


def test_two_devices_are_told_apart() -> None:
    screen = Screen(name_devices=True)
    assert "den  looks happy" in screen.hear("mood", mood("happy"), "den")
    assert "attic  looks happy" in screen.hear("mood", mood("happy"), "attic")


@pytest.fixture
def device(mosquitto: Mosquitto) -> Iterator[Link]:
    link = Link(MqttSettings(host=HOST, port=mosquitto.port), "den", on_command=lambda: None)
    link.publish("mood", mood("happy"))
    link.start()
    yield link
    link.stop()


def test_the_show_goes_on_over_a_restart_of_the_broker(mosquitto: Mosquitto, device: Link) -> None:
    text = io.StringIO()
    end = threading.Event()
    settings = MqttSettings(host=HOST, port=mosquitto.port)
    console = Console(file=text, width=200)
    thread = threading.Thread(
        target=lambda: show(settings, ended=end.is_set, console=console, plain=True)
    )
    thread.start()
    wait_until(lambda: "looks happy" in text.getvalue(), "the retained mood")
    mosquitto.stop()
    wait_until(lambda: "was lost" in text.getvalue(), "the loss")
    device.publish("mood", mood("sad"))
    mosquitto.start()
    wait_until(lambda: "looks sad" in text.getvalue(), "the new mood")
    end.set()
    thread.join(GUARD_S)
    printed = text.getvalue()
    assert printed.count(f"connected to {HOST}:{mosquitto.port}") == 2
    assert printed.count("looks happy") == 1
    assert printed.index("connected") < printed.index("den  looks happy")


def command(port: int, *arguments: str) -> list[str]:
    program = "from emoflix_device.watch import watch; watch()"
    return [sys.executable, "-c", program, "--host", HOST, "--port", str(port), *arguments]


@pytest.mark.usefixtures("device")
def test_the_command_ends_by_itself_with_0(mosquitto: Mosquitto) -> None:
    line = command(mosquitto.port, "--device", "den", "--seconds", "4", "--plain")
    done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=GUARD_S)
    assert "looks happy" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def test_a_pipe_gets_each_line_whole(mosquitto: Mosquitto, device: Link) -> None:
    title = "A Title That Goes On and On Until the Edge of the Screen and Beyond"
    device.publish("recommendations", slate(1, film(title=title)))
    line = command(mosquitto.port, "--device", "den", "--seconds", "4", "--plain")
    bare = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(
        line, capture_output=True, text=True, check=True, timeout=GUARD_S, env=bare
    )
    assert f" 1 {title} (2013)  ml, 160 min, thriller, Jeethu Joseph\n" in done.stdout


@pytest.mark.parametrize("name", ["#", "a/b", ""])
@pytest.mark.parametrize("option", ["--device", "--user"])
def test_a_name_that_is_none_is_refused_rather_than_listened_for(option: str, name: str) -> None:
    result = CliRunner().invoke(watch, [option, name, "--seconds", "1"])
    assert result.exit_code == 2
    assert "is no name" in result.output


@pytest.mark.usefixtures("device")
def test_an_interrupt_ends_the_command_cleanly(mosquitto: Mosquitto) -> None:
    with subprocess.Popen(
        command(mosquitto.port),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONUNBUFFERED": "1"},
    ) as viewer:
        assert viewer.stdout is not None
        assert viewer.stderr is not None
        while "looks happy" not in (line := viewer.stdout.readline()):
            assert line, viewer.stderr.read()
        viewer.send_signal(signal.SIGINT)
        assert viewer.wait(GUARD_S) == 0
        assert viewer.stderr.read() == ""


def test_a_missing_password_file_is_named() -> None:
    result = CliRunner().invoke(watch, ["--user", "anna", "--password-file", "/no/such/file"])
    assert isinstance(result.exception, BrokerError)
    assert "/no/such/file" in str(result.exception)
