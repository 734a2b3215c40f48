"""Tables that other people made, read for their facts: title, year, language, director, cast.

Nothing else of them is looked at, and nothing is copied: they are what our own facts are held
against.
"""

import ast
import csv
import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.importers.files import DAMAGED
from emoflix_catalog.text import fold
from emoflix_catalog.vocabulary import LANGUAGES

Fields = Mapping[str, str]
_CODES: Final = {name.lower(): code for code, name in LANGUAGES.items()} | {"cn": "zh"}
"""English names of languages, and TMDB's own code for Cantonese, as our codes."""
_DAMAGED: Final = (*DAMAGED, RuntimeError, StopIteration)
"""Also a zip that is encrypted, or holds no table."""
_YEAR: Final = re.compile(r"\b(18|19|20)\d\d\b")
_ALTERNATIVE: Final = re.compile(r"\s*\((?:a\.k\.a\. )?([^()]+)\)")
_ARTICLE_LAST: Final = re.compile(r"^(.*), (The|A|An|Les?|La|L'|Il|El|Los|Las|Der|Die|Das|Une?)$")
_ARTICLE_FIRST: Final = re.compile(r"^(the|an?) (?=.)")


class Fact(NamedTuple):
    """What one row of a table says of one film."""

    table: str
    titles: tuple[str, ...]
    year: int | None
    languages: tuple[str, ...]
    """Our codes, or the table's own word where we have none; () where it does not say."""
    directors: tuple[str, ...]
    cast: tuple[str, ...]
    tmdb: str = ""


def title_key(title: str) -> str:
    """A title without accents, case, blanks and a leading English article."""
    return _ARTICLE_FIRST.sub("", fold(title)).replace(" ", "")


def read_reference(path: Path) -> list[Fact]:
    """The facts of one table; `.csv`, `.csv.gz`, or the first CSV in a `.zip`.

    Raises:
        CatalogueError: It cannot be read, or is none of the tables that are known.
    """
    try:
        with _open(path) as binary:
            text = io.TextIOWrapper(binary, encoding="utf-8", errors="replace", newline="")
            reader = csv.DictReader(text)
            known = _format_of(reader.fieldnames or ())
            if known is None:
                raise CatalogueError(
                    f"{path}: no reference table that is known: its header is none of those in"
                    " emoflix_catalog/reference.py"
                )
            return list(_facts(known, reader, path.name.partition(".")[0]))
    except _DAMAGED as error:
        raise CatalogueError(f"{path}: cannot be read ({error}): give a whole CSV file") from error


def read_references(paths: Iterable[Path]) -> list[Fact]:
    """The facts of several tables, or of all known tables of a folder.

    A table that only has people and TMDB's id lends them to the rows of that id in another.

    Raises:
        CatalogueError: As `read_reference`; of a folder's files those of other kinds are passed by.
    """
    facts: list[Fact] = []
    for path in paths:
        if not path.is_dir():
            facts += read_reference(path)
            continue
        for file in sorted(path.iterdir()):
            if _is_known(file):
                facts += read_reference(file)
    people = {fact.tmdb: fact for fact in facts if fact.year is None and fact.tmdb}
    joined = []
    for fact in facts:
        lender = people.get(fact.tmdb)
        if lender is not None and fact.year is not None and not fact.directors:
            joined.append(fact._replace(directors=lender.directors, cast=lender.cast))
        elif fact.year is not None:
            joined.append(fact)
    return joined


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path))
    if path.suffix == ".zip":
        archive = zipfile.ZipFile(path)
        return archive.open(next(name for name in archive.namelist() if name.endswith(".csv")))
    return path.open("rb")


def _is_known(path: Path) -> bool:
    if not path.name.endswith((".csv", ".csv.gz", ".csv.zip")):
        return False
    try:
        with _open(path) as binary:
            head = io.TextIOWrapper(binary, encoding="utf-8", errors="replace", newline="")
            return _format_of(next(csv.reader(head), ())) is not None
    except _DAMAGED:
        return False


def _facts(read: "_Read", rows: Iterable[Fields], table: str) -> Iterator[Fact]:
    for row in rows:
        fact = read(table, {name: (value or "").strip() for name, value in row.items() if name})
        if any(fact.titles):
            yield fact


def _split(value: str, separator: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in value.split(separator))))


def _languages(value: str, separator: str = "|") -> tuple[str, ...]:
    return tuple(_CODES.get(word.lower(), word.lower()) for word in _split(value, separator))


def _year(value: str) -> int | None:
    found = _YEAR.search(value)
    return int(found[0]) if found else None


def _movielens_titles(title: str) -> tuple[str, ...]:
    """`Seven Samurai (Shichinin no samurai) (1954)`, `Usual Suspects, The (1995)`."""
    title = re.sub(r"\s*\(\d{4}\)\s*$", "", title)
    names = (_ALTERNATIVE.sub("", title), *_ALTERNATIVE.findall(title))
    return tuple(_ARTICLE_LAST.sub(r"\2 \1", name.strip()) for name in names)


def _literal(value: str) -> tuple[str, ...]:
    """A Python list of names, as some tables were saved."""
    try:
        names = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ()
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


_Read = Callable[[str, Fields], Fact]
_FORMATS: Final[tuple[tuple[frozenset[str], _Read], ...]] = (
    (
        frozenset({"movieId", "title", "original_language", "director", "cast", "year"}),
        lambda table, row: Fact(
            table,
            _movielens_titles(row["title"]),
            _year(row["year"]),
            _languages(row["original_language"]),
            _split(row["director"], "|"),
            _split(row["cast"], "|"),
        ),
    ),
    (
        frozenset({"imdb_id", "title", "year", "language", "cast_imdb_india"}),
        lambda table, row: Fact(
            table,
            (row["title"],),
            _year(row["year"]),
            _languages(row["language"]),
            _split(row["director_imdb_india"], "|"),
            _split(row["cast_imdb_india"], "|"),
        ),
    ),
    (
        frozenset({"Name", "Year", "Director", "Actor 1", "Actor 2", "Actor 3"}),
        lambda table, row: Fact(
            table,
            (row["Name"],),
            _year(row["Year"]),
            (),
            _split(row["Director"], ","),
            tuple(filter(None, (row["Actor 1"], row["Actor 2"], row["Actor 3"]))),
        ),
    ),
    (
        frozenset({"MovieName", "Year", "Language"}),
        lambda table, row: Fact(
            table, (row["MovieName"],), _year(row["Year"]), _languages(row["Language"]), (), ()
        ),
    ),
    (
        frozenset({"show_id", "title", "director", "cast", "release_year", "language"}),
        lambda table, row: Fact(
            table,
            (row["title"],),
            _year(row["release_year"]),
            _languages(row["language"]),
            _split(row["director"], ","),
            _split(row["cast"], ","),
        ),
    ),
    (
        frozenset({"id", "title", "original_title", "original_language", "release_date"}),
        lambda table, row: Fact(
            table,
            (row["title"], row["original_title"]),
            _year(row["release_date"]),
            _languages(row["original_language"]),
            (),
            (),
            tmdb=row["id"],
        ),
    ),
    (
        frozenset({"movie_id", "title", "cast", "crew"}),
        lambda table, row: Fact(
            table,
            (row["title"],),
            None,
            (),
            _literal(row["crew"]),
            _literal(row["cast"]),
            tmdb=row["movie_id"],
        ),
    ),
)
"""The columns by which a table is known, and how its rows are read; the first that fits counts."""


def _format_of(header: Iterable[str]) -> _Read | None:
    columns = set(header)
    return next((read for needed, read in _FORMATS if needed <= columns), None)
