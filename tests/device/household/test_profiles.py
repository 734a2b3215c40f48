from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.household import HouseholdError, HouseholdStore, Preferences
from emoflix_device.household.key import Key
from emoflix_device.household.profiles import MOST
from emoflix_device.household.words import NAME_LIMIT, profile_name


def test_profiles_are_listed_in_the_order_they_were_made(store: HouseholdStore) -> None:
    store.profiles.create("Zoe")
    store.profiles.create("മീന")
    assert store.profiles.names() == ("Anna", "Zoe", "മീന")


def test_a_name_is_kept_without_the_blanks_a_phone_adds(store: HouseholdStore) -> None:
    assert store.profiles.create(" Bo ") == "Bo"
    assert store.profiles.names() == ("Anna", "Bo")


def test_two_spellings_of_one_name_are_one_profile(store: HouseholdStore) -> None:
    store.profiles.create("Ren\u00e9")
    with pytest.raises(HouseholdError, match="name: is taken"):
        store.profiles.create("Rene\u0301")


def test_who_watches_is_remembered_over_a_restart(file: Path, key: Key | None) -> None:
    with HouseholdStore(file, key) as store:
        assert store.profiles.selected is None
        store.profiles.create("Anna")
        store.profiles.select("Anna")
    with HouseholdStore(file, key) as store:
        assert store.profiles.selected == "Anna"
        store.profiles.select(None)
        assert store.profiles.selected is None


def test_a_renamed_profile_keeps_all_it_has(store: HouseholdStore) -> None:
    store.save_preferences("Anna", Preferences(languages=("ml",)))
    store.profiles.save_learned("Anna", {"lift": [0.7, 0.1]})
    store.profiles.select("Anna")
    store.profiles.rename("Anna", "Anu")
    assert store.profiles.names() == ("Anu",)
    assert store.profiles.selected == "Anu"
    assert store.preferences("Anu") == Preferences(languages=("ml",))
    assert store.profiles.learned("Anu") == {"lift": [0.7, 0.1]}


def test_a_name_that_is_taken_is_not_given_twice(store: HouseholdStore) -> None:
    store.profiles.create("Bo")
    with pytest.raises(HouseholdError, match="name: is taken by another profile"):
        store.profiles.rename("Bo", "Anna")
    store.profiles.rename("Bo", "Bo")
    assert store.profiles.names() == ("Anna", "Bo")


def test_a_profile_that_is_not_there_is_named_beside_those_that_are(store: HouseholdStore) -> None:
    with pytest.raises(HouseholdError, match=r"profile: there is none of this name; .*: Anna"):
        store.profiles.select("Nobody")


def test_there_is_an_end_to_profiles(store: HouseholdStore) -> None:
    for number in range(1, MOST):
        store.profiles.create(f"Guest {number}")
    with pytest.raises(HouseholdError, match=f"there are {MOST} already"):
        store.profiles.create("One more")
    assert len(store.profiles.names()) == MOST


def test_nothing_is_learned_of_a_new_profile(store: HouseholdStore) -> None:
    assert store.profiles.learned("Anna") == {}


@pytest.mark.parametrize(
    "name",
    ["Ann\na", "Anna\0", "\x1b[31mAnna", "An\x85na", "An\u2028na", "\u202eannA", "An\ud800na"],
)
def test_a_name_that_upsets_a_screen_is_refused(store: HouseholdStore, name: str) -> None:
    with pytest.raises(HouseholdError, match="name: must hold no control characters"):
        store.profiles.create(name)
    with pytest.raises(HouseholdError, match="control characters"):
        store.save_preferences(name, Preferences())
    assert store.profiles.names() == ("Anna",)


@pytest.mark.parametrize(("name", "fault"), [("  ", "empty"), ("a" * 51, f"at most {NAME_LIMIT}")])
def test_a_name_of_no_use_is_refused(store: HouseholdStore, name: str, fault: str) -> None:
    with pytest.raises(HouseholdError, match=fault):
        store.profiles.create(name)


def test_joiners_that_malayalam_and_persian_are_spelt_with_are_kept() -> None:
    for name in ("ക്\u200dഷ", "می\u200cنا"):  # noqa: RUF001
        assert profile_name(name) == name


@given(st.text(max_size=60))
def test_a_kept_name_is_kept_the_same_again_and_stays_on_one_line(said: str) -> None:
    try:
        name = profile_name(said)
    except HouseholdError:
        return
    assert profile_name(name) == name
    assert len(name.splitlines()) == 1
    assert name.encode()
