"""The starter catalogue: the project's own films, one readable table a language."""

from collections.abc import Iterator
from pathlib import Path

from emoflix_catalog.errors import CatalogueError, InvalidRowError
from emoflix_catalog.film import Film
from emoflix_catalog.table import Problem, Row, read_films
from emoflix_catalog.text import fold

SETTLED = "settled.csv"
"""Beside the tables: where they differ from a reference on purpose (see `reference.py`)."""


def starter_films() -> Path:
    """The folder of the starter catalogue's tables, in a checkout or in an installed package.

    Raises:
        CatalogueError: The package was installed without it.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "films", package.parent / "films"):
        if any(tables_in(folder)):
            return folder
    raise CatalogueError(f"{package / 'films'}: no tables of films: install the package again")


def tables_in(folder: Path) -> Iterator[Path]:
    """The tables of films in `folder`, by name."""
    return (path for path in sorted(folder.glob("*.csv")) if path.name != SETTLED)


def read_folder(folder: Path) -> Iterator[Row | Problem]:
    """Every film and every problem of a folder's tables, films that stand there twice included.

    Raises:
        CatalogueError: There is no table, or one cannot be read.
    """
    tables = list(tables_in(folder))
    if not tables:
        raise CatalogueError(
            f"{folder}: no tables of films (*.csv): name the folder that holds them"
        )
    ids: dict[str, str] = {}
    titles: dict[tuple[str, int, str], str] = {}
    for path in tables:
        try:
            for row in read_films(path):
                yield row if isinstance(row, Problem) else _unless_known(row, ids, titles)
        except OSError as error:
            raise CatalogueError(f"{path}: cannot be read: {error.strerror}") from error


def films_of(folder: Path) -> list[Film]:
    """The films of a folder's tables.

    Raises:
        InvalidRowError: A row is wrong; the message holds the first problem and how many there are.
        CatalogueError: As `read_folder`.
    """
    rows = list(read_folder(folder))
    problems = [row for row in rows if isinstance(row, Problem)]
    if problems:
        more = f" (and {len(problems) - 1} more: run emoflix-catalog check)" if problems[1:] else ""
        raise InvalidRowError(f"{problems[0]}{more}")
    return [row.film for row in rows if isinstance(row, Row)]


def _unless_known(
    row: Row, ids: dict[str, str], titles: dict[tuple[str, int, str], str]
) -> Row | Problem:
    """The row, or what it repeats; `ids` and `titles` say where each was met first."""
    film = row.film
    place = f"{row.file}:{row.line}"
    first = ids.setdefault(film.id, place)
    if first != place:
        return Problem(row.file, row.line, "id", f"{film.id} stands at {first} too: take one out")
    key = (fold(film.title), film.year, film.language)
    first = titles.setdefault(key, place)
    if first != place:
        text = f"{film} in the same language stands at {first} too: take one out"
        return Problem(row.file, row.line, "title", text)
    return row
