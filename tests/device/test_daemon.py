"""What the commands do to a whole loop, and what stays as it was."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest

from emoflix_catalog.features.look import describe
from emoflix_catalog.film import Film
from emoflix_device.evening import AFTERWARDS_S
from emoflix_device.household import Preferences, viewer_of
from emoflix_device.playing import PlayerError
from tests.device.box import TOPICS, Box, starter
from tests.mosquitto import GUARD_S

FILM = "drishyam-2013"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with Box(tmp_path) as opened:
        yield opened


class Shelf:
    """A player that has the films of one language, or is away."""

    def __init__(self, language: str = "", *, fault: str | None = None) -> None:
        self.language, self.fault = language, fault
        self.played: list[str] = []

    def holds(self, film: Film) -> bool:
        if self.fault is not None:
            raise PlayerError(self.fault)
        return film.language == self.language

    def play(self, film: Film) -> None:
        self.played.append(film.id)


def first_film(box: Box, **wishes: Any) -> str:
    film: str = box.done("recommend", {"count": 3, **wishes})["films"][0]["id"]
    return film


# What people say


def test_a_liked_film_is_kept_learnt_from_and_not_offered_again(box: Box) -> None:
    slate = box.done("recommend", {"languages": ["ml"]})
    film = slate["films"][0]["id"]
    said = {"film": film, "kind": "like", "slate": slate["slate"], "request": "f1"}
    assert box.done("feedback", said) == {"learnt": True}
    assert [each.film for each in box.store.history.of("household")] == [film]
    assert box.store.profiles.learned("household")["policy"]["answers"] == 1
    assert box.events("feedback")[-1]["film"] == film
    later = box.done("recommend", {"languages": ["ml"], "count": 20})
    assert film not in [each["id"] for each in later["films"]]


@pytest.mark.parametrize(
    ("review", "verdict"),
    [("A masterpiece, wonderfully played", "liked"), ("Dull and far too long", "disliked")],
)
def test_a_review_is_learnt_from_by_what_its_words_say(box: Box, review: str, verdict: str) -> None:
    film = first_film(box)
    said = {"film": film, "kind": "review", "review": review}
    assert box.done("feedback", said) == {"learnt": True, "understood": True}
    assert box.store.profiles.learned("household")["policy"]["answers"] == 1
    viewer = viewer_of(Preferences(), box.store.history.of("household"))
    assert getattr(viewer, verdict) == (film,)


@pytest.mark.parametrize("review", ["Das war leider nichts", "ഗംഭീര സിനിമ", "Seen on Sunday"])
def test_a_review_that_is_not_understood_is_kept_and_moves_nothing(box: Box, review: str) -> None:
    film = first_film(box)
    said = {"film": film, "kind": "review", "review": review}
    assert box.done("feedback", said) == {"learnt": False, "understood": False}
    (kept,) = box.store.history.of("household")
    assert (kept.review, kept.sentiment) == (review, None)
    assert "policy" not in box.store.profiles.learned("household")
    viewer = viewer_of(Preferences(), [kept])
    assert viewer == msgspec.structs.replace(Preferences().viewer(), seen=frozenset({film}))


def test_the_stars_beside_a_review_say_more_than_its_words(box: Box) -> None:
    said = {"film": FILM, "kind": "review", "review": "Dull", "rating": 5}
    assert box.done("feedback", said)["understood"]
    viewer = viewer_of(Preferences(), box.store.history.of("household"))
    assert viewer.liked == (FILM,)


def test_a_request_sent_twice_counts_once_also_after_a_restart(tmp_path: Path) -> None:
    said = {"film": FILM, "kind": "like", "request": "f1"}
    with Box(tmp_path) as box:
        first = box.ask("feedback", said)
        assert box.ask("feedback", said) == first
    with Box(tmp_path) as box:
        assert box.ask("feedback", said) == first
        assert len(box.store.history.of("household")) == 1


def test_what_was_refused_may_be_tried_again_under_the_same_id(box: Box) -> None:
    assert box.refused("feedback", {"film": "no-such-film", "kind": "like", "request": "f1"})
    assert box.done("feedback", {"film": FILM, "kind": "like", "request": "f1"})


def test_stars_are_kept_on_the_scale_of_ten_and_told_as_stars(box: Box) -> None:
    box.done("feedback", {"film": FILM, "kind": "rating", "rating": 4.5})
    assert box.store.history.of("household")[0].rating == 9
    entry = box.done("history")["entries"][0]
    assert (entry["film"], entry["title"], entry["rating"]) == (FILM, "Drishyam", 4.5)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"film": "no-such-film", "kind": "like"}, "film"),
        ({"film": FILM, "kind": "rating", "rating": 11}, "rating"),
        ({"film": FILM, "kind": "rating", "rating": 0}, "rating"),
        ({"film": FILM, "kind": "rating"}, "rating"),
        ({"film": FILM, "kind": "like", "rating": 4}, "rating"),
        ({"film": FILM, "kind": "review", "review": "x" * 10_001}, "review"),
        ({"film": FILM, "kind": "review", "review": "a\x00b"}, "review"),
        ({"film": FILM, "kind": "adore"}, "kind"),
        ({"film": FILM, "kind": "like", "profile": "Nobody"}, "profile"),
        ({"film": FILM, "kind": "like", "profile": "An\nna"}, "profile"),
        ({"film": FILM, "kind": "like", "because": "film"}, "because"),
        ({"kind": "like"}, "film"),
    ],
)
def test_feedback_that_cannot_be_kept_is_refused_and_changes_nothing(
    box: Box, request_: dict[str, Any], field: str
) -> None:
    assert box.refused("feedback", request_)[0] == field
    assert box.store.history.of("household") == ()
    assert box.events("feedback") == []


def test_history_is_added_to_and_removed_from(box: Box) -> None:
    assert box.done("history", {"action": "add", "film": FILM})["entries"][0]["kind"] == "watched"
    box.done("feedback", {"film": FILM, "kind": "like"})
    assert len(box.done("history")["entries"]) == 2
    assert box.done("history", {"action": "remove", "film": FILM}) == {"entries": []}
    assert box.done("history") == {"entries": []}
    assert box.refused("history", {"action": "remove", "film": FILM})[0] == "film"
    assert box.refused("history", {"action": "add"})[0] == "film"


# Who watches


def test_each_profile_has_its_own_preferences_and_history(box: Box) -> None:
    box.done("profile", {"action": "create", "name": "Anna"})
    box.done("profile", {"action": "select", "name": "Anna"})
    assert box.settings_now()["profile"] == "Anna"
    box.done("preferences", {"languages": ["ml"]})
    box.done("feedback", {"film": FILM, "kind": "like"})
    box.done("profile", {"action": "select", "name": "household"})
    assert box.settings_now()["profile"] is None
    assert box.done("preferences")["languages"] == []
    assert box.done("history") == {"entries": []}
    assert len(box.done("history", {"profile": "Anna"})["entries"]) == 1


def test_moods_left_out_and_films_that_no_library_holds_are_not_shown(box: Box) -> None:
    kept = box.done("preferences", {"mood_tags_left_out": ["dark", "gritty"]})
    assert kept["mood_tags_left_out"] == ["dark", "gritty"]
    slate = box.done("recommend", {"count": 20})
    films = [starter().film(film["id"]) for film in slate["films"]]
    assert films
    assert not {"dark", "gritty"} & {tag for film in films for tag in film.mood_tags}
    box.done("preferences", {"libraries": ["jellyfin"]})  # none of the starter catalogue's are
    assert box.done("recommend")["films"] == []
    assert box.refused("preferences", {"libraries": ["netflix"]})[0] == "libraries[0]"


def test_a_profile_is_renamed_exported_and_erased(box: Box) -> None:
    box.done("profile", {"action": "create", "name": "Anna"})
    box.done("feedback", {"film": FILM, "kind": "like", "profile": "Anna", "request": "f1"})
    box.done("profile", {"action": "rename", "name": "Anna", "new_name": "Bo", "request": "p1"})
    assert box.done("profile", {"action": "list"})["profiles"] == ["household", "Bo"]
    export = box.done("profile", {"action": "export", "name": "Bo", "request": "p2"})["data"]
    assert export["feedback"][0]["film"] == FILM
    assert len(export["answers"]) == 2  # the export itself is none of them
    box.done("profile", {"action": "erase", "name": "Bo", "request": "p3"})
    assert box.done("profile", {"action": "list"})["profiles"] == ["household"]
    traces = b"".join(part.read_bytes() for part in box.settings.state_dir.glob("household.db*"))
    assert b"Bo" not in traces.replace(b"BoX", b"")
    assert box.done("profile", {"action": "erase", "name": "Bo", "request": "p3"}) == {}


def test_a_slate_that_was_made_for_an_erased_profile_is_taken_back(box: Box) -> None:
    for name in ("Anna", "Bo"):
        box.done("profile", {"action": "create", "name": name})
    box.done("recommend", {"profile": "Anna"})
    box.done("profile", {"action": "erase", "name": "Bo"})
    assert box.heard()["recommendations"][-1]["films"]
    box.done("profile", {"action": "erase", "name": "Anna"})
    assert box.heard()["recommendations"][-1]["films"] == []


def test_the_household_itself_can_be_erased_and_begins_anew(box: Box) -> None:
    box.done("feedback", {"film": FILM, "kind": "like"})
    box.done("profile", {"action": "erase", "name": "household"})
    assert box.done("history") == {"entries": []}


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"action": "create"}, "name"),
        ({"action": "create", "name": "a\x07"}, "name"),
        ({"action": "create", "name": "\u202egnp.exe"}, "name"),
        ({"action": "create", "name": "household"}, "name"),
        ({"action": "create", "name": "x" * 51}, "name"),
        ({"action": "select", "name": "Nobody"}, "profile"),
        ({"action": "rename", "name": "household", "new_name": "x"}, "name"),
        ({"action": "rename", "name": "household"}, "new_name"),
        ({"action": "dance"}, "action"),
    ],
)
def test_a_profile_command_that_cannot_be_done_is_refused(
    box: Box, request_: dict[str, Any], field: str
) -> None:
    assert box.refused("profile", request_)[0] == field
    assert box.store.profiles.names() == ("household",)


def test_a_hostile_name_is_only_a_name(box: Box) -> None:
    name = "<img src=x onerror=alert(1)>'; DROP TABLE profile; --"
    box.done("profile", {"action": "create", "name": name[:50]})
    assert box.done("profile", {"action": "list"})["profiles"] == ["household", name[:50]]


def test_a_slate_is_made_for_several_people(box: Box) -> None:
    for name, languages in (("Anna", ["ml", "en"]), ("Bo", ["en", "de"])):
        box.done("profile", {"action": "create", "name": name})
        box.done("profile", {"action": "select", "name": name})
        box.done("preferences", {"languages": languages})
    slate = box.done("recommend", {"profile": ["Anna", "Bo"], "count": 4})
    assert {film["language"] for film in slate["films"]} == {"en"}  # the one they share
    for name in ("Anna", "Bo"):
        record = box.store.slates.of(name)[-1]
        assert record.slate == slate["slate"]
        assert record.context["profiles"] == 2
    assert box.refused("recommend", {"profile": ["Anna", "Nobody"]})[0] == "profile"


def test_what_another_program_erased_is_not_used_any_more(tmp_path: Path) -> None:
    from emoflix_device.household import HouseholdStore

    with Box(tmp_path) as box:
        box.done("profile", {"action": "create", "name": "Anna"})
        box.done("profile", {"action": "select", "name": "Anna"})
        box.done("preferences", {"languages": ["ml"]})
        with HouseholdStore(tmp_path / "household.db") as command:
            command.erase("Anna")
        assert box.done("preferences")["languages"] == []
        assert box.settings_now()["profile"] is None


# Slates


def test_genres_and_languages_are_asked_for_one_slate(box: Box) -> None:
    slate = box.done("recommend", {"genres": ["thriller"], "languages": ["ml"], "count": 3})
    assert all("thriller" in film["genres"] for film in slate["films"])
    assert box.done("preferences")["languages"] == []


def test_a_slate_is_logged_with_its_chances_and_without_a_mood(box: Box) -> None:
    slate = box.done("recommend", {"mood": "sad", "count": 3})
    record = box.store.slates.of("household")[-1]
    assert [offer.film for offer in record.offers] == [film["id"] for film in slate["films"]]
    assert all(0 < offer.propensity <= 1 and offer.parts for offer in record.offers)
    assert record.mood is None
    box.done("consent", {"consent": "give", "purpose": "moods"})
    box.done("recommend", {"mood": "sad", "count": 3})
    assert box.store.slates.of("household")[-1].mood == "sad"
    box.done("consent", {"consent": "withdraw", "purpose": "moods"})
    assert [each.mood for each in box.store.slates.of("household")] == [None, None]


def test_films_that_were_just_shown_rest(box: Box) -> None:
    first = {film["id"] for film in box.done("recommend")["films"]}
    second = {film["id"] for film in box.done("recommend")["films"]}
    assert not first & second


def test_a_search_finds_films_and_names(box: Box) -> None:
    assert box.done("search", {"title": "drishyam"})["films"][0]["id"] == FILM
    found = box.done("search", {"person": "mohanl"})
    assert found["people"][0] == "Mohanlal"
    assert box.refused("search", {})[0] == "title"
    assert box.done("search", {"title": '"*(:^ OR 1=1'}) == {"films": [], "people": []}


# The evening


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


# Pictures


def test_a_picture_is_read_and_films_are_found_for_it(box: Box) -> None:
    clip = cv2.VideoCapture(str(Path(__file__).parents[2] / CLIP))
    read, image = clip.read()
    clip.release()
    assert read
    found = box.done("analyze", cv2.imencode(".jpg", image)[1].tobytes())
    face = found["faces"][0]
    assert 0 < face["width"] <= image.shape[1]
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=0.01)
    assert len(found["films"]) == 5
    assert box.heard()["recommendations"] == []  # it is shown to nobody else


CLIP = "device/emoflix_device/clip/invented_faces.mp4"


def test_films_are_found_that_look_like_a_picture_and_fit_the_viewer(tmp_path: Path) -> None:
    grey, red = np.full((48, 64, 3), 128, np.uint8), np.zeros((48, 64, 3), np.uint8)
    red[..., 0] = 200  # red, green, blue
    looks = {FILM: describe(grey), "drishyam-2-2021": describe(red)}
    with Box(tmp_path, looks=looks) as box:
        sent = cv2.imencode(".png", red[..., ::-1])[1].tobytes()
        found = [film["id"] for film in box.done("analyze", sent)["look_alike"]]
        assert found == ["drishyam-2-2021", FILM]
        box.done("history", {"action": "add", "film": "drishyam-2-2021"})
        found = [film["id"] for film in box.done("analyze", sent)["look_alike"]]
        assert found == [FILM]


def test_films_for_the_faces_of_a_picture_look_like_it_too(tmp_path: Path) -> None:
    _, frame = cv2.VideoCapture(str(Path(__file__).parents[2] / CLIP)).read()
    looks = {FILM: describe(frame[..., ::-1]), "drishyam-2-2021": describe(255 - frame)}
    with Box(tmp_path, looks=looks) as box:
        found = box.done("analyze", cv2.imencode(".png", frame)[1].tobytes())
        assert found["faces"]
        told = {film["id"]: film["reasons"] for film in found["films"]}
        assert any(reason.startswith("Looks like your picture") for reason in told[FILM])
        assert "drishyam-2-2021" not in told


def test_a_picture_without_a_face_has_no_films(box: Box) -> None:
    grey = cv2.imencode(".png", np.full((48, 64, 3), 128, np.uint8))[1].tobytes()
    assert box.done("analyze", grey) == {"faces": [], "films": [], "look_alike": []}


@pytest.mark.parametrize("picture", [b"", b"{}", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + b"0" * 99])
def test_a_picture_that_is_none_is_refused(box: Box, picture: bytes) -> None:
    assert box.refused("analyze", picture)[0] == "payload"


def test_a_picture_of_more_than_four_megabytes_is_refused(box: Box) -> None:
    field, message = box.refused("analyze", b"\xff\xd8\xff" + b"0" * 4 * 1024 * 1024)
    assert (field, "too many" in message) == ("payload", True)


# Clocks


def test_a_clock_that_is_set_back_a_year_loses_nothing(box: Box) -> None:
    box.done("feedback", {"film": FILM, "kind": "like", "request": "f1"})
    box.done("recommend")
    box.hand.wall -= dt.timedelta(days=365)
    box.hand.now_s += 90_000  # a day later, so that what is old is looked for
    box.daemon.beat()
    box.done("feedback", {"film": FILM, "kind": "dislike", "request": "f2"})
    assert [said.kind for said in box.store.history.of("household")] == ["like", "dislike"]
    assert len(box.store.slates.of("household")) == 1


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
