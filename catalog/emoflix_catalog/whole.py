"""Files that are written whole or not at all: a kill or a full disk leaves what was there."""

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
        OSError: The folder cannot be written, or is full.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


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
