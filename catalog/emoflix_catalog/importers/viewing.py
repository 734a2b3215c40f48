"""A table of what somebody watched, by the names its columns have at a service."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from emoflix_catalog.importers import tidy
from emoflix_catalog.importers.contract import RowError, SourceError, Tally, Watched
from emoflix_catalog.importers.files import csv_rows, header_of

HIGHEST_RATING = 10


class Columns(NamedTuple):
    """The names of columns; of several, the first that is there and filled counts."""

    title: tuple[str, ...]
    year: tuple[str, ...]
    on: tuple[str, ...]
    rating: tuple[str, ...]
    most_stars: int
    """The highest rating that the service knows."""
    identifiers: Mapping[str, str]
    kind: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    """What is a film, in lower case; empty where nothing else can be in the table."""


def watched_in(path: Path, columns: Columns, tally: Tally) -> Iterator[Watched]:
    """The films of a table.

    Raises:
        SourceError: It cannot be read, or its header has no column of titles.
    """
    for place, row in csv_rows(path, tally):
        _need_titles(path, row, columns)
        tally.read += 1
        try:
            yield _watched(place, row, columns)
        except RowError as error:
            tally.reject(place, error)
    if not tally.read:
        _need_titles(path, header_of(path), columns)


def _need_titles(path: Path, header: Iterable[str], columns: Columns) -> None:
    if not set(header) & set(columns.title):
        raise SourceError(
            f"{path}:1: no column {' or '.join(columns.title)}: give the export as it was"
            " downloaded"
        )


def _watched(place: str, row: Mapping[str, str], columns: Columns) -> Watched:
    kind = _first(row, columns.kind).lower()
    if columns.kinds and kind not in columns.kinds:
        raise RowError("no film but a series, an episode or a game", kind[:40])
    title, year = _first(row, columns.title), _first(row, columns.year)
    if not title:
        raise RowError("no title")
    identifiers = {scheme: row.get(column) for scheme, column in columns.identifiers.items()}
    return Watched(
        place,
        title,
        tidy.year_of(year) if year else None,
        tidy.known_identifiers(identifiers),
        _day(_first(row, columns.on)),
        _rating(_first(row, columns.rating), columns.most_stars),
    )


def _first(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((value for name in names if (value := tidy.text(row.get(name, "")))), "")


def _day(value: str) -> dt.date | None:
    """The day of `2024-03-09` or `2024-03-09T20:15:00Z`.

    Raises:
        RowError: It is another form.
    """
    try:
        return dt.date.fromisoformat(value[:10]) if value else None
    except ValueError as error:
        raise RowError("a date that is not YYYY-MM-DD", value[:40]) from error


def _rating(value: str, most: int) -> float | None:
    """A rating in the service's stars, as 0 to 10.

    Raises:
        RowError: It is no rating of that service.
    """
    if not value:
        return None
    try:
        stars = float(value)
    except ValueError:
        stars = -1.0
    if not 0 < stars <= most:
        raise RowError(f"a rating that is not 0 to {most}", value[:20])
    return stars * HIGHEST_RATING / most
