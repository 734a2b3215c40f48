import datetime as dt
from pathlib import Path

import pytest

from emoflix_device.household import Feedback, HouseholdStore, RequestKey, SlateRecord
from emoflix_device.household.retention import LIMITS, Limit

DAY = dt.timedelta(days=1)
IN_1970 = dt.datetime(1970, 1, 1, 0, 5, tzinfo=dt.UTC)


def show(store: HouseholdStore, name: str, at: dt.datetime) -> None:
    store.slates.add("Anna", SlateRecord(slate=name, at=at, offers=(), policy="p"))


def shown(store: HouseholdStore) -> list[str]:
    return [one.slate for one in store.slates.of("Anna")]


def test_a_slate_goes_after_ninety_days_and_not_before(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    show(store, "first", tonight)
    show(store, "second", tonight + DAY)
    assert store.sweep(tonight + 90 * DAY)["slate"] == 0
    assert store.sweep(tonight + 91 * DAY)["slate"] == 1
    assert shown(store) == ["second"]


def test_an_answer_goes_after_thirty_days(store: HouseholdStore, tonight: dt.datetime) -> None:
    key = RequestKey("phone", "feedback", "r-1")
    store.answers.remember(key, b"{}", tonight)
    store.sweep(tonight + 30 * DAY)
    assert store.answers.find(key) is not None
    store.sweep(tonight + 31 * DAY)
    assert store.answers.find(key) is None


def test_what_was_said_of_films_stays_for_years(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    store.history.add("Anna", Feedback(film="joji-2021", kind="like"), tonight)
    store.give_consent(tonight)
    store.sweep(tonight + 4000 * DAY)
    assert len(store.history.of("Anna")) == 1
    assert store.consent_given


@pytest.mark.parametrize("back", [IN_1970, dt.datetime(2025, 5, 1, tzinfo=dt.UTC)])
def test_a_clock_set_back_deletes_nothing(
    store: HouseholdStore, tonight: dt.datetime, back: dt.datetime
) -> None:
    show(store, "before", tonight)
    show(store, "meanwhile", back)
    store.sweep(back)
    assert shown(store) == ["before", "meanwhile"]


@pytest.mark.parametrize("back", [IN_1970, dt.datetime(2025, 5, 1, tzinfo=dt.UTC)])
def test_what_was_kept_while_the_clock_was_back_is_as_young_as_it_is(
    store: HouseholdStore, tonight: dt.datetime, back: dt.datetime
) -> None:
    show(store, "before", tonight)
    show(store, "meanwhile", back)
    show(store, "after", tonight + DAY)
    store.sweep(tonight + 2 * DAY)
    assert shown(store) == ["before", "meanwhile", "after"]
    store.sweep(tonight + 91 * DAY)
    assert shown(store) == ["after"]


def test_what_a_clock_ahead_dated_into_the_future_is_not_deleted(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    show(store, "future", tonight + 3650 * DAY)
    show(store, "now", tonight)
    store.sweep(tonight + 91 * DAY)
    assert shown(store) == ["future", "now"]


def test_too_many_rows_go_the_oldest_first(
    store: HouseholdStore, tonight: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "slate", Limit(3, days=90))  # type: ignore[arg-type]
    monkeypatch.setitem(LIMITS, "feedback", Limit(2, each=True))  # type: ignore[arg-type]
    store.profiles.create("Bo")
    for number in range(5):
        # The clock runs backwards: order decides.
        at = tonight - number * DAY
        show(store, f"s{number}", at)
        store.history.add("Anna", Feedback(film=f"film-{number}", kind="like"), at)
    store.history.add("Bo", Feedback(film="film-9", kind="like"), tonight)
    assert store.sweep(tonight) == {"feedback": 3, "slate": 2, "answer": 0, "consent": 0}
    assert shown(store) == ["s2", "s3", "s4"]
    assert [said.film for said in store.history.of("Anna")] == ["film-3", "film-4"]
    assert [said.film for said in store.history.of("Bo")] == ["film-9"]


def test_a_sweep_with_nothing_due_writes_nothing(
    store: HouseholdStore, file: Path, tonight: dt.datetime
) -> None:
    show(store, "first", tonight)
    parts = [file, file.with_name("household.db-wal")]
    before = [(part.stat().st_mtime_ns, part.read_bytes()) for part in parts]
    store.sweep(tonight + DAY)
    assert [(part.stat().st_mtime_ns, part.read_bytes()) for part in parts] == before


def test_what_is_swept_leaves_no_trace_in_the_file(file: Path, tonight: dt.datetime) -> None:
    with HouseholdStore(file) as store:
        store.profiles.create("Anna")
        for number in range(50):
            show(store, f"unmistakable-{number}", tonight + number * DAY)
        store.sweep(tonight + 300 * DAY)
        for part in file.parent.iterdir():
            assert b"unmistakable" not in part.read_bytes(), part
