"""Tables once taken from TMDB: TMDB 5000, and The Movies Dataset, which has the same columns.

A table of people beside it (`cast`, `crew`, and the film's number as `movie_id` or `id`) lends its
names to the films. Lists stand in the cells as JSON, or as Python writes them; both as objects with
a name or as bare names.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from emoflix_catalog.film import Film
from emoflix_catalog.importers import tidy
from emoflix_catalog.importers.contract import Found, Request, RowError, SourceError, Tally
from emoflix_catalog.importers.files import csv_rows, header_of

_FILMS: Final = frozenset({"id", "title", "original_language", "release_date", "genres"})
_PEOPLE: Final = frozenset({"cast", "crew"})
_NUMBERS: Final = ("movie_id", "id")
"""The column of a table of people that names the film: TMDB 5000's, The Movies Dataset's."""
_TABLES: Final = (".csv", ".csv.gz", ".csv.zip", ".zip")
_People = dict[str, tuple[list[str], list[str], list[str]]]


def read(request: Request, tally: Tally) -> Iterator[Found]:
    """The films of a table, or of the table in a folder, with the people of the one beside it.

    Raises:
        SourceError: There is no such table, or it cannot be read.
    """
    where = Path(request.where)
    if not where.exists():
        raise SourceError(f"{where}: there is no such file: name another")
    files = sorted(p for p in (where.iterdir() if where.is_dir() else where.parent.iterdir()))
    tables = {path: header_of(path) for path in files if path.name.endswith(_TABLES)}
    films = [path for path, header in tables.items() if header >= _FILMS]
    if not where.is_dir():
        films = [path for path in films if path == where]
    if not films:
        needed = ", ".join(sorted(_FILMS))
        raise SourceError(f"{where}: is no table with {needed}: name tmdb_5000_movies.csv")
    people: _People = {}
    for path, header in tables.items():
        number = next((name for name in _NUMBERS if name in header), "")
        if number and header >= _PEOPLE:
            people.update(_people(path, number, tally))
    for path in films:
        for place, row in csv_rows(path, tally, _FILMS):
            tally.read += 1
            try:
                film = _film(row, people)
            except RowError as error:
                tally.reject(place, error)
                continue
            yield Found(place, film)


def _film(row: dict[str, str], people: _People) -> Film:
    if not row["id"].isdecimal():
        raise RowError("no identifier of TMDB", row["id"][:20])
    if row.get("adult") == "True":
        raise RowError("for adults only", row["title"][:60])
    if row.get("status") not in {None, "", "Released"}:
        raise RowError("not released", row["title"][:60])
    cast, directors, writers = people.get(row["id"], ([], [], []))
    return tidy.film(
        f"tmdb-{row['id']}",
        title=row["title"],
        original_title=row.get("original_title", ""),
        year=row["release_date"],
        identifiers={"tmdb": row["id"], "imdb": row.get("imdb_id", "")},
        runtime_min=row.get("runtime"),
        languages=[
            row["original_language"],
            *_named(row.get("spoken_languages", ""), "iso_639_1"),
        ],
        countries=_named(row.get("production_countries", ""), "iso_3166_1"),
        genres=_named(row["genres"]),
        directors=directors,
        cast=cast,
        writers=writers,
        keywords=_named(row.get("keywords", "")),
        synopsis=row.get("overview", ""),
        rating=row.get("vote_average"),
        votes=row.get("vote_count"),
        popularity=row.get("popularity"),
    )


def _people(path: Path, number: str, tally: Tally) -> _People:
    """Cast, directors and writers by the film's number, which stands in the column `number`."""
    people: _People = {}
    for place, row in csv_rows(path, tally, (*_PEOPLE, number)):
        try:
            cast, crew = _named(row["cast"]), _listed(row["crew"])
        except RowError as error:
            tally.reject(place, error)
            continue
        jobs: dict[str, list[str]] = {"Director": [], "Screenplay": [], "Writer": []}
        for person in crew:
            # Where no jobs stand, the table holds directors alone.
            job = person.get("job", "") if isinstance(person, dict) else "Director"
            if job in jobs:
                jobs[job].append(_name(person))
        people[row[number]] = (cast, jobs["Director"], [*jobs["Screenplay"], *jobs["Writer"]])
    return people


def _named(cell: str, field: str = "name") -> list[str]:
    return [_name(entry, field) for entry in _listed(cell)]


def _name(entry: Any, field: str = "name") -> str:
    return str(entry.get(field, "")) if isinstance(entry, dict) else str(entry)


def _listed(cell: str) -> list[Any]:
    """The list in a cell.

    Raises:
        RowError: There is something else.
    """
    if not cell:
        return []
    try:
        values = msgspec.json.decode(cell)
    except (msgspec.DecodeError, RecursionError):
        try:
            values = ast.literal_eval(cell)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
            raise RowError("a broken list in a cell", cell[:60]) from error
    if not isinstance(values, list):
        raise RowError("a broken list in a cell", cell[:60])
    return values
