"""What is followed as it is said is what a whole history says."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoflix_device.household import Feedback, HouseholdStore, Preferences, viewer_of

AT = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
WISHES = Preferences(languages=("ml",))
FILMS = st.sampled_from(["a", "b", "c", "d"])
SAID = st.one_of(
    st.builds(
        Feedback,
        film=FILMS,
        kind=st.sampled_from(["like", "dislike", "watched", "not_interested"]),
    ),
    st.builds(Feedback, film=FILMS, kind=st.just("rating"), rating=st.sampled_from([2.0, 9.0])),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), SAID),
        st.tuples(st.just("take_in"), SAID),
        st.tuples(st.just("remove"), FILMS),
        st.tuples(st.just("undone"), SAID),
    ),
    max_size=12,
)


def followed(store: HouseholdStore) -> Any:
    return store.history.verdicts("Anna").viewer(WISHES)


def read_anew(store: HouseholdStore) -> Any:
    return viewer_of(WISHES, store.history.of("Anna"))


def say_and_break_off(store: HouseholdStore, what: Feedback) -> None:
    with store.transaction():
        store.history.add("Anna", what, AT)
        raise ZeroDivisionError


@settings(max_examples=40)
@given(steps=STEPS)
def test_verdicts_are_those_of_the_whole_history_after_every_step(
    steps: list[tuple[str, Any]],
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        HouseholdStore(Path(folder) / "household.db") as store,
    ):
        store.profiles.create("Anna")
        for name, what in steps:
            match name:
                case "add":
                    store.history.add("Anna", what, AT)
                case "take_in":
                    store.history.take_in("Anna", "letterboxd", [(AT, what)])
                case "remove":
                    store.history.remove("Anna", what)
                case "undone":
                    with pytest.raises(ZeroDivisionError):
                        say_and_break_off(store, what)
            assert followed(store) == read_anew(store)


def test_what_was_said_long_ago_is_not_read_again_for_the_next_answer(
    store: HouseholdStore, tonight: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for film in ("a", "b", "c"):
        store.history.add("Anna", Feedback(film=film, kind="like"), tonight)
    assert followed(store).liked == ("a", "b", "c")
    store.history.add("Anna", Feedback(film="d", kind="like"), tonight)
    rows: list[tuple[Any, ...]] = []
    read = store._database.rows

    def count(query: str, *values: Any) -> list[tuple[Any, ...]]:
        found = read(query, *values)
        rows.extend(found)
        return found

    monkeypatch.setattr(store._database, "rows", count)
    assert followed(store).liked == ("a", "b", "c", "d")
    assert sum("like" in row for row in rows) == 1


def test_what_the_sweep_deleted_is_no_verdict_any_more(
    store: HouseholdStore, tonight: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emoflix_device.household import retention

    for film in ("a", "b", "c"):
        store.history.add("Anna", Feedback(film=film, kind="like"), tonight)
    assert followed(store).liked == ("a", "b", "c")
    few = {**retention.LIMITS, "feedback": retention.Limit(2, each=True)}
    monkeypatch.setattr(retention, "LIMITS", few)
    store.sweep(tonight)
    assert followed(store).liked == ("b", "c")


def test_only_the_latest_of_a_history_is_read_where_no_more_is_asked_for(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    store.history.add("Anna", Feedback(film="here", kind="like"), tonight)
    told = [(tonight, Feedback(film=film, kind="watched")) for film in ("a", "b")]
    store.history.take_in("Anna", "imdb", told)
    store.history.add("Anna", Feedback(film="here", kind="watched"), tonight)
    latest = store.history.of("Anna", 3)
    assert [said.film for said in latest] == ["b", "here", "here"]
    assert latest == store.history.of("Anna")[-3:]
    assert [said.kind for said in store.history.about("Anna", "here")] == ["like", "watched"]
