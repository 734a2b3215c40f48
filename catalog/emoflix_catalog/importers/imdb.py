"""IMDb's non-commercial files: title.basics, title.ratings, title.principals, name.basics.

Format: https://developer.imdb.com/non-commercial-datasets/. The files are joined in a temporary
SQLite file, so that memory stays flat: what is wanted is marked in bit sets of some megabytes.
"""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from emoflix_catalog.importers import tidy
from emoflix_catalog.importers.contract import Found, Request, RowError, SourceError, Tally
from emoflix_catalog.importers.files import split_rows

FILES: Final = {
    "title.ratings": ("tconst", "averageRating", "numVotes"),
    "title.basics": (
        "tconst",
        "titleType",
        "primaryTitle",
        "originalTitle",
        "isAdult",
        "startYear",
        "runtimeMinutes",
        "genres",
    ),
    "title.principals": ("tconst", "ordering", "nconst", "category"),
    "name.basics": ("nconst", "primaryName"),
}
"""The files, in the order in which they are read, and the columns that are needed."""
_TYPES: Final = frozenset({"movie", "tvMovie"})
_ROLES: Final = {"director": "directors", "writer": "writers", "actor": "cast", "actress": "cast"}
_NOTHING: Final = r"\N"
_MOST_DIGITS: Final = 9
"""Of a name, a place or a number of votes; longer ones are broken, and must not cost memory."""
_TABLES: Final = """
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000;
    CREATE TABLE rating (title INTEGER PRIMARY KEY, mean TEXT, votes TEXT);
    CREATE TABLE title (
        title INTEGER PRIMARY KEY, line INTEGER, name TEXT, original TEXT, year TEXT,
        runtime TEXT, genres TEXT
    );
    CREATE TABLE credit (
        title INTEGER, place INTEGER, person INTEGER, role TEXT, PRIMARY KEY (title, place)
    ) WITHOUT ROWID;
    CREATE TABLE person (person INTEGER PRIMARY KEY, name TEXT);
"""
_TITLES: Final = (
    "SELECT title, line, name, original, year, runtime, genres, mean, votes"
    " FROM title LEFT JOIN rating USING (title) ORDER BY title"
)
_CREDITS: Final = (
    "SELECT title, role, name FROM credit JOIN person USING (person) ORDER BY title, place"
)


def read(request: Request, tally: Tally) -> Iterator[Found]:
    """The films in a folder of the four files, as `.tsv.gz` or `.tsv`.

    Raises:
        SourceError: A file is missing, cut short, or has another header.
    """
    paths = {name: _path(Path(request.where), name) for name in FILES}
    with tempfile.NamedTemporaryFile(prefix="emoflix-imdb-") as file:
        scratch = sqlite3.connect(file.name, isolation_level=None)
        try:
            scratch.executescript(_TABLES)
            scratch.execute("BEGIN")
            _join(scratch, paths, request, tally)
            yield from _films(scratch, paths["title.basics"].name, tally)
        except sqlite3.OperationalError as error:
            raise SourceError(
                f"{file.name}: the files cannot be joined ({error}): make room for a tenth of their"
                " unpacked size; nothing was changed"
            ) from error
        finally:
            scratch.close()


def _join(
    scratch: sqlite3.Connection, paths: dict[str, Path], request: Request, tally: Tally
) -> None:
    """Fill the tables, one file after the other, each marking what is wanted of the next."""
    voted, kept, wanted = _Marks(), _Marks(), _Marks()
    if not request.least_votes:
        voted = _All()
    for table, rows in (
        ("rating VALUES (?, ?, ?)", _ratings(paths, request.least_votes, voted, tally)),
        ("title VALUES (?, ?, ?, ?, ?, ?, ?)", _titles(paths, voted, kept, tally)),
        ("credit VALUES (?, ?, ?, ?)", _credits(paths, kept, wanted, tally)),
        ("person VALUES (?, ?)", _people(paths, wanted, tally)),
    ):
        scratch.executemany(f"INSERT OR IGNORE INTO {table}", rows)


def _ratings(
    paths: dict[str, Path], least_votes: int, voted: "_Marks", tally: Tally
) -> Iterator[tuple[int, str, str]]:
    for line, (title, mean, votes) in _rows(paths, "title.ratings", tally):
        if not (votes.isdecimal() and len(votes) <= _MOST_DIGITS):
            tally.pass_by("no number of votes", f"{paths['title.ratings'].name}:{line}", votes[:20])
        elif int(votes) >= least_votes:
            voted.add(int(title[2:]))
            yield int(title[2:]), mean, votes


