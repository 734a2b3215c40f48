"""What somebody watched elsewhere, as films of the catalogue."""

import datetime as dt
from collections.abc import Mapping

import msgspec

from emoflix_catalog.importers.contract import Request, Tally, Watched
from emoflix_catalog.importers.sources import history_reader
from emoflix_catalog.precedence import SCHEMES
from emoflix_catalog.reference import title_key
from emoflix_catalog.search import Query, search
from emoflix_catalog.store import Catalogue

_YEARS_APART = 1
_MOST_HITS = 50
"""Films whose title is the one searched for come first."""
_IDENTIFIER = "SELECT id FROM identifier JOIN film ON film = number WHERE scheme = ? AND value = ?"


class Entry(msgspec.Struct, frozen=True):
    """A film of the catalogue that somebody watched."""

    film: str
    """Its id."""
    title: str
    """As the source has it."""
    on: dt.date | None
    rating: float | None
    """0 to 10."""


class Missing(msgspec.Struct, frozen=True):
    """A film that somebody watched and the catalogue does not hold."""

    place: str
    title: str
    year: int | None


class History(msgspec.Struct, frozen=True):
    """A viewer's history: each film once, with the last day and the last rating."""

    entries: list[Entry]
    missing: list[Missing]
    read: int
    reasons: dict[str, int]
    """Why rows were not taken, and how many."""


def read_history(name: str, request: Request, catalogue: Catalogue, tally: Tally) -> History:
    """What a source says somebody watched, in the catalogue's films.

    Raises:
        SourceError: The source cannot be read.
        StoreError: The catalogue is damaged.
    """
    entries: dict[str, Entry] = {}
    missing: dict[tuple[str, int | None], Missing] = {}
    for watched in history_reader(name)(request, tally):
        film = find(catalogue, watched.title, watched.year, watched.identifiers)
        if film is None:
            missing[watched.title, watched.year] = Missing(
                watched.place, watched.title, watched.year
            )
        else:
            entries[film] = _joined(entries.get(film), film, watched)
    return History(list(entries.values()), list(missing.values()), tally.read, dict(tally.reasons))


def find(
    catalogue: Catalogue, title: str, year: int | None, identifiers: Mapping[str, str]
) -> str | None:
    """The id of a film by an identifier, or else by a title that only it has near that year."""
    for scheme in SCHEMES:
        if scheme in identifiers:
            for (film,) in catalogue.rows(_IDENTIFIER, (scheme, identifiers[scheme])):
                return str(film)
    return _by_title(catalogue, title, year)


def _by_title(catalogue: Catalogue, title: str, year: int | None) -> str | None:
    wanted = title_key(title)
    years = None if year is None else (year - _YEARS_APART, year + _YEARS_APART)
    found = [
        film
        for number in search(catalogue, Query(text=title, years=years), count=_MOST_HITS)
        for film in [catalogue.film_at(number)]
        if wanted and wanted in {title_key(film.title), title_key(film.original_title)}
    ]
    if year is not None:
        found = [film for film in found if film.year == year] or found
    return found[0].id if len(found) == 1 else None


def _joined(before: Entry | None, film: str, watched: Watched) -> Entry:
    """The later day; the rating that stands later in the source, where one is given."""
    if before is None:
        return Entry(film, watched.title, watched.on, watched.rating)
    days = [day for day in (before.on, watched.on) if day is not None]
    rating = before.rating if watched.rating is None else watched.rating
    return Entry(film, before.title, max(days, default=None), rating)
