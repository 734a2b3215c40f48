import os
from pathlib import Path

import pytest

from emoflix_catalog.container import open_container
from emoflix_catalog.errors import BundleError, CatalogueError, StoreError
from emoflix_catalog.store import open_catalogue
from emoflix_catalog.whole import alone, replacing


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A pipe to which nobody writes: who opens it waits for ever."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_no_file_takes_the_place_of_a_device_or_pipe(pipe: Path) -> None:
    with pytest.raises(OSError, match="is no file"), replacing(pipe) as out:
        out.write(b"new")
    assert pipe.is_fifo()
    assert list(pipe.parent.iterdir()) == [pipe]


def test_no_catalogue_is_begun_in_the_place_of_a_device_or_pipe(pipe: Path) -> None:
    with pytest.raises(CatalogueError, match=r"pipe: cannot be written \(.* is no file\)"):
        alone(pipe).__enter__()


def test_a_pipe_is_no_catalogue_and_not_waited_for(pipe: Path) -> None:
    with pytest.raises(StoreError, match="is not a catalogue file: name another"):
        open_catalogue(pipe)


def test_a_pipe_is_no_bundle_and_not_waited_for(pipe: Path) -> None:
    with (
        pytest.raises(BundleError, match="is no bundle of Emoflix: name another"),
        open_container(pipe, b""),
    ):
        pass
