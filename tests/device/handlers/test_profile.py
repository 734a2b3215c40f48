"""Who watches, and what each asks for."""

from pathlib import Path
from typing import Any

import pytest

from tests.device.box import Box, starter
from tests.device.handlers.asking import FILM


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
    box.turn_until(lambda: box.heard()["recommendations"][-1]["films"] == [])


def test_a_slate_stays_with_its_profile_over_a_new_name(box: Box) -> None:
    box.done("profile", {"action": "create", "name": "Anna"})
    box.done("recommend", {"profile": "Anna"})
    box.done("profile", {"action": "rename", "name": "Anna", "new_name": "Bo"})
    box.done("profile", {"action": "list"})
    assert box.heard()["recommendations"][-1]["films"]
    box.done("profile", {"action": "erase", "name": "Bo"})
    box.turn_until(lambda: box.heard()["recommendations"][-1]["films"] == [])


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
        box.done("recommend")
        assert box.heard()["recommendations"][-1]["films"]
        with HouseholdStore(tmp_path / "household.db") as command:
            command.erase("Anna")
        box.turn_until(lambda: box.heard()["recommendations"][-1]["films"] == [])
        assert box.done("preferences")["languages"] == []
        assert box.settings_now()["profile"] is None
