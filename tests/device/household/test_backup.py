import datetime as dt
import io
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from emoflix_device import backup as module
from emoflix_device.config import HouseholdSettings
from emoflix_device.errors import StateError
from emoflix_device.household import STORE, Preferences, database, open_household
from emoflix_device.household.opening import KEY

NOW = dt.datetime(2026, 5, 1, 20, tzinfo=dt.UTC)
SETTINGS = HouseholdSettings()
PLAIN = HouseholdSettings(plain=True)


class Box:
    """A configuration and a state folder."""

    def __init__(self, folder: Path, *lines: str) -> None:
        self.state = folder / "state"
        self.state.mkdir(parents=True)
        self.config = folder / "emoflix.yaml"
        self.config.write_text("\n".join(["state_dir: state", *lines]) + "\n", encoding="utf-8")

    def do(self, name: str, file: Path, *options: str) -> str:
        command = {"backup": module.backup, "restore": module.restore}[name]
        arguments = [str(file), "--config", str(self.config), *options]
        result = CliRunner().invoke(command, arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    def profiles(self) -> list[str]:
        with open_household(SETTINGS, self.state) as store:
            return list(store.profiles.names())

    def files(self) -> set[str]:
        return {file.name for file in self.state.iterdir()}


@pytest.fixture
def box(tmp_path: Path) -> Box:
    box = Box(tmp_path / "box", "device: den")
    with open_household(SETTINGS, box.state) as store:
        store.give_consent(NOW)
        store.save_preferences("anna", Preferences(languages=("ml",)))
    return box


@pytest.fixture
def file(box: Box, tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "den.tar"
    box.do("backup", file)
    yield file
    assert not [left for left in tmp_path.iterdir() if left.name.startswith(".")]


def test_what_came_after_a_backup_is_gone_with_its_restoring(box: Box, file: Path) -> None:
    with open_household(SETTINGS, box.state) as store:
        store.save_preferences("bert", Preferences())
        store.erase("anna")
    said = box.do("restore", file, "--yes")
    assert "1 profiles, 0 answers" in said
    assert box.profiles() == ["anna"]
    assert box.files() == {STORE, KEY}


def test_a_backup_is_made_while_the_service_runs_and_holds_what_it_wrote_last(
    box: Box, tmp_path: Path
) -> None:
    with open_household(SETTINGS, box.state) as store:
        store.save_preferences("just now", Preferences())
        box.do("backup", tmp_path / "live.tar")
    with open_household(SETTINGS, box.state) as store:
        store.erase("just now")
    box.do("restore", tmp_path / "live.tar", "--yes")
    assert "just now" in box.profiles()


def test_a_backup_is_for_its_owner_and_cannot_be_read_without_the_key(
    file: Path, tmp_path: Path
) -> None:
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as archive:
        assert archive.getnames() == [module.NOTE, STORE]
        archive.extract(STORE, tmp_path, filter="data")
    assert b"anna" not in file.read_bytes()
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        sqlite3.connect(tmp_path / STORE).execute("SELECT * FROM profile")


def test_another_box_needs_the_key_and_keeps_what_it_has_until_it_comes(
    box: Box, file: Path, tmp_path: Path
) -> None:
    other = Box(tmp_path / "other")
    with pytest.raises(StateError, match=r"the key is not in it"):
        other.do("restore", file, "--yes")
    assert other.files() == set()

    box.do("backup", tmp_path / "whole.tar", "--with-key")
    other.do("restore", tmp_path / "whole.tar", "--yes")
    assert other.profiles() == ["anna"]


def test_a_box_with_another_key_refuses_and_stays_as_it_is(file: Path, tmp_path: Path) -> None:
    other = Box(tmp_path / "other")
    with open_household(SETTINGS, other.state) as store:
        store.save_preferences("carla", Preferences())
    with pytest.raises(StateError, match="is not what it was encrypted with"):
        other.do("restore", file, "--yes")
    assert other.profiles() == ["carla"]


def test_a_running_service_is_not_overwritten(box: Box, file: Path) -> None:
    with open_household(SETTINGS, box.state) as store:
        store.save_preferences("bert", Preferences())
        with pytest.raises(StateError, match="the service has it open; `systemctl stop emoflix`"):
            box.do("restore", file, "--yes")
    assert box.profiles() == ["anna", "bert"]


def test_a_store_that_another_program_writes_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    box, file = Box(tmp_path / "box", "household: {plain: true}"), tmp_path / "den.tar"
    with open_household(PLAIN, box.state) as store:
        store.profiles.create("anna")
    box.do("backup", file)
    with open_household(PLAIN, box.state) as store:
        store.profiles.create("bert")
        store.be_alone()
        with pytest.raises(StateError, match="the service has it open"):
            box.do("restore", file, "--yes")
    with open_household(PLAIN, box.state) as store:
        assert store.profiles.names() == ("anna", "bert")


def test_a_damaged_store_is_what_a_backup_is_for(box: Box, file: Path) -> None:
    (box.state / STORE).write_bytes(b"damaged by a dying card" * 100)
    box.do("restore", file, "--yes")
    assert box.profiles() == ["anna"]


def test_nothing_is_restored_without_a_yes(box: Box, file: Path) -> None:
    with open_household(SETTINGS, box.state) as store:
        store.save_preferences("bert", Preferences())
    assert "Put den's of" in box.do("restore", file)
    assert box.profiles() == ["anna", "bert"]


def archive_of(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in parts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


NOTE = b'{"format":1,"program":"0","made":"2026-05-01T20:00:00Z","device":"den"}'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no tar", "is no backup of emoflix"),
        (archive_of({}), "is no backup of emoflix"),
        (archive_of({"backup.json": NOTE}), "no household.db in it"),
        (archive_of({"backup.json": b"{}", STORE: b""}), "is no backup of emoflix"),
        (archive_of({"backup.json": NOTE.replace(b"1,", b"2,", 1)}), "of another program"),
        (archive_of({"backup.json": b'{"format":2}'}), "of another program"),
        (archive_of({"backup.json": NOTE.replace(b"den", b"\xff")}), "is no backup of emoflix"),
        (archive_of({"backup.json": NOTE.replace(b"den", rb"\u001b[2J")}), "is no backup of"),
        (archive_of({"backup.json": NOTE, STORE: b"nonsense" * 99}), "no store"),
        (archive_of({"backup.json": NOTE, "../../household.db": b"x"}), "no household.db in it"),
    ],
)
def test_what_is_no_backup_is_refused_and_changes_nothing(
    box: Box, tmp_path: Path, content: bytes, says: str
) -> None:
    bad = tmp_path / "bad.tar"
    bad.write_bytes(content)
    with pytest.raises(StateError, match=says):
        box.do("restore", bad, "--yes")
    assert box.profiles() == ["anna"]


def test_a_store_of_a_newer_program_is_told_by_the_name_of_its_backup(
    box: Box, tmp_path: Path
) -> None:
    newer = sqlite3.connect(tmp_path / "newer.db")
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    bad = tmp_path / "newer.tar"
    bad.write_bytes(archive_of({"backup.json": NOTE, STORE: (tmp_path / "newer.db").read_bytes()}))
    box.config.write_text("state_dir: state\nhousehold: {plain: true}\n", encoding="utf-8")
    with pytest.raises(StateError) as refused:
        box.do("restore", bad, "--yes")
    assert str(refused.value).startswith(f"{bad}: written by a newer program")
    assert box.files() == {STORE, KEY}


def test_no_backup_takes_the_place_of_what_is_none(box: Box, file: Path, tmp_path: Path) -> None:
    others = (box.state / STORE, box.state / KEY, box.config)
    before = [other.read_bytes() for other in others]
    for other in others:
        with pytest.raises(StateError, match="is there and is no backup"):
            box.do("backup", other)
    assert [other.read_bytes() for other in others] == before
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(StateError, match="is there and is no backup"):
        box.do("backup", pipe)
    box.do("backup", file)


def test_what_a_killed_restoring_had_unpacked_goes_with_the_next(box: Box, file: Path) -> None:
    left = box.state / ".restore-abc"
    left.mkdir()
    (left / STORE).write_bytes(b"all that was said")
    box.do("restore", file, "--yes")
    assert box.files() == {STORE, KEY}


def test_the_journal_of_a_store_that_was_moved_away_is_not_read_into_the_next(
    box: Box, file: Path
) -> None:
    with open_household(SETTINGS, box.state) as store:
        store.erase("anna")
        store.save_preferences("bert", Preferences())
        journal = (box.state / f"{STORE}-wal").read_bytes()
    (box.state / STORE).unlink()
    (box.state / f"{STORE}-wal").write_bytes(journal)
    box.do("restore", file, "--yes")
    assert box.profiles() == ["anna"]


def test_a_cut_off_backup_is_refused(box: Box, file: Path) -> None:
    file.write_bytes(file.read_bytes()[:3000])
    with pytest.raises(StateError, match="is no backup of emoflix"):
        box.do("restore", file, "--yes")
    assert box.profiles() == ["anna"]


def test_there_must_be_something_to_copy_and_somewhere_to_put_it(box: Box, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="nothing is kept yet"):
        Box(tmp_path / "new").do("backup", tmp_path / "new.tar")
    with pytest.raises(StateError, match="cannot be written"):
        box.do("backup", tmp_path / "nowhere" / "den.tar")


def test_a_plain_store_comes_back_plain(tmp_path: Path) -> None:
    box = Box(tmp_path / "box", "household: {plain: true}")
    settings: Any = HouseholdSettings(plain=True)
    with open_household(settings, box.state) as store:
        store.save_preferences("anna", Preferences())
    box.do("backup", tmp_path / "plain.tar")
    with open_household(settings, box.state) as store:
        store.erase("anna")
    box.do("restore", tmp_path / "plain.tar", "--yes")
    with open_household(settings, box.state) as store:
        assert list(store.profiles.names()) == ["anna"]
