"""What people say: kept, learnt from, told again."""

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest

from emoflix_device.household import Preferences, viewer_of
from tests.device.box import Box
from tests.device.handlers.asking import FILM, first_film


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


def test_a_clock_that_is_set_back_a_year_loses_nothing(box: Box) -> None:
    box.done("feedback", {"film": FILM, "kind": "like", "request": "f1"})
    box.done("recommend")
    box.hand.wall -= dt.timedelta(days=365)
    box.hand.now_s += 90_000  # a day later, so that what is old is looked for
    box.daemon.beat()
    box.done("feedback", {"film": FILM, "kind": "dislike", "request": "f2"})
    assert [said.kind for said in box.store.history.of("household")] == ["like", "dislike"]
    assert len(box.store.slates.of("household")) == 1
