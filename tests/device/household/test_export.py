import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoflix_device.household import (
    Feedback,
    HouseholdError,
    HouseholdStore,
    Offer,
    Preferences,
    RequestKey,
    SlateRecord,
    as_json,
    export_profile,
)

LETTERS = st.characters(categories=["L", "N", "P", "S", "Zs"])
FILMS = st.from_regex(r"[a-z0-9]{3,12}-[12][0-9]{3}", fullmatch=True)
TIMES = st.datetimes(
    min_value=dt.datetime(1970, 1, 2),  # noqa: DTZ001 - the zone comes beside it
    max_value=dt.datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)


@st.composite
def feedback(draw: st.DrawFn) -> Feedback:
    kind = draw(
        st.sampled_from(["like", "dislike", "rating", "watched", "not_interested", "review"])
    )
    fields: dict[str, Any] = {"film": draw(FILMS), "kind": kind}
    if kind == "rating":
        fields["rating"] = draw(st.floats(0, 10))
    if kind == "review":
        fields["review"] = draw(st.text(LETTERS, min_size=1, max_size=40).filter(str.strip))
    return Feedback(**fields)


def exported(store: HouseholdStore, name: str, at: dt.datetime) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(as_json(export_profile(store, name, at)))
    return document


@settings(max_examples=25, deadline=None)
@given(said=st.lists(st.tuples(TIMES, feedback()), max_size=12))
def test_an_export_tells_all_that_was_said_in_the_order_it_was_said(
    said: list[tuple[dt.datetime, Feedback]],
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        HouseholdStore(Path(folder) / "household.db") as store,
    ):
        store.profiles.create("Anna")
        for at, one in said:
            store.history.add("Anna", one, at)
        document = exported(store, "Anna", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    told = [
        (
            dt.datetime.fromisoformat(one["at"]),
            *(one.get(name) for name in ("film", "kind", "rating", "review")),
        )
        for one in document["feedback"]
    ]
    assert told == [(at, one.film, one.kind, one.rating, one.review) for at, one in said]


def test_an_export_holds_every_kind_of_thing_that_is_kept(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    store.give_consent(tonight)
    store.give_consent(tonight, "moods")
    store.save_preferences("Anna", Preferences(languages=("ml",), lift=0.9))
    store.profiles.select("Anna")
    store.profiles.save_learned("Anna", {"weights": [0.1, 0.2]})
    store.history.add("Anna", Feedback(film="joji-2021", kind="like"), tonight)
    offer = Offer(film="joji-2021", propensity=0.5)
    store.slates.add(
        "Anna", SlateRecord(slate="a1", at=tonight, offers=(offer,), policy="p-1", mood="sad")
    )
    store.answers.remember(
        RequestKey("phone", "feedback", "r-1"), b'{"ok":{"kept":true}}', tonight, profile="Anna"
    )
    assert exported(store, " Anna", tonight) == {
        "version": 1,
        "profile": "Anna",
        "exported_at": "2026-05-01T20:15:00Z",
        "selected": True,
        "preferences": {"languages": ["ml"], "lift": 0.9},
        "feedback": [{"film": "joji-2021", "kind": "like", "at": "2026-05-01T20:15:00Z"}],
        "slates": [
            {
                "slate": "a1",
                "at": "2026-05-01T20:15:00Z",
                "offers": [{"film": "joji-2021", "propensity": 0.5}],
                "policy": "p-1",
                "mood": "sad",
            }
        ],
        "learned": {"weights": [0.1, 0.2]},
        "answers": [
            {
                "user": "phone",
                "command": "feedback",
                "request": "r-1",
                "reply": {"ok": {"kept": True}},
            }
        ],
        "consents": [
            ["camera", tonight.isoformat(), None],
            ["moods", tonight.isoformat(), None],
        ],
        "camera_wanted": True,
    }


def test_an_export_of_nobody_is_refused(store: HouseholdStore, tonight: dt.datetime) -> None:
    with pytest.raises(HouseholdError, match="profile: there is none"):
        export_profile(store, "Nobody", tonight)


def test_every_table_of_a_profile_goes_into_its_export(store: HouseholdStore) -> None:
    tables = {
        name
        for (name,) in store._database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        for column in store._database.rows(f"PRAGMA table_info({name})")
        if column[1] == "profile"
    }
    assert tables == {"selection", "feedback", "slate", "answer"}, "tell a new table in the export"


@settings(max_examples=15, deadline=None)
@given(
    name=st.from_regex(r"[A-Z][a-z]{9,15}", fullmatch=True),
    reviews=st.lists(
        st.tuples(
            st.from_regex(r"gone-[a-z]{8}", fullmatch=True),
            st.from_regex(r"[a-z]{12,500}", fullmatch=True),
        ),
        min_size=1,
        max_size=40,
    ),
)
def test_erasing_a_profile_leaves_nothing_of_it_in_the_file(
    name: str, reviews: list[tuple[str, str]]
) -> None:
    at = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "household.db"
        with HouseholdStore(file) as store:
            store.profiles.create("Keeper")
            store.profiles.create(name)
            for film, review in reviews:
                store.history.add(name, Feedback(film=film, kind="review", review=review), at)
                store.history.add("Keeper", Feedback(film="kept-2000", kind="like"), at)
                store.slates.add(name, SlateRecord(slate=film, at=at, offers=(), policy="p"))
                key = RequestKey("phone", "feedback", review[:64])
                store.answers.remember(key, review.encode(), at, profile=name)
            store.save_preferences(name, Preferences(actors=(reviews[0][1][:90],)))
            store.profiles.select(name)
            store.erase(name)
            content = b"".join(part.read_bytes() for part in Path(folder).iterdir())
            for words in (name, *(word for review in reviews for word in review)):
                assert words.encode() not in content
            assert store.profiles.names() == ("Keeper",)
            assert store.profiles.selected is None
            assert len(store.history.of("Keeper")) == len(reviews)


def test_erasing_nobody_changes_nothing(store: HouseholdStore) -> None:
    with pytest.raises(HouseholdError, match="profile: there is none"):
        store.erase("Nobody")
    assert store.profiles.names() == ("Anna",)


def test_an_erasing_that_the_power_cut_short_is_ended_at_the_next_start(
    file: Path, tonight: dt.datetime
) -> None:
    store = HouseholdStore(file)
    store.profiles.create("Anna")
    review = "unmistakable" * 300
    store.history.add("Anna", Feedback(film="a", kind="review", review=review), tonight)
    with store._database.transaction():  # as `erase`, up to where the vacuum would begin
        store.profiles.erase("Anna")
        store._leave_no_traces()
    store.close()
    with HouseholdStore(file) as store:
        assert store._database.value("PRAGMA freelist_count") == 0
        assert not store._database.value("SELECT count(*) FROM chore")
        for part in file.parent.iterdir():
            assert b"unmistakable" not in part.read_bytes(), part
