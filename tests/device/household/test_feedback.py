import datetime as dt
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from emoflix_device.household import Feedback, HouseholdError, HouseholdStore, RequestKey
from emoflix_device.household.key import Key
from emoflix_device.household.words import REVIEW_LIMIT

SENT = RequestKey("phone", "feedback", "r-1")


def test_what_was_said_comes_back_in_the_order_it_was_said(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    answers = (
        Feedback(film="drishyam-2013", kind="like", slate="a1"),
        Feedback(film="drishyam-2013", kind="rating", rating=8.5),
        Feedback(film="kumbalangi-nights-2019", kind="watched"),
        Feedback(film="joji-2021", kind="not_interested"),
        Feedback(film="joji-2021", kind="stopped_early", because="film"),
        Feedback(film="joji-2021", kind="review", review="Zu lang.\nSchön, aber zu lang."),
        Feedback(film="joji-2021", kind="dislike"),
    )
    for answer in answers:
        store.history.add("Anna", answer, tonight)
    kept = store.history.of("Anna")
    assert [(said.film, said.kind) for said in kept] == [(a.film, a.kind) for a in answers]
    assert kept[0].slate == "a1"
    assert kept[1].rating == 8.5
    assert kept[4].because == "film"
    assert kept[5].review == "Zu lang.\nSchön, aber zu lang."
    assert {said.at for said in kept} == {tonight}


def test_a_clock_set_back_a_year_changes_neither_order_nor_number(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    store.history.add("Anna", Feedback(film="joji-2021", kind="like"), tonight)
    store.history.add(
        "Anna", Feedback(film="joji-2021", kind="dislike"), tonight - dt.timedelta(days=365)
    )
    store.history.add(
        "Anna", Feedback(film="joji-2021", kind="watched"), dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    )
    assert [said.kind for said in store.history.of("Anna")] == ["like", "dislike", "watched"]


def test_the_sentiment_of_a_review_is_kept_beside_it(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    review = Feedback(film="joji-2021", kind="review", review="Gripping.")
    store.history.add("Anna", review, tonight, sentiment=0.8)
    store.history.add("Anna", review, tonight)
    assert [said.sentiment for said in store.history.of("Anna")] == [0.8, None]


def test_what_one_profile_said_is_not_told_of_another(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    store.profiles.create("Bo")
    store.history.add("Anna", Feedback(film="joji-2021", kind="like"), tonight)
    assert store.history.of("Bo") == ()


def test_feedback_of_nobody_is_refused(store: HouseholdStore, tonight: dt.datetime) -> None:
    with pytest.raises(HouseholdError, match="profile: there is none"):
        store.history.add("Nobody", Feedback(film="joji-2021", kind="like"), tonight)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"kind": "rating", "rating": 11}, "rating: must be from 0 to 10, not 11"),
        ({"kind": "rating", "rating": -0.5}, "rating: must be from 0 to 10, not -0.5"),
        ({"kind": "rating", "rating": math.nan}, "rating: must be from 0 to 10, not nan"),
        ({"kind": "rating"}, "rating: is missing"),
        ({"kind": "like", "rating": 5}, "rating: goes with rating or review or watched only"),
        ({"kind": "review"}, "review: is missing"),
        ({"kind": "review", "review": " \n"}, "review: must not be empty"),
        ({"kind": "review", "review": "a\0b"}, "review: must hold no control characters"),
        ({"kind": "review", "review": "a\ud800b"}, "review: must hold no control characters"),
        ({"kind": "like", "review": "Good."}, "review: goes with review only"),
        ({"kind": "watched", "because": "film"}, "because: goes with stopped_early only"),
        ({"kind": "stopped_early", "because": "cat"}, "because: must be one of film, evening"),
        ({"kind": "love"}, "kind: must be one of like, dislike"),
        ({"kind": "like", "film": "../etc"}, "film: is no film's id"),
        ({"kind": "like", "film": "a" * 101}, "film: is no film's id"),
        ({"kind": "like", "slate": "a\nb"}, "slate: is no slate's id"),
    ],
)
def test_feedback_that_makes_no_sense_is_refused_by_field(
    fields: dict[str, Any], fault: str
) -> None:
    with pytest.raises(HouseholdError, match=fault) as refused:
        Feedback(**{"film": "joji-2021", **fields})
    assert refused.value.field == fault.split(":", maxsplit=1)[0]


