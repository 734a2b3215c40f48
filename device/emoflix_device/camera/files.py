"""Opening a picture or a video that somebody named."""

import errno
from pathlib import Path
from typing import BinaryIO


def opened(file: Path) -> BinaryIO:
    """A file to be read; no pipe, whose other end may say nothing for ever.

    Raises:
        OSError: it cannot be opened, or is something else.
    """
    if file.exists() and not (file.is_file() or file.is_dir()):
        raise FileExistsError(errno.EEXIST, "it is there and is no file")
    return file.open("rb")
