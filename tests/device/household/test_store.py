import contextlib
import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from emoflix_device.errors import StateError
from emoflix_device.household import HouseholdStore, Preferences

TONIGHT = dt.datetime(2026, 5, 1, 20, 15, tzinfo=dt.UTC)


def test_nobody_has_consented_before_somebody_says_so(tmp_path: Path) -> None:
    with HouseholdStore(tmp_path / "household.db") as store:
        assert not store.consent_given


def test_consent_outlives_a_restart_until_it_is_withdrawn(tmp_path: Path) -> None:
    with HouseholdStore(tmp_path / "household.db") as store:
        store.give_consent(TONIGHT)
    with HouseholdStore(tmp_path / "household.db") as store:
        assert store.consent_given
        store.withdraw_consent(TONIGHT)
        assert not store.consent_given


def test_the_camera_stays_off_over_a_restart(tmp_path: Path) -> None:
    with HouseholdStore(tmp_path / "household.db") as store:
        assert store.camera_wanted
        store.switch_camera(on=False)
    with HouseholdStore(tmp_path / "household.db") as store:
        assert not store.camera_wanted


def test_preferences_come_back_as_they_were_said(tmp_path: Path) -> None:
    wishes = Preferences(languages=("ml", "ta"), actors=("Mohanlal",), max_age=12, lift=0.8)
    with HouseholdStore(tmp_path / "household.db") as store:
        assert store.preferences("family") is None
        store.save_preferences("family", Preferences())
        store.save_preferences("family", wishes)
    with HouseholdStore(tmp_path / "household.db") as store:
        assert store.preferences("family") == wishes


def test_what_was_acknowledged_survives_a_killed_process(tmp_path: Path) -> None:
    file = tmp_path / "household.db"
    program = """
import sys
from pathlib import Path
from emoflix_device.household import HouseholdStore, Preferences
store = HouseholdStore(Path(sys.argv[1]))
for minutes in range(1, 1000):
    store.save_preferences("family", Preferences(max_runtime_min=minutes))
    print(minutes, flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program, file], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        acknowledged = [int(next(writer.stdout)) for _ in range(20)]
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
    with HouseholdStore(file) as store:
        kept = store.preferences("family")
    assert kept is not None
    assert kept.max_runtime_min is not None
    assert kept.max_runtime_min >= acknowledged[-1]


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "household.db"
    HouseholdStore(file).close()
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StateError, match=r"household.db: written by a newer program \(version 99"):
        HouseholdStore(file)


def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    file = tmp_path / "household.db"
    file.write_text("shopping list: milk, bread, and a very long line to be no header" * 20)
    with pytest.raises(StateError, match=r"household.db: file is not a database"):
        HouseholdStore(file)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="check that the folder exists"):
        HouseholdStore(tmp_path / "nowhere" / "household.db")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("languages", ("xx",)),
        ("genres_left_out", ("musical",)),
        ("mood_tags_left_out", ("dull",)),
        ("libraries", ("netflix",)),
        ("max_age", 7),
    ],
)
def test_a_wish_outside_the_vocabulary_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        Preferences(**{field: value})  # type: ignore[arg-type]
