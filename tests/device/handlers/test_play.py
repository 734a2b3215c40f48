"""A film is chosen: what the evening and the players do."""

import json
import threading
from pathlib import Path

from emoflix_catalog.film import Film
from emoflix_device.evening import AFTERWARDS_S
from tests.device.box import TOPICS, Box
from tests.device.handlers.asking import FILM, Shelf
from tests.mosquitto import GUARD_S


def test_a_chosen_film_leaves_the_room_alone_until_somebody_says_how_it_was(box: Box) -> None:
    slate = box.done("recommend", {"count": 3})
    chosen = slate["films"][2]["id"]
    assert box.done("play", {"film": chosen, "slate": slate["slate"]}) == {"started": False}
    told = box.settings_now()
    assert (told["evening"], told["film"]) == ("playing", chosen)
    assert box.events("playing")[-1]["film"] == chosen
    assert box.store.profiles.learned("household")["policy"]["answers"] == 2  # passed over
    shown = len(box.heard()["recommendations"])
    assert box.done("recommend", {"count": 2})["films"]
    assert len(box.heard()["recommendations"]) == shown
    assert box.settings_now()["evening"] == "playing"
    box.hand.now_s += 5 * 3600
    box.daemon.beat()
    assert box.settings_now()["evening"] == "afterwards"
    assert box.events("afterwards")[-1]["film"] == chosen
    box.done("feedback", {"film": chosen, "kind": "like"})
    assert box.settings_now()["evening"] == "waiting"


def test_a_like_while_it_plays_does_not_end_a_film_and_stopping_does(box: Box) -> None:
    box.done("play", {"film": FILM})
    box.done("feedback", {"film": FILM, "kind": "like"})
    assert box.settings_now()["evening"] == "playing"
    box.done("feedback", {"film": FILM, "kind": "stopped_early", "because": "evening"})
    assert box.settings_now()["evening"] == "waiting"


def test_nobody_who_says_nothing_is_asked_for_ever(box: Box) -> None:
    box.done("play", {"film": FILM})
    for passed_s in (5 * 3600, AFTERWARDS_S):
        box.hand.now_s += passed_s
        box.daemon.beat()
    assert box.settings_now()["evening"] == "waiting"


def test_a_film_that_a_player_has_is_marked_and_started(tmp_path: Path) -> None:
    shelf = Shelf("ml")
    with Box(tmp_path, player=shelf) as box:
        box.done("recommend", {"languages": ["ml"], "count": 3})
        box.turn_until(
            lambda: any(film["playable"] for film in box.heard()["recommendations"][-1]["films"])
        )
        box.done("recommend", {"languages": ["de"], "count": 3})
        box.daemon.beat()
        assert not any(film["playable"] for film in box.heard()["recommendations"][-1]["films"])
        assert box.done("play", {"film": FILM, "request": "p1"}) == {"started": True}
        assert box.done("play", {"film": FILM, "request": "p1"}) == {"started": True}
        assert shelf.played == [FILM]


def test_a_player_that_is_away_is_told_and_the_evening_stays(tmp_path: Path) -> None:
    with Box(tmp_path, player=Shelf(fault="kodi at den:8080: does not answer")) as box:
        field, message = box.refused("play", {"film": FILM})
        assert (field, "does not answer" in message) == ("film", True)
        assert box.settings_now()["evening"] == "waiting"
        assert box.refused("play", {"film": "no-such-film"})[0] == "film"


def test_a_player_that_breaks_is_told_and_the_device_goes_on(tmp_path: Path) -> None:
    class Broken(Shelf):
        def holds(self, film: Film) -> bool:
            raise ZeroDivisionError(film.id)

    with Box(tmp_path, player=Broken()) as box:
        assert box.refused("play", {"film": FILM}) == (
            "payload",
            "failed; the device's log says why",
        )
        assert box.done("recommend")["films"]


def test_a_request_sent_again_while_it_is_carried_out_is_answered_with_it(tmp_path: Path) -> None:
    go = threading.Event()

    class Slow(Shelf):
        def play(self, film: Film) -> None:
            go.wait(GUARD_S)
            super().play(film)

    slow = Slow("ml")
    said = json.dumps({"film": FILM, "request": "p1"}).encode()
    reply = TOPICS.reply("guest", "play")
    with Box(tmp_path, player=slow) as box:
        for _ in range(2):
            box.wire.hear(TOPICS.command("guest", "play"), said)
            box.daemon.beat()
        assert box.heard()[reply] == []
        assert box.done("search", {"title": "drishyam"})["films"]  # the loop does not wait
        go.set()
        box.turn_until(lambda: len(box.heard()[reply]) == 2)
        first, second = box.heard()[reply]
        assert first == second == {"request": "p1", "ok": {"started": True}}
        assert slow.played == [FILM]
