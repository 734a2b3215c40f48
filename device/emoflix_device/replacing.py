"""Files that appear whole or not at all."""

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(target: Path, mode: int = 0o644) -> Iterator[Path]:
    """Give a file beside `target` to write; at the end it takes the target's place and name.

    If the block raises, what was written is removed and the target is as it was before.

    Args:
        target: what is written; where it is a link, what that leads to.
        mode: its permissions from the moment it has that name; until then it is its owner's alone.

    Raises:
        OSError: the folder is not there or cannot be written to, or what has that name is no file,
            such as `/dev/null`, which a file must not take the place of.
    """
    target = target.resolve()
    if target.exists() and not target.is_file():
        raise FileExistsError(errno.EEXIST, "it is there and is no file")
    with tempfile.NamedTemporaryFile(
        dir=target.parent, prefix=f".{target.stem}-", suffix=target.suffix, delete=False
    ) as opened:
        part = Path(opened.name)
    try:
        yield part
        part.chmod(mode)  # what a person writes, the service reads as another user
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
