"""Files that are written whole or not at all: a kill or a full disk leaves what was there."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from emoflix_catalog.errors import CatalogueError


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of `path` when the block ends well.

    Raises:
        OSError: The folder cannot be written, or is full, or what has that name is no file, such
            as `/dev/null`, which a file must not take the place of.
    """
    _refuse_what_is_no_file(path)
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let no other program write beside `path` meanwhile, in whose folder the catalogue lies.

    The folder itself is locked, so that nothing is left in it; a killed program lets go of it.

    Raises:
        CatalogueError: Another program does, or the folder cannot be made or read, or what has the
            catalogue's name is no file.
    """
    try:
        _refuse_what_is_no_file(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise CatalogueError(f"{path}: cannot be written ({error.strerror})") from error
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CatalogueError(
                f"{path}: another program is writing a catalogue in this folder: wait for its end"
            ) from error
        yield
    finally:
        os.close(folder)


def _refuse_what_is_no_file(path: Path) -> None:
    if path.exists() and not path.is_file():
        raise FileExistsError(errno.EEXIST, "it is there and is no file")


def copy_whole(file: Path, path: Path) -> None:
    """Copy `file` to `path`, whose folder is made if there is none.

    Raises:
        CatalogueError: The folder cannot be written, or is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with file.open("rb") as source, replacing(path) as out:
            shutil.copyfileobj(source, out)
    except OSError as error:
        raise CatalogueError(f"{path}: cannot be written ({error.strerror}): make room") from error
