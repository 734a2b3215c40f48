"""Builds that are killed or run out of room, as processes of their own."""

import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.starter import films_of, starter_films
from emoflix_catalog.store import open_catalogue

CLI = [sys.executable, "-m", "emoflix_catalog", "build", "--catalogue"]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A catalogue with one film less than the starter catalogue, so that a build changes it."""
    path = tmp_path / "catalogue" / "films.sqlite"
    write_catalogue(films_of(starter_films())[1:], path)
    return path


def test_a_build_that_is_killed_at_any_time_leaves_a_whole_catalogue(
    built: Path, tmp_path: Path
) -> None:
    with open_catalogue(built) as catalogue:
        before = len(catalogue)
    started = time.monotonic()
    subprocess.run([*CLI, str(tmp_path / "other" / "films.sqlite")], check=True)
    whole_s = time.monotonic() - started
    for part in range(1, 9):
        build = subprocess.Popen([*CLI, str(built)], stdout=subprocess.DEVNULL)
        try:
            build.wait(timeout=whole_s * part / 8)
        except subprocess.TimeoutExpired:
            build.kill()
            build.wait()
        with open_catalogue(built) as catalogue:
            assert len(catalogue) in {before, before + 1}
            catalogue.film_at(len(catalogue) - 1)
    subprocess.run([*CLI, str(built)], check=True)
    with open_catalogue(built) as catalogue:
        assert len(catalogue) == before + 1
    assert len(list(built.parent.iterdir())) == 2


def test_a_build_without_room_says_so_and_changes_nothing(built: Path) -> None:
    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    with open_catalogue(built) as catalogue:
        before = catalogue.version
    files = set(built.parent.iterdir())
    build = subprocess.run(
        [*CLI, str(built)], capture_output=True, text=True, preexec_fn=little_room, check=False
    )
    assert build.returncode == 2
    assert build.stderr.count("\n") == 1
    assert "cannot be written here" in build.stderr
    assert "what was there is unchanged" in build.stderr
    assert set(built.parent.iterdir()) == files
    with open_catalogue(built) as catalogue:
        assert catalogue.version == before
