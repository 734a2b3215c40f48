"""The live view without a terminal: messages in, keys in, lines and requests out."""

import io
import json
from typing import Any

import pytest
from rich.console import Console

from emoflix_device.mqtt.messages import FilmMessage, encode
from emoflix_device.mqtt.topics import TopicName
from emoflix_device.terminal.screen import ANSWER_S, HELP, Key, Screen
from tests.web.stage import FILMS, SettingsMessage, film, info, mood, slate


def drawn(screen: Screen, width: int = 80, height: int = 24) -> str:
    text = io.StringIO()
    Console(file=text, width=width, height=height).print(screen.draw(width, height))
    return text.getvalue()


def screen(**told: Any) -> Screen:
    """Of a device that is well and has made a slate."""
    screen = Screen(device="sofa")
    messages: dict[TopicName, Any] = {
        "availability": "online",
        "info": info(),
        "settings": SettingsMessage(camera="on", evening="choosing"),
        "mood": mood(),
        "recommendations": slate(),
    }
    for name, message in (messages | told).items():
        screen.hear(name, encode(message))
    return screen


def pressed(screen: Screen, key: Key, now_s: float = 0.0) -> dict[str, Any]:
    """What a key asks for; its id is left out."""
    request = screen.press(key, now_s)
    assert request is not None
    said: dict[str, Any] = json.loads(request.payload)
    return {"command": request.command, **said}


def answer(screen: Screen, request: str, **reply: Any) -> None:
    screen.answer(json.dumps({"request": request, **reply}).encode())


def test_mood_slate_and_reasons_are_seen_at_once() -> None:
    seen = drawn(screen())
    assert "emoflix sofa  choosing  the camera is on" in seen
    assert "looks happy     ███████████████████░░░░░  78%  fairly sure, 2 people" in seen
    for shown in FILMS:
        assert f"{shown.title} ({shown.year})" in seen
        assert shown.reasons[0] in seen
    assert HELP in seen


def test_every_size_holds_the_chosen_film_and_the_keys() -> None:
    view = screen()
    for _ in range(4):
        view.press("down", 0.0)
    for width, height in ((80, 24), (40, 12), (20, 8), (200, 60)):
        lines = drawn(view, width, height).splitlines()
        assert len(lines) == height
        assert max(map(len, lines)) <= width
        assert any(line.startswith("> 5") for line in lines)
        assert lines[-1][:10] == HELP[:10]


@pytest.mark.parametrize(
    ("key", "kind"), [("like", "like"), ("dislike", "dislike"), ("seen", "watched")]
)
def test_a_key_answers_the_chosen_film(key: Key, kind: str) -> None:
    view = screen()
    view.press("down", 0.0)
    said = pressed(view, key)
    request = said.pop("request")
    assert said == {"command": "feedback", "film": FILMS[1].id, "kind": kind, "slate": "s1"}
    answer(view, request, ok={"learnt": True})
    assert view.answered == {FILMS[1].id: key}
    assert f"noted: {FILMS[1].title}" in drawn(view)


def test_other_films_are_asked_for() -> None:
    view = screen()
    said = pressed(view, "recommend")
    assert said.pop("request")
    assert said == {"command": "recommend"}
    view.press("down", 0.0)
    view.hear("recommendations", encode(slate("s2", FILMS[2:])))
    assert view.chosen == 0
    assert FILMS[0].title not in drawn(view)


def test_a_refusal_is_told_and_marks_nothing() -> None:
    view = screen()
    request = pressed(view, "like")["request"]
    answer(view, request, error={"field": "film", "message": "no \x1b[31mfilm"})
    assert "the device refuses feedback: film: no" in drawn(view)
    assert "\x1b" not in drawn(view)
    assert view.answered == {}


def test_an_answer_that_does_not_come_is_told() -> None:
    view = screen()
    request = pressed(view, "like", now_s=5.0)["request"]
    view.pass_time(5.0 + ANSWER_S / 2)
    assert "no answer" not in drawn(view)
    view.pass_time(5.0 + ANSWER_S)
    assert "no answer to feedback" in drawn(view)
    answer(view, request, ok={})
    assert view.answered == {}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"availability": "offline"}, "the device is not there just now"),
        ({"info": info(("recommend",))}, "this device does not understand feedback"),
        ({"recommendations": slate("s0", ())}, "there is no film to answer yet"),
    ],
)
def test_what_cannot_be_asked_is_told_at_once(told: dict[str, Any], why: str) -> None:
    view = screen(**told)
    assert view.press("like", 0.0) is None
    assert why in drawn(view)


def test_what_nobody_asked_or_nobody_understands_changes_nothing() -> None:
    view = screen()
    before = drawn(view)
    for reply in (b"{}", b"[", b'{"request": "x", "ok": {}}', b"\xff", b'{"request": 3}'):
        view.answer(reply)
    view.hear("mood", b'{"mood": "bored"}')
    view.hear("recommendations", b"")
    assert drawn(view) == before


def test_without_a_camera_no_mood_is_shown() -> None:
    view = screen(settings=SettingsMessage(camera="off", evening="waiting"))
    assert "nothing is seen" in drawn(view)
    assert "looks happy" not in drawn(view)


def test_a_connection_that_is_lost_is_told() -> None:
    view = screen()
    view.fault = "the connection to localhost:1883 was lost"
    assert "was lost" in drawn(view)


def hostile(title: str) -> FilmMessage:
    return film("h", title, original="x", reasons=(title,))


@pytest.mark.parametrize("title", ["\x1b[31mred", "[red]x[/red]", "a\nb", "\u202etxet"])
def test_a_hostile_title_does_not_steer_the_terminal(title: str) -> None:
    view = screen(recommendations=slate("h", (hostile(title),)))
    seen = drawn(view)
    assert "\x1b" not in seen
    assert "\u202e" not in seen
    assert len(seen.splitlines()) == 24
