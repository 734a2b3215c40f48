"""Other programs read and write the store meanwhile: `emoflix profile`, a backup, the sweep."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from emoflix_device.camera.source import open_source
from emoflix_device.config import CameraSettings
from emoflix_device.household import database
from tests.device.box import Box


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    clip = CameraSettings(source="clip", loop=True)
    with Box(tmp_path, open_camera=lambda: open_source(clip)) as opened:
        yield opened


@pytest.fixture
def other(box: Box) -> Iterator[sqlite3.Connection]:
    """Another program's way into the store."""
    file = box.settings.state_dir / "household.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        yield connection


def read_on(other: sqlite3.Connection) -> None:
    """Look at the store as it is now, and go on looking."""
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM profile").fetchone()


def test_consent_withdrawn_while_another_program_reads_closes_the_camera(
    box: Box, other: sqlite3.Connection
) -> None:
    box.done("consent", {"consent": "give"})
    box.done("consent", {"consent": "give", "purpose": "moods"})
    box.done("recommend", {"mood": "sad"})
    box.turn_until(lambda: bool(box.daemon._watching.looks))
    read_on(other)
    assert box.done("consent", {"consent": "withdraw"}) == {"given": False}
    assert box.daemon._capture.status == "off"
    assert box.settings_now()["camera"] == "no consent"


def test_a_profile_erased_while_another_program_reads_is_gone(
    box: Box, other: sqlite3.Connection
) -> None:
    box.done("profile", {"action": "create", "name": "Anna"})
    box.done("profile", {"action": "select", "name": "Anna"})
    read_on(other)
    assert box.done("profile", {"action": "erase", "name": "Anna"}) == {}
    assert box.settings_now()["profile"] is None
    assert "Anna" not in box.done("profile", {"action": "list"})["profiles"]


def test_the_loop_goes_on_while_another_program_writes(box: Box, other: sqlite3.Connection) -> None:
    box.done("profile", {"action": "create", "name": "Anna"})
    box.done("profile", {"action": "select", "name": "Anna"})
    other.execute("UPDATE selection SET profile = NULL")
    other.execute("BEGIN IMMEDIATE")  # as a command that writes the file anew
    box.turn_until(lambda: box.settings_now()["profile"] is None)
