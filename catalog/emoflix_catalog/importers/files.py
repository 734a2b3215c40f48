"""Files row by row: plain, gz or zip, with the place of each row and how far the reading is."""

import csv
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

from emoflix_catalog.importers.contract import SourceError, Tally

_EVERY_ROWS: Final = 4096
"""How often the progress is told."""
_MOST_FIELD_CHARACTERS: Final = 1 << 20
"""A whole film's credits stand in one field of some tables."""
DAMAGED: Final = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    UnicodeError,
    csv.Error,
)
"""What reading a file that is cut, damaged or of another encoding ends with."""


@contextmanager
def open_text(path: Path, encoding: str = "utf-8") -> Iterator[tuple[IO[str], Callable[[], int]]]:
    """Open a text file, one in gz, or the first table in a zip.

    Yields:
        The text, and a function that answers how many bytes of the file are read.
    """
    if encoding == "utf-8":
        encoding = "utf-8-sig"  # some programs write the mark, and none of our tables begin so
    with path.open("rb") as raw, _unpacked(path, raw) as binary:
        try:
            text = io.TextIOWrapper(binary, encoding=encoding, newline="")
        except LookupError as error:
            raise SourceError(
                f"{path}: {encoding!r} is no encoding of text: give one such as latin-1"
            ) from error
        yield text, raw.tell


@contextmanager
def _unpacked(path: Path, raw: BinaryIO) -> Iterator[BinaryIO]:
    if path.suffix == ".gz":
        with gzip.open(raw) as unpacked:
            yield cast("BinaryIO", unpacked)
    elif path.suffix == ".zip":
        with (
            zipfile.ZipFile(raw) as archive,
            opened(path, archive, _table_in(path, archive)) as unpacked,
        ):
            yield cast("BinaryIO", unpacked)
    else:
        yield raw


def opened(path: Path, archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """A member of the archive at `path`.

    Raises:
        SourceError: It is encrypted, or packed by a method that Python does not know.
    """
    try:
        return archive.open(name)
    except RuntimeError as error:
        raise SourceError(f"{path}: cannot be unpacked ({error}): pack it anew, plainly") from error


def csv_rows(
    path: Path,
    tally: Tally,
    needed: Iterable[str] = (),
    *,
    delimiter: str = ",",
    header: Sequence[str] | None = None,
    encoding: str = "utf-8",
) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a table by the names of its columns.

    Args:
        path: The file.
        tally: Where rows that are no rows are counted, and the progress.
        needed: The columns that it must have; others are given too.
        delimiter: What stands between two fields.
        header: The names of the columns, for a table that does not begin with them.
        encoding: Of the text.

    Yields:
        The place and the fields; a row with fewer fields than columns is counted and left out.

    Raises:
        SourceError: It cannot be read to its end, or lacks a column.
    """
    with _errors_named(path) as line, open_text(path, encoding) as (text, told):
        reader = csv.reader(text, delimiter=delimiter)
        columns = list(header) if header is not None else _next(reader) or []
        for name in needed:
            if name not in columns:
                raise SourceError(
                    f"{path}:1: the column {name!r} is missing (the header is"
                    f" {delimiter.join(columns)[:200]!r}): give the table this importer reads"
                )
        size = path.stat().st_size
        while True:
            before = reader.line_num
            try:
                row = _next(reader)
            except csv.Error as error:
                tally.pass_by("no CSV row", f"{path.name}:{before + 1}", str(error))
                continue
            line[0] = reader.line_num
            if row is None:
                break
            if line[0] % _EVERY_ROWS == 0:
                tally.at(told(), size)
            place = f"{path.name}:{reader.line_num}"
            if len(row) == len(columns):
                yield place, dict(zip(columns, row, strict=True))
            elif row:
                detail = f"{len(row)} instead of {len(columns)}"
                if lost := reader.line_num - before - 1:
                    # A quotation mark that is not closed takes the lines after it along.
                    place = f"{path.name}:{before + 1}"
                    detail += f", and the {lost:,} lines after it: is a quotation mark open?"
                tally.pass_by("another number of fields", place, detail)
        tally.at(size, size)


def _next(reader: Any) -> list[str] | None:
    # The limit is the whole program's, so it is raised for one row at a time.
    limit = csv.field_size_limit(_MOST_FIELD_CHARACTERS)
    try:
        row: list[str] | None = next(reader, None)
    finally:
        csv.field_size_limit(limit)
    return row


def split_rows(
    path: Path, tally: Tally, separator: str, *, encoding: str = "utf-8"
) -> Iterator[tuple[int, list[str]]]:
    """The lines of a file without quoting, split; much faster than a reader of CSV.

    Yields:
        The number of the line, from 1, and its fields.

    Raises:
        SourceError: It cannot be read to its end.
    """
    with _errors_named(path) as line, open_text(path, encoding) as (text, told):
        size = path.stat().st_size
        for number, row in enumerate(text, start=1):
            line[0] = number
            if number % _EVERY_ROWS == 0:
                tally.at(told(), size)
            yield number, row.rstrip("\r\n").split(separator)
        tally.at(size, size)


def header_of(path: Path, encoding: str = "utf-8") -> set[str]:
    """The names in a table's first row, empty for what cannot be read as one."""
    try:
        with open_text(path, encoding) as (text, _):
            return set(_next(csv.reader(text)) or ())
    except (*DAMAGED, SourceError):
        return set()


@contextmanager
def _errors_named(path: Path) -> Iterator[list[int]]:
    """Say at which line a file could not be read further."""
    line = [0]
    try:
        yield line
    except FileNotFoundError as error:
        raise SourceError(f"{path}: there is no such file: name another") from error
    except DAMAGED as error:
        if isinstance(error, OSError) and error.strerror:
            raise SourceError(
                f"{path}: cannot be read ({error.strerror}): name another; nothing was changed"
            ) from error
        raise SourceError(
            f"{path}:{line[0] + 1}: cannot be read further ({error}): it may be cut short or of"
            " another encoding; get it again; nothing was changed"
        ) from error


def _table_in(path: Path, archive: zipfile.ZipFile) -> str:
    for name in archive.namelist():
        if name.endswith((".csv", ".tsv")) and not name.startswith("__MACOSX"):
            return name
    raise SourceError(f"{path}: holds no table (*.csv): name another")
