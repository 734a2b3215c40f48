import datetime as dt
from pathlib import Path

import msgspec
import pytest

from emoflix_device.household import HouseholdError, HouseholdStore, Offer, SlateRecord
from emoflix_device.household.key import Key
from emoflix_device.household.learning import LATELY_SLATES


def slate(name: str, at: dt.datetime, *films: str, mood: str | None = None) -> SlateRecord:
    offers = tuple(
        Offer(film=film, propensity=0.25, parts={"quality": 0.5, "affect": 0.125}) for film in films
    )
    return SlateRecord(
        slate=name,
        at=at,
        offers=offers,
        policy="thompson-1",
        context={"part_of_day": "evening", "people": 2},
        mood=mood,
    )


def test_a_slate_is_logged_with_chances_context_and_policy(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    shown = slate("a1", tonight, "joji-2021", "drishyam-2013")
    store.slates.add("Anna", shown)
    assert store.slates.of("Anna") == (shown,)


def test_no_mood_is_kept_unless_somebody_agreed_to_it(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    store.give_consent(tonight)
    store.slates.add("Anna", slate("a1", tonight, "joji-2021", mood="sad"))
    assert not store.moods_kept
    store.give_consent(tonight, "moods")
    store.slates.add("Anna", slate("a2", tonight, "joji-2021", mood="happy"))
    assert store.moods_kept
    assert [one.mood for one in store.slates.of("Anna")] == [None, "happy"]


@pytest.mark.parametrize("purpose", ["moods", "camera"])
def test_moods_are_forgotten_with_the_consent_and_leave_no_trace_in_the_file(
    file: Path, tonight: dt.datetime, purpose: str
) -> None:
    with HouseholdStore(file) as store:
        store.profiles.create("Anna")
        store.give_consent(tonight)
        store.give_consent(tonight, "moods")
        store.slates.add("Anna", slate("a1", tonight, "joji-2021", mood="melancholic"))
        store.withdraw_consent(tonight, purpose)  # type: ignore[arg-type]
        assert not store.moods_kept
        assert store.consent_given == (purpose == "moods")
        assert [one.mood for one in store.slates.of("Anna")] == [None]
        for part in file.parent.iterdir():
            assert b"melancholic" not in part.read_bytes(), part


def test_what_was_ever_agreed_to_can_be_shown(store: HouseholdStore, tonight: dt.datetime) -> None:
    later = tonight + dt.timedelta(hours=1)
    store.give_consent(tonight)
    store.give_consent(tonight, "moods")
    store.withdraw_consent(later, "moods")
    assert store.consents() == (
        ("camera", tonight.isoformat(), None),
        ("moods", tonight.isoformat(), later.isoformat()),
    )


def test_lately_is_told_by_order_whatever_the_clock_shows(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    for number in range(LATELY_SLATES + 2):
        at = tonight - dt.timedelta(days=365 * number)
        store.slates.add("Anna", slate(f"s{number}", at, f"film-{number}", "always"))
    latest = {f"film-{number}" for number in range(2, LATELY_SLATES + 2)}
    assert store.slates.shown_lately("Anna") == latest | {"always"}


def test_a_slate_of_nobody_is_refused(store: HouseholdStore, tonight: dt.datetime) -> None:
    with pytest.raises(HouseholdError, match="profile"):
        store.slates.add("Nobody", slate("a1", tonight, "joji-2021"))


def test_the_log_outlives_a_restart(file: Path, key: Key | None, tonight: dt.datetime) -> None:
    shown = slate("a1", tonight, "joji-2021")
    with HouseholdStore(file, key) as store:
        store.profiles.create("Anna")
        store.slates.add("Anna", shown)
    with HouseholdStore(file, key) as store:
        assert msgspec.json.encode(store.slates.of("Anna")) == msgspec.json.encode((shown,))
