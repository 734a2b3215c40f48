"""A store of each sort, and feedback of every kind."""

import datetime as dt
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emoflix_device.household import HouseholdStore
from emoflix_device.household.key import Key

KEYS = {"plain": None, "encrypted": Key("5e" * 32, "household.key")}


@pytest.fixture(params=KEYS)
def key(request: pytest.FixtureRequest) -> Key | None:
    """None for a plain store, or a key."""
    return KEYS[request.param]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "household.db"


@pytest.fixture
def store(file: Path, key: Key | None) -> Iterator[HouseholdStore]:
    """An empty store with the profile Anna."""
    with HouseholdStore(file, key) as opened:
        opened.profiles.create("Anna")
        yield opened


@pytest.fixture
def tonight() -> dt.datetime:
    return dt.datetime(2026, 5, 1, 20, 15, tzinfo=dt.UTC)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not shutil.which("mount"):
        pytest.skip("mount is not here: a small disk cannot be made")
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted: that needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