def test_a_review_of_a_megabyte_is_refused_with_the_limit() -> None:
    with pytest.raises(HouseholdError, match="1048576 characters are too many; at most 10000"):
        Feedback(film="joji-2021", kind="review", review="x" * 2**20)


def test_a_review_of_the_greatest_length_is_kept_whole(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    review = "ഭ" * REVIEW_LIMIT
    store.history.add("Anna", Feedback(film="joji-2021", kind="review", review=review), tonight)
    assert store.history.of("Anna")[0].review == review


def test_a_request_gets_its_old_answer_also_after_a_restart(
    file: Path, key: Key | None, tonight: dt.datetime
) -> None:
    with HouseholdStore(file, key) as store:
        store.profiles.create("Anna")
        assert store.answers.find(SENT) is None
        with store.transaction():
            store.history.add("Anna", Feedback(film="joji-2021", kind="like"), tonight)
            store.answers.remember(SENT, b'{"ok":{}}', tonight, profile="Anna")
    with HouseholdStore(file, key) as store:
        assert store.answers.find(SENT) == b'{"ok":{}}'
        assert store.answers.find(SENT._replace(user="tablet")) is None
        assert store.answers.find(SENT._replace(command="profile")) is None


def test_an_answer_and_what_it_answers_are_kept_together_or_not_at_all(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    def fail_in_between() -> None:
        with store.transaction():
            store.history.add("Anna", Feedback(film="joji-2021", kind="like"), tonight)
            store.answers.remember(SENT, b"{}", tonight)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail_in_between()
    assert store.history.of("Anna") == ()
    assert store.answers.find(SENT) is None


def test_a_step_that_is_refused_leaves_the_rest_of_its_block_alone(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    with store.transaction():
        with suppress(HouseholdError), store.transaction():
            store.history.add("Anna", Feedback(film="joji-2021", kind="like"), tonight)
            store.profiles.select("Nobody")
        store.answers.remember(SENT, b'{"error":{}}', tonight)
    assert store.history.of("Anna") == ()
    assert store.answers.find(SENT) == b'{"error":{}}'


def test_an_import_is_kept_once_however_often_it_is_made(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    found = [
        (tonight, Feedback(film="joji-2021", kind="rating", rating=6)),
        (tonight - dt.timedelta(days=4000), Feedback(film="drishyam-2013", kind="watched")),
    ]
    assert store.history.take_in("Anna", "letterboxd", found) == 2
    assert store.history.take_in("Anna", "letterboxd", found) == 0
    assert store.history.take_in("Anna", "trakt", found[:1]) == 1
    kept = [(said.film, said.source) for said in store.history.of("Anna")]
    assert kept == [
        ("drishyam-2013", "letterboxd"),
        ("joji-2021", "letterboxd"),
        ("joji-2021", "trakt"),
    ]


def test_what_was_said_here_comes_after_what_was_imported_later(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    store.history.add("Anna", Feedback(film="joji-2021", kind="dislike"), tonight)
    old = (tonight - dt.timedelta(days=900), Feedback(film="joji-2021", kind="rating", rating=9))
    store.history.take_in("Anna", "imdb", [old])
    assert [said.kind for said in store.history.of("Anna")] == ["rating", "dislike"]


def test_an_import_that_breaks_off_keeps_nothing(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    with pytest.raises(HouseholdError, match="profile"):
        store.history.take_in(
            "Nobody", "imdb", [(tonight, Feedback(film="joji-2021", kind="watched"))]
        )
    with pytest.raises(HouseholdError, match="source"):
        store.history.take_in("Anna", "\n", [])
    assert store.history.of("Anna") == ()
