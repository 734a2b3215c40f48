"""A table of films with a header: our own columns, or others by a mapping.

The columns are those of the starter catalogue's tables (see `emoflix_catalog.table`), of which
`title` and `year` are needed, and besides them `writers`, `rating`, `votes`, `popularity`,
`popularity_on` and one for each scheme of identifiers. Lists are split by `|`, or where there is
none by `,`.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from emoflix_catalog.film import Film
from emoflix_catalog.importers import tidy
from emoflix_catalog.importers.contract import Found, Request, RowError, SourceError, Tally
from emoflix_catalog.importers.files import csv_rows, header_of
from emoflix_catalog.precedence import SCHEMES
from emoflix_catalog.table import SEPARATOR
from emoflix_catalog.text import slug
from emoflix_catalog.vocabulary import MOOD_TAGS

_TEXTS: Final = (
    "id",
    "title",
    "original_title",
    "year",
    "runtime_min",
    "age",
    "synopsis",
    "rating",
    "votes",
    "popularity",
    "popularity_on",
    *SCHEMES,
)
_LISTS: Final = {
    "language": "languages",
    "countries": "countries",
    "genres": "genres",
    "director": "directors",
    "cast": "cast",
    "writers": "writers",
    "keywords": "keywords",
    "mood_tags": "mood_tags",
}
"""Column to the field of `Film`."""
COLUMNS: Final = (*_TEXTS, *_LISTS)
_NEEDED: Final = ("title", "year")


def read(request: Request, tally: Tally) -> Iterator[Found]:
    """The films of one table, plain, gz or zip.

    Raises:
        SourceError: It cannot be read, or has no title and year.
    """
    path = Path(request.where)
    for name in request.columns:
        if name not in COLUMNS:
            raise SourceError(f"{name}: is no column of ours: one of {', '.join(COLUMNS)}")
    header = header_of(path, request.encoding)
    columns = {
        ours: request.columns.get(ours, (ours,))
        for ours in COLUMNS
        if ours in request.columns or ours in header or ours in _NEEDED
    }
    needed = [name for names in columns.values() for name in names]
    for place, row in csv_rows(path, tally, needed, encoding=request.encoding):
        tally.read += 1
        try:
            film = _film(row, columns)
        except RowError as error:
            tally.reject(place, error)
            continue
        yield Found(place, film)


def _film(row: Mapping[str, str], columns: Mapping[str, tuple[str, ...]]) -> Film:
    values = {
        ours: SEPARATOR.join(filter(None, (row[name].strip() for name in names)))
        for ours, names in columns.items()
    }
    lists = {field: _split(values.get(column, "")) for column, field in _LISTS.items()}
    moods = lists.pop("mood_tags")
    for tag in moods:
        if tag not in MOOD_TAGS:
            raise RowError("a mood tag that is not in the vocabulary", tag[:40])
    title, year = values["title"], tidy.year_of(values["year"])
    record_id = slug(values.get("id", "")) or slug(f"{title} {year}")
    first_director = lists["directors"][:1]
    if not values.get("id") and first_director:
        # Two films of one title and year are told apart by who made them.
        record_id = slug(f"{title} {year} {first_director[0]}")
    if not record_id:
        raise RowError("no id, and no title that can be written in a-z", title[:60])
    return tidy.film(
        record_id,
        title=title,
        original_title=values.get("original_title", ""),
        year=year,
        identifiers={scheme: values.get(scheme) for scheme in SCHEMES},
        runtime_min=values.get("runtime_min"),
        certificate=values.get("age", ""),
        synopsis=values.get("synopsis", ""),
        rating=values.get("rating"),
        votes=values.get("votes"),
        popularity=values.get("popularity"),
        popularity_on=_day(values.get("popularity_on", "")),
        mood_tags=moods,
        **lists,
    )


def _split(value: str) -> list[str]:
    separator = SEPARATOR if SEPARATOR in value else ","
    return [part.strip() for part in value.split(separator) if part.strip()]


def _day(value: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if value else None
    except ValueError as error:
        raise RowError("a date that is not YYYY-MM-DD", value[:40]) from error
