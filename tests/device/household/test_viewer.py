import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.household import Preferences, Said, viewer_of
from emoflix_device.household.viewer import DECLINED_LATELY

AT = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def said(film: str, kind: Any, **fields: Any) -> Said:
    return Said(film=film, kind=kind, at=AT, **fields)


def test_who_said_nothing_is_the_viewer_they_asked_to_be() -> None:
    wishes = Preferences(languages=("ml",), actors=("Mohanlal",), max_age=12)
    assert viewer_of(wishes, []) == wishes.viewer()


def test_likes_and_ratings_become_taste_the_latest_last() -> None:
    viewer = viewer_of(
        Preferences(),
        [
            said("a", "like"),
            said("b", "rating", rating=9.0),
            said("c", "dislike"),
            said("d", "rating", rating=2.0),
            said("e", "rating", rating=5.5),
            said("a", "like"),
        ],
    )
    assert viewer.liked == ("b", "a")
    assert viewer.disliked == ("c", "d")
    assert viewer.seen == {"b", "d", "e"}


def test_the_latest_word_on_a_film_counts() -> None:
    viewer = viewer_of(
        Preferences(),
        [
            said("a", "like"),
            said("a", "dislike"),
            said("b", "not_interested"),
            said("b", "like"),
            said("c", "like"),
            said("c", "rating", rating=5.0),
        ],
    )
    assert (viewer.liked, viewer.disliked, viewer.declined) == (("b",), ("a",), frozenset())


def test_watching_a_film_again_leaves_the_verdict_on_it() -> None:
    viewer = viewer_of(Preferences(), [said("a", "like"), said("a", "watched")])
    assert viewer.liked == ("a",)
    assert viewer.seen == {"a"}


def test_a_film_stopped_early_counts_against_it_only_when_it_was_the_film() -> None:
    viewer = viewer_of(
        Preferences(),
        [
            said("a", "stopped_early", because="film"),
            said("b", "stopped_early", because="evening"),
            said("c", "stopped_early"),
        ],
    )
    assert viewer.disliked == ("a",)
    assert viewer.seen == {"a"}
    assert viewer.declined == frozenset()


def test_a_review_counts_by_its_rating_then_by_its_sentiment() -> None:
    viewer = viewer_of(
        Preferences(),
        [
            said("a", "review", review="…", rating=9.0, sentiment=-1.0),
            said("b", "review", review="…", sentiment=0.9),
            said("c", "review", review="…", sentiment=-0.9),
            said("d", "review", review="…"),
        ],
    )
    assert viewer.liked == ("a", "b")
    assert viewer.disliked == ("c",)
    assert viewer.seen == {"a", "b", "c", "d"}


def test_what_was_watched_elsewhere_counts_as_liked_where_its_source_knows_no_ratings() -> None:
    viewer = viewer_of(
        Preferences(),
        [
            said("a", "watched", source="kodi"),
            said("b", "watched", source="letterboxd"),
            said("c", "rating", rating=5.0, source="letterboxd"),
            said("d", "watched", source="kodi"),
            said("d", "dislike"),
            said("e", "watched"),
        ],
    )
    assert (viewer.liked, viewer.disliked) == (("a",), ("d",))
    assert viewer.seen == {"a", "b", "c", "d", "e"}


def test_only_the_latest_no_counts_as_lately() -> None:
    films = [f"film-{number}" for number in range(DECLINED_LATELY + 1)]
    viewer = viewer_of(Preferences(), [said(film, "not_interested") for film in films])
    assert viewer.declined == set(films[1:])


KINDS = st.sampled_from(["like", "dislike", "not_interested", "watched", "stopped_early"])


@given(st.lists(st.builds(said, st.sampled_from("abcd"), KINDS), max_size=30))
def test_a_film_is_in_one_verdict_at_most(history: list[Said]) -> None:
    viewer = viewer_of(Preferences(), history)
    verdicts = [*viewer.liked, *viewer.disliked, *viewer.declined]
    assert len(verdicts) == len(set(verdicts))
    assert set(verdicts) | viewer.seen <= {one.film for one in history}