def _titles(
    paths: dict[str, Path], voted: "_Marks", kept: "_Marks", tally: Tally
) -> Iterator[tuple[Any, ...]]:
    file = paths["title.basics"].name
    for line, row in _rows(paths, "title.basics", tally):
        tally.read += 1
        title, kind, primary, original, adult, year, runtime, genres = row
        number = int(title[2:])
        reason = (
            "no film but a series, a short or a game"
            if kind not in _TYPES
            else "for adults only"
            if adult != "0"
            else "too few votes"
            if number not in voted
            else "a film that was there already"
            if number in kept
            else ""
        )
        if reason:
            tally.pass_by(reason, f"{file}:{line}", title)
            continue
        kept.add(number)
        yield number, line, primary, original, year, runtime, genres


def _credits(
    paths: dict[str, Path], kept: "_Marks", wanted: "_Marks", tally: Tally
) -> Iterator[tuple[int, int, int, str]]:
    for line, (title, place, person, role) in _rows(paths, "title.principals", tally):
        if role in _ROLES and int(title[2:]) in kept:
            if not (_is_name(person, "nm") and place.isdecimal() and len(place) <= _MOST_DIGITS):
                tally.pass_by("a broken credit", f"{paths['title.principals'].name}:{line}")
                continue
            wanted.add(int(person[2:]))
            yield int(title[2:]), int(place), int(person[2:]), role


def _people(paths: dict[str, Path], wanted: "_Marks", tally: Tally) -> Iterator[tuple[int, str]]:
    for _, (person, name) in _rows(paths, "name.basics", tally):
        if int(person[2:]) in wanted:
            yield int(person[2:]), name


def _films(scratch: sqlite3.Connection, file: str, tally: Tally) -> Iterator[Found]:
    credits_ = groupby(scratch.execute(_CREDITS), key=lambda row: row[0])
    ahead: tuple[int, Iterable[tuple[int, str, str]]] | None = next(credits_, None)
    for number, line, name, original, year, runtime, genres, mean, votes in scratch.execute(
        _TITLES
    ):
        people: dict[str, list[str]] = {field: [] for field in _ROLES.values()}
        if ahead is not None and ahead[0] == number:
            for _, role, person in ahead[1]:
                people[_ROLES[role]].append(person)
            ahead = next(credits_, None)
        place = f"{file}:{line}"
        title_id = f"tt{number:07}"
        try:
            film = tidy.film(
                f"imdb-{title_id}",
                title=name,
                original_title=_given(original),
                year=_given(year),
                identifiers={"imdb": title_id},
                runtime_min=_given(runtime),
                genres=_given(genres).split(","),
                rating=mean,
                votes=votes,
                directors=people["directors"],
                writers=people["writers"],
                cast=people["cast"],
            )
        except RowError as error:
            tally.reject(place, error)
            continue
        yield Found(place, film)


def _given(value: str) -> str:
    return "" if value == _NOTHING else value


def _rows(paths: dict[str, Path], name: str, tally: Tally) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The needed columns of a file's rows; rows that are none are counted and left out."""
    path, columns = paths[name], FILES[name]
    rows = split_rows(path, tally, "\t")
    _, header = next(rows, (1, [""]))
    for column in columns:
        if column not in header:
            raise SourceError(
                f"{path}:1: the column {column!r} is missing: give IMDb's own {name}.tsv.gz"
            )
    kind = "nm" if columns[0] == "nconst" else "tt"
    places = tuple(header.index(column) for column in columns)
    width, contiguous = len(header), places == tuple(range(len(columns)))
    for line, row in rows:
        if len(row) != width:
            detail = f"{len(row)} instead of {width}"
            tally.pass_by("another number of fields", f"{path.name}:{line}", detail)
        elif not _is_name(row[0], kind):
            tally.pass_by("no identifier of IMDb", f"{path.name}:{line}", row[0][:20])
        elif contiguous:
            yield line, tuple(row[: len(columns)])
        else:
            yield line, tuple(row[place] for place in places)


def _is_name(name: str, kind: str) -> bool:
    """Whether this is a title's name (`tt0111161`) or a person's (`nm0000001`)."""
    return name.startswith(kind) and name[2:].isdecimal() and len(name) <= 2 + _MOST_DIGITS


def _path(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.tsv.gz", folder / f"{name}.tsv"):
        if path.is_file():
            return path
    raise SourceError(
        f"{folder}: holds no {name}.tsv.gz: download {', '.join(FILES)} into one folder"
    )


class _Marks:
    """A set of numbers as bits: a million films cost what their highest number does, in eighths."""

    def __init__(self) -> None:
        self._bits = bytearray(1 << 20)

    def add(self, number: int) -> None:
        byte = number >> 3
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1 - len(self._bits) + (1 << 20)))
        self._bits[byte] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        byte = number >> 3
        return byte < len(self._bits) and bool(self._bits[byte] >> (number & 7) & 1)


class _All(_Marks):
    """Every number there is."""

    def __contains__(self, number: int) -> bool:
        return True
