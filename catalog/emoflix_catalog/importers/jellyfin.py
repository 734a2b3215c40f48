"""A Jellyfin server: its films, when they were last played, and what one of its users watched.

`GET /Users` and `GET /Items` of https://api.jellyfin.org; the key is one of the dashboard's.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Final

import msgspec

from emoflix_catalog.film import Film
from emoflix_catalog.importers import tidy
from emoflix_catalog.importers.contract import Found, Request, RowError, SourceError, Tally, Watched
from emoflix_catalog.importers.web import Web, item, key_of

PAGE: Final = 200
_FIELDS: Final = "Genres,OriginalTitle,Overview,People,ProductionLocations,ProviderIds,Tags"
_TICKS_A_MINUTE: Final = 600_000_000


class _User(msgspec.Struct, rename="pascal"):
    name: str
    id: str


class _Person(msgspec.Struct, rename="pascal"):
    name: str = ""
    type: str = ""


class _Data(msgspec.Struct, rename="pascal"):
    played: bool = False
    last_played_date: str | None = None
    rating: float | None = None


class _Item(msgspec.Struct, rename="pascal"):
    id: str
    name: str = ""
    original_title: str | None = None
    production_year: int | None = None
    run_time_ticks: int | None = None
    official_rating: str | None = None
    overview: str | None = None
    genres: list[str] = []
    tags: list[str] = []
    production_locations: list[str] = []
    people: list[_Person] = []
    provider_ids: dict[str, str | None] = {}
    user_data: _Data = msgspec.field(default_factory=_Data)


class _Page(msgspec.Struct, rename="pascal"):
    items: list[msgspec.Raw]
    total_record_count: int


def read(request: Request, tally: Tally) -> Iterator[Found]:
    """The films of the server.

    Raises:
        SourceError: There is no key, the user is unknown, or the server fails.
    """
    for place, raw in _items(request, tally):
        try:
            film = _film(item(raw, _Item))
        except RowError as error:
            tally.reject(place, error)
            continue
        yield Found(place, film)


def history(request: Request, tally: Tally) -> Iterator[Watched]:
    """What the user watched; raises as `read`."""
    for place, raw in _items(request, tally):
        try:
            seen = item(raw, _Item)
            if not seen.user_data.played:
                tally.pass_by("not watched", place)
                continue
            yield Watched(
                place,
                tidy.text(seen.name),
                seen.production_year,
                _identifiers(seen),
                _day(seen.user_data.last_played_date),
                seen.user_data.rating,
            )
        except RowError as error:
            tally.reject(place, error)


def _items(request: Request, tally: Tally) -> Iterator[tuple[str, msgspec.Raw]]:
    key = key_of(request)
    if not key:
        raise SourceError(
            "Jellyfin wants a key: write one of its API keys into a file and name"
            " that by --key-file"
        )
    base = request.where.rstrip("/")
    with Web(request, {"Authorization": f'MediaBrowser Token="{key}"'}) as web:
        user = _user(web, base, request.user)
        start, total = 0, 1
        while start < total:
            page = web.get(
                f"{base}/Items",
                _Page,
                userId=user,
                includeItemTypes="Movie",
                recursive="true",
                fields=_FIELDS,
                sortBy="SortName",
                startIndex=start,
                limit=PAGE,
            )
            total = page.total_record_count
            if not page.items:
                return
            for number, raw in enumerate(page.items, start=start + 1):
                tally.read += 1
                yield f"film {number}", raw
            start += len(page.items)
            tally.at(start, total)


def _user(web: Web, base: str, name: str) -> str:
    users = web.get(f"{base}/Users", list[_User])
    for user in users:
        if user.name == name or (not name and len(users) == 1):
            return user.id
    known = ", ".join(user.name for user in users) or "nobody"
    raise SourceError(f"{base}: has {known}: say by --user whose library it is")


def _identifiers(seen: _Item) -> dict[str, str]:
    given = {scheme.lower(): value for scheme, value in seen.provider_ids.items()}
    return tidy.known_identifiers(
        {
            "jellyfin": seen.id,
            "imdb": given.get("imdb"),
            "tmdb": given.get("tmdb"),
            "wikidata": given.get("wikidata"),
        }
    )


def _film(seen: _Item) -> Film:
    people: dict[str, list[str]] = {"Director": [], "Writer": [], "Actor": []}
    for person in seen.people:
        people.setdefault(person.type, []).append(person.name)
    ticks = seen.run_time_ticks
    played_on = _day(seen.user_data.last_played_date)
    return tidy.film(
        f"jellyfin-{seen.id}",
        title=seen.name,
        original_title=seen.original_title or "",
        year=seen.production_year,
        identifiers=_identifiers(seen),
        runtime_min=ticks / _TICKS_A_MINUTE if ticks else None,
        certificate=seen.official_rating or "",
        countries=seen.production_locations,
        genres=seen.genres,
        directors=people["Director"],
        cast=people["Actor"],
        writers=people["Writer"],
        keywords=seen.tags,
        synopsis=seen.overview or "",
        popularity=1 if played_on else None,
        popularity_on=played_on,
    )


def _day(moment: str | None) -> dt.date | None:
    """The day of `2024-03-09T20:15:00.0000000Z`, in the server's own time zone: UTC."""
    try:
        return dt.date.fromisoformat((moment or "")[:10])
    except ValueError:
        return None
