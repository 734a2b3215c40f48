"""Files row by row: plain, gz or zip, with the place of each row and how far the reading is."""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

from emoflix_catalog.importers.contract import SourceError, Tally

_EVERY_ROWS: Final = 4096
"""How often the progress is told."""
_MOST_FIELD_CHARACTERS: Final = 1 << 20
"""A whole film's credits stand in one field of some tables."""
_DAMAGED: Final = (OSError, EOFError, zlib.error, zipfile.BadZipFile, UnicodeDecodeError)


@contextmanager
def open_text(path: Path, encoding: str = "utf-8") -> Iterator[tuple[IO[str], Callable[[], int]]]:
    """Open a text file, one in gz, or the first table in a zip.

    Yields:
        The text, and a function that answers how many bytes of the file are read.
    """
    if encoding == "utf-8":
        encoding = "utf-8-sig"  # some programs write the mark, and none of our tables begin so
    with path.open("rb") as raw, _unpacked(path, raw) as binary:
        yield io.TextIOWrapper(binary, encoding=encoding, newline=""), raw.tell


@contextmanager
def _unpacked(path: Path, raw: BinaryIO) -> Iterator[BinaryIO]:
    if path.suffix == ".gz":
        with gzip.open(raw) as unpacked:
            yield cast("BinaryIO", unpacked)
    elif path.suffix == ".zip":
        with zipfile.ZipFile(raw) as archive, archive.open(_table_in(path, archive)) as unpacked:
            yield cast("BinaryIO", unpacked)
    else:
        yield raw


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
    csv.field_size_limit(_MOST_FIELD_CHARACTERS)
    with _errors_named(path) as line, open_text(path, encoding) as (text, told):
        reader = csv.reader(text, delimiter=delimiter)
        columns = list(header) if header is not None else next(reader, [])
        for name in needed:
            if name not in columns:
                raise SourceError(
                    f"{path}:1: the column {name!r} is missing (the header is"
                    f" {delimiter.join(columns)[:200]!r}): give the table this importer reads"
                )
        size = path.stat().st_size
        while True:
            try:
                row = next(reader, None)
            except csv.Error as error:
                tally.pass_by("no CSV row", f"{path.name}:{reader.line_num}", str(error))
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
                tally.pass_by("another number of fields", place, detail)
        tally.at(size, size)


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
            return set(next(csv.reader(text), ()))
    except (*_DAMAGED, csv.Error, SourceError, LookupError):
        return set()


@contextmanager
def _errors_named(path: Path) -> Iterator[list[int]]:
    """Say at which line a file could not be read further."""
    line = [0]
    try:
        yield line
    except FileNotFoundError as error:
        raise SourceError(f"{path}: there is no such file: name another") from error
    except _DAMAGED as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise SourceError(
            f"{path}:{line[0] + 1}: cannot be read further ({reason}): it may be cut short or of"
            " another encoding; get it again; nothing was changed"
        ) from error


def _table_in(path: Path, archive: zipfile.ZipFile) -> str:
    for name in archive.namelist():
        if name.endswith((".csv", ".tsv")) and not name.startswith("__MACOSX"):
            return name
    raise SourceError(f"{path}: holds no table (*.csv): name another")
