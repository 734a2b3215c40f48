"""Tables of films as people write them: CSV in, films or problems out, nothing raised half-way."""

import csv
import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.film import Film
from emoflix_catalog.vocabulary import AGES, GENRES, LANGUAGES, MOOD_TAGS

FIRST_YEAR: Final = 1888
"""Of Roundhay Garden Scene, the oldest film that survives."""
RUNTIMES_MIN: Final = (1, 900)
SEPARATOR: Final = "|"
MOST_CHARACTERS: Final = 2_000
"""Of one field: longer ones come from a quotation mark that was never closed."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffd]")


class Problem(NamedTuple):
    """What is wrong with a table, where, and what to do about it."""

    file: str
    line: int
    """1 is the header. A row over several lines is named by its last one."""
    column: str
    """"" where the whole row is meant."""
    text: str

    def __str__(self) -> str:
        """As a compiler says it: file:line: column: what and the way out."""
        column = f"{self.column}: " if self.column else ""
        return f"{self.file}:{self.line}: {column}{self.text}"


class Row(NamedTuple):
    """A film and the line on which it stands."""

    file: str
    line: int
    film: Film


class _FieldError(CatalogueError):
    """A field that cannot be taken; the reader adds the place."""


def _text(value: str) -> str:
    if not value:
        raise _FieldError("is empty: give a value")
    return value


def _film_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise _FieldError(
            f"{value!r} is no id: use a-z, 0-9 and single hyphens, such as drishyam-2013"
        )
    return value


def _integer(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not (value.isascii() and value.isdigit() and lowest <= int(value[:9]) <= highest):
            raise _FieldError(f"{value!r} is impossible: give a whole number {lowest} to {highest}")
        return int(value)

    return parse


def _year(value: str) -> int:
    return _integer(FIRST_YEAR, dt.datetime.now(tz=dt.UTC).year + 1)(value)


def _age(value: str) -> int:
    if value not in map(str, AGES):
        raise _FieldError(f"{value!r} is not one of {', '.join(map(str, AGES))}")
    return int(value)


def _list(value: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in value.split(SEPARATOR)) if value else ()
    if "" in parts:
        raise _FieldError(f"an empty entry between two {SEPARATOR!r}: take one of them out")
    if len(set(parts)) < len(parts):
        twice = next(part for part in parts if parts.count(part) > 1)
        raise _FieldError(f"{twice!r} stands there twice: take one out")
    return parts


def _words(vocabulary: Collection[str], name: str) -> Callable[[str], tuple[str, ...]]:
    def parse(value: str) -> tuple[str, ...]:
        parts = _list(value)
        for part in parts:
            if part not in vocabulary:
                near = _nearest(part, vocabulary)
                raise _FieldError(f"{part!r} is not in the vocabulary of {name}{near}")
        return parts

    return parse


def _nearest(word: str, vocabulary: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word[:40].lower(), vocabulary, n=1)
    return f": {near[0]!r} is meant?" if near else ": see emoflix_catalog/vocabulary.py"


def _countries(value: str) -> tuple[str, ...]:
    parts = _list(value)
    for part in parts:
        if not _COUNTRY.fullmatch(part):
            raise _FieldError(f"{part!r} is no country: use ISO 3166-1 alpha-2, such as IN")
    return parts


class _Column(NamedTuple):
    field: str
    parse: Callable[[str], Any]
    least: int = 1
    """How many entries a list holds at least."""


COLUMNS: Final = {
    "id": _Column("id", _film_id),
    "title": _Column("title", _text),
    "original_title": _Column("original_title", _text),
    "year": _Column("year", _year),
    "language": _Column("languages", _words(LANGUAGES, "languages")),
    "countries": _Column("countries", _countries),
    "runtime_min": _Column("runtime_min", _integer(*RUNTIMES_MIN)),
    "age": _Column("age", _age),
    "genres": _Column("genres", _words(GENRES, "genres")),
    "director": _Column("directors", _list),
    "cast": _Column("cast", _list, least=3),
    "mood_tags": _Column("mood_tags", _words(MOOD_TAGS, "mood tags"), least=3),
    "keywords": _Column("keywords", _list, least=0),
    "synopsis": _Column("synopsis", _text),
}
"""The columns of the starter catalogue, in order, and how each is read."""


def read_films(path: Path) -> Iterator[Row | Problem]:
    """Read one table of films, row by row.

    Yields:
        The film of each row that is right, and every problem of each row that is not. A wrong
        header is one problem, and the end.

    Raises:
        OSError: The file cannot be read.
    """
    # Spreadsheets begin a file with a mark, which is no part of the first column's name.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = _next(reader, path)
        if header is None:
            yield Problem(path.name, 1, "", f"is empty: begin with {','.join(COLUMNS)}")
            return
        if header != list(COLUMNS):
            if isinstance(header, Problem):
                yield header
            else:
                yield _wrong_header(path, header)
            return
        while (fields := _next(reader, path)) is not None:
            if isinstance(fields, Problem):
                yield fields
            elif fields:
                yield from _row(path.name, reader.line_num, fields)


def _next(reader: Any, path: Path) -> list[str] | Problem | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        return Problem(path.name, reader.line_num, "", f"is no CSV row ({error}): check its quotes")


def _wrong_header(path: Path, header: list[str]) -> Problem:
    for column in COLUMNS:
        if column not in header:
            return Problem(path.name, 1, column, "this column is missing from the header: add it")
    for column in header:
        if column not in COLUMNS:
            return Problem(path.name, 1, column[:40], "an unknown column: take it out")
    order = ",".join(COLUMNS)
    return Problem(path.name, 1, "", f"the columns stand in another order: make it {order}")


def _row(file: str, line: int, fields: list[str]) -> Iterator[Row | Problem]:
    if len(fields) != len(COLUMNS):
        text = f"has {len(fields)} fields instead of {len(COLUMNS)}: quote fields that hold a comma"
        yield Problem(file, line, "", text)
        return
    values: dict[str, Any] = {}
    for (name, column), raw in zip(COLUMNS.items(), fields, strict=True):
        try:
            values[column.field] = _field(column, raw)
        except _FieldError as invalid:
            yield Problem(file, line, name, str(invalid))
    if len(values) == len(COLUMNS):
        yield Row(file, line, Film(**values))


def _field(column: _Column, raw: str) -> Any:
    if len(raw) > MOST_CHARACTERS:
        raise _FieldError(f"is longer than {MOST_CHARACTERS} characters: is a quotation mark open?")
    if found := _UNPRINTABLE.search(raw):
        code = f"U+{ord(found[0]):04X}"
        raise _FieldError(f"holds {code}, which cannot be printed: save the file as plain UTF-8")
    if raw != raw.strip():
        raise _FieldError("begins or ends with a blank: take it out")
    value = column.parse(raw)
    if isinstance(value, tuple) and len(value) < column.least:
        raise _FieldError(
            f"has {len(value)} entries: give {column.least} or more, split by {SEPARATOR!r}"
        )
    return value
