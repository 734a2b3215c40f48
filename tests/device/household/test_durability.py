import datetime as dt
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from emoflix_device.errors import StateError
from emoflix_device.household import Feedback, HouseholdStore, Preferences, RequestKey
from emoflix_device.household.key import Key
from emoflix_device.household.migrations import MIGRATIONS

WRITER = """
import datetime as dt
import sys
from pathlib import Path
from emoflix_device.household import Feedback, HouseholdStore, RequestKey
from emoflix_device.household.key import Key
key = Key(sys.argv[2]) if len(sys.argv) > 2 else None
store = HouseholdStore(Path(sys.argv[1]), key)
now = dt.datetime.now(dt.UTC)
for number in range(200):
    with store.transaction():
        store.history.add("Anna", Feedback(film=f"film-{number}", kind="like"), now)
        request = RequestKey("phone", "feedback", str(number))
        store.answers.remember(request, b"{}", now, profile="Anna")
    print(number, flush=True)
"""
"""Writes feedback and acknowledges each on its standard output."""


@pytest.mark.parametrize("seed", range(5))
def test_no_acknowledged_feedback_is_missing_after_a_kill(
    file: Path, key: Key | None, seed: int
) -> None:
    with HouseholdStore(file, key) as store:
        store.profiles.create("Anna")
    arguments = [sys.executable, "-c", WRITER, file, *([key.secret] if key else [])]
    chance = random.Random(seed)  # noqa: S311
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [int(next(writer.stdout)) for _ in range(chance.randrange(1, 200))]
        killer = threading.Timer(chance.uniform(0, 0.005), os.kill, (writer.pid, signal.SIGKILL))
        killer.start()
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
        killer.join()
    with HouseholdStore(file, key) as store:
        kept = [said.film for said in store.history.of("Anna")]
        assert kept[: len(acknowledged)] == [f"film-{number}" for number in acknowledged]
        # Of the one that was under way there is the feedback and its answer, or neither.
        answered = [
            number
            for number in range(200)
            if store.answers.find(RequestKey("phone", "feedback", str(number))) is not None
        ]
        assert kept == [f"film-{number}" for number in answered]
        assert store._database.value("PRAGMA integrity_check") == "ok"


def fill(store: HouseholdStore, at: dt.datetime) -> int:
    """Say more and more until there is no room; how many answers were acknowledged."""
    acknowledged = 0

    def say() -> None:
        nonlocal acknowledged
        while acknowledged < 10_000:
            film = f"film-{acknowledged}"
            store.history.add("Anna", Feedback(film=film, kind="review", review="x" * 9000), at)
            acknowledged += 1

    with pytest.raises(StateError, match="the disk is full: make room; all that was acknowledged"):
        say()
    return acknowledged


def test_a_full_disk_is_told_and_loses_nothing(
    small_disk: Path, key: Key | None, tonight: dt.datetime
) -> None:
    file = small_disk / "household.db"
    with HouseholdStore(file, key) as store:
        store.profiles.create("Anna")
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(3_500_000))
        acknowledged = fill(store, tonight)
        assert len(store.history.of("Anna")) == acknowledged > 0
        assert not store._database.in_transaction
        ballast.unlink()
        store.history.add("Anna", Feedback(film="room-again", kind="like"), tonight)
    with HouseholdStore(file, key) as store:
        kept = [said.film for said in store.history.of("Anna")]
        assert kept == [*(f"film-{number}" for number in range(acknowledged)), "room-again"]
        assert store._database.value("PRAGMA integrity_check") == "ok"


def test_an_erasing_on_a_full_disk_is_ended_when_there_is_room(
    small_disk: Path, tonight: dt.datetime
) -> None:
    file = small_disk / "household.db"
    with HouseholdStore(file) as store:
        store.profiles.create("Bo")
        store.profiles.create("Anna")
        store.history.add("Bo", Feedback(film="a", kind="review", review="gone " * 500), tonight)
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(3_500_000))
        acknowledged = fill(store, tonight)
        with pytest.raises(StateError):
            store.erase("Bo")
        ballast.unlink()
        if "Bo" in store.profiles.names():  # there was no room even for the deletion
            store.erase("Bo")
        store.sweep(tonight)
        assert store.profiles.names() == ("Anna",)
        assert len(store.history.of("Anna")) == acknowledged
        assert store._database.value("PRAGMA freelist_count") == 0
        assert b"gone gone" not in b"".join(part.read_bytes() for part in small_disk.iterdir())


def test_a_store_that_may_not_grow_is_told_and_loses_nothing(
    store: HouseholdStore, tonight: dt.datetime
) -> None:
    store._database.value("PRAGMA max_page_count = 60")
    acknowledged = fill(store, tonight)
    assert len(store.history.of("Anna")) == acknowledged > 0
    store._database.value("PRAGMA max_page_count = 1000000")
    store.history.add("Anna", Feedback(film="room-again", kind="like"), tonight)
    assert len(store.history.of("Anna")) == acknowledged + 1


def test_two_programs_can_have_the_store_open(
    file: Path, key: Key | None, tonight: dt.datetime
) -> None:
    with HouseholdStore(file, key) as daemon, HouseholdStore(file, key) as command:
        daemon.profiles.create("Anna")
        daemon.history.add("Anna", Feedback(film="a", kind="like"), tonight)
        assert len(command.history.of("Anna")) == 1
        command.erase("Anna")
        assert daemon.profiles.names() == ()


def test_a_store_of_the_first_version_keeps_what_it_has(file: Path, tonight: dt.datetime) -> None:
    with sqlite3.connect(file) as old:
        old.executescript(f"{MIGRATIONS[0]} PRAGMA user_version = 1;")
        old.execute("INSERT INTO consent VALUES (?, NULL)", (tonight.isoformat(),))
        old.execute("UPDATE camera_switch SET wanted = 0")
        old.execute("INSERT INTO profile VALUES ('household', ?)", (b'{"languages":["ml"]}',))
    old.close()
    with HouseholdStore(file) as store:
        assert store.consent_given
        assert not store.moods_kept
        assert not store.camera_wanted
        assert store.preferences("household") == Preferences(languages=("ml",))
        assert store.profiles.names() == ("household",)
        assert store._database.value("PRAGMA user_version") == len(MIGRATIONS)
        assert store._database.rows("PRAGMA foreign_key_check") == []


def test_a_migration_that_fails_changes_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    HouseholdStore(file).close()
    broken = "CREATE TABLE new (a TEXT) STRICT; INSERT INTO nowhere VALUES (1);"
    with monkeypatch.context() as patch:
        patch.setattr("emoflix_device.household.store.MIGRATIONS", (*MIGRATIONS, broken))
        with pytest.raises(StateError, match="no such table: nowhere"):
            HouseholdStore(file)
    with HouseholdStore(file) as store:
        assert store._database.value("PRAGMA user_version") == len(MIGRATIONS)
        assert store._database.rows("SELECT name FROM sqlite_master WHERE name = 'new'") == []
