"""Files that `emoflix analyze` writes: checked before the work, there as a whole or not at all."""

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from emoflix_device.errors import EmoflixError
from emoflix_device.replacing import replacing


class OutputError(EmoflixError):
    """A file cannot be written where it was wanted."""


def check_output(file: Path, output: Path, suffixes: Collection[str]) -> None:
    """Find out before the work what would go wrong after it.

    Raises:
        OutputError: the name does not end as it should, its folder is not there or cannot be
            written to, or it is the file to be read.
    """
    if output.suffix.lower() not in suffixes:
        raise OutputError(f"{output}: its name must end in {', '.join(sorted(suffixes))}")
    if not output.parent.is_dir():
        raise OutputError(f"{output}: there is no folder {output.parent}")
    if output.is_dir():
        raise OutputError(f"{output}: is a folder")
    if output.exists() and file.exists() and output.samefile(file):
        raise OutputError(f"{output}: is the file to be read; choose another name")
    with _told(output), TemporaryFile(dir=output.parent):
        pass


@contextmanager
def written(output: Path) -> Iterator[Path]:
    """As `replacing`.

    Raises:
        OutputError: it cannot be written.
    """
    with _told(output), replacing(output) as part:
        yield part


@contextmanager
def _told(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{output}: cannot be written ({error.strerror})") from error


def write_csv(output: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows below their names.

    Raises:
        OutputError: it cannot be written.
    """
    with written(output) as part, part.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(columns)
        writer.writerows(rows)
