"""A Kodi that may be controlled by HTTP: its films, and what was watched on it.

`VideoLibrary.GetMovies` of https://kodi.wiki/view/JSON-RPC_API; the running time is in seconds.
"""

import base64
import datetime as dt
from collections.abc import Iterator
from typing import Final

import msgspec

from emoflix_catalog.film import Film
from emoflix_catalog.importers import tidy
from emoflix_catalog.importers.contract import Found, Request, RowError, SourceError, Tally, Watched
from emoflix_catalog.importers.web import Web, item, key_of

PAGE: Final = 200
_PROPERTIES: Final = [
    "title",
    "originaltitle",
    "year",
    "runtime",
    "genre",
    "country",
    "director",
    "writer",
    "cast",
    "mpaa",
    "plot",
    "rating",
    "votes",
    "tag",
    "uniqueid",
    "playcount",
    "lastplayed",
    "userrating",
]
_SECONDS_A_MINUTE: Final = 60


class _Person(msgspec.Struct):
    name: str = ""
    order: int = 0


class _Movie(msgspec.Struct):
    movieid: int
    title: str = ""
    originaltitle: str = ""
    year: int | None = None
    runtime: int | None = None
    genre: list[str] = []
    country: list[str] = []
    director: list[str] = []
    writer: list[str] = []
    cast: list[_Person] = []
    mpaa: str = ""
    plot: str = ""
    rating: float | None = None
    votes: str = ""
    tag: list[str] = []
    uniqueid: dict[str, str] = {}
    playcount: int = 0
    lastplayed: str = ""
    userrating: int = 0


class _Limits(msgspec.Struct):
    total: int


class _Result(msgspec.Struct):
    limits: _Limits
    movies: list[msgspec.Raw] = []
    """Left out by Kodi where there are none."""


class _Error(msgspec.Struct):
    message: str = ""


class _Answer(msgspec.Struct):
    result: _Result | None = None
    error: _Error | None = None


def read(request: Request, tally: Tally) -> Iterator[Found]:
    """The films of the library at an address such as `http://kodi.local:8080/jsonrpc`.

    Raises:
        SourceError: Kodi does not answer, or refuses.
    """
    for place, raw in _movies(request, tally):
        try:
            film = _film(item(raw, _Movie))
        except RowError as error:
            tally.reject(place, error)
            continue
        yield Found(place, film)


def history(request: Request, tally: Tally) -> Iterator[Watched]:
    """What was watched; raises as `read`."""
    for place, raw in _movies(request, tally):
        try:
            seen = item(raw, _Movie)
            if not seen.playcount:
                tally.pass_by("not watched", place)
                continue
            yield Watched(
                place,
                tidy.text(seen.title),
                seen.year,
                _identifiers(seen),
                _day(seen.lastplayed),
                float(seen.userrating) if seen.userrating else None,
            )
        except RowError as error:
            tally.reject(place, error)


def headers(request: Request) -> dict[str, str]:
    """What lets a request in, by the `user:password` in its key file.

    Raises:
        SourceError: The file cannot be read.
    """
    key = key_of(request)
    return {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"} if key else {}


def address(request: Request) -> str:
    """Where JSON-RPC is spoken."""
    return f"{request.where.rstrip('/').removesuffix('/jsonrpc')}/jsonrpc"


def _movies(request: Request, tally: Tally) -> Iterator[tuple[str, msgspec.Raw]]:
    url = address(request)
    with Web(request, headers(request)) as web:
        start, total = 0, 1
        while start < total:
            params = {
                "properties": _PROPERTIES,
                "limits": {"start": start, "end": start + PAGE},
                "sort": {"method": "label"},
            }
            answer = web.post(
                url,
                _Answer,
                json={
                    "jsonrpc": "2.0",
                    "id": 1,
                    "method": "VideoLibrary.GetMovies",
                    "params": params,
                },
            )
            if answer.result is None:
                message = answer.error.message if answer.error else "an empty answer"
                raise SourceError(f"{url}: Kodi refuses ({message}): nothing was changed")
            total = answer.result.limits.total
            if not answer.result.movies:
                return
            for number, raw in enumerate(answer.result.movies, start=start + 1):
                tally.read += 1
                yield f"film {number}", raw
            start += len(answer.result.movies)
            tally.at(start, total)


def _identifiers(seen: _Movie) -> dict[str, str]:
    return tidy.known_identifiers(
        {
            "kodi": str(seen.movieid),
            "imdb": seen.uniqueid.get("imdb"),
            "tmdb": seen.uniqueid.get("tmdb"),
        }
    )


def _film(seen: _Movie) -> Film:
    cast = sorted(seen.cast, key=lambda person: person.order)
    played_on = _day(seen.lastplayed)
    return tidy.film(
        f"kodi-{seen.movieid}",
        title=seen.title,
        original_title=seen.originaltitle,
        year=seen.year,
        identifiers=_identifiers(seen),
        runtime_min=seen.runtime / _SECONDS_A_MINUTE if seen.runtime else None,
        certificate=seen.mpaa,
        countries=seen.country,
        genres=seen.genre,
        directors=seen.director,
        cast=[person.name for person in cast],
        writers=seen.writer,
        keywords=seen.tag,
        synopsis=seen.plot,
        rating=seen.rating,
        votes=seen.votes,
        popularity=1 if played_on else None,
        popularity_on=played_on,
    )


def _day(moment: str) -> dt.date | None:
    """The day of `2024-03-09 20:15:00`, in Kodi's own time zone."""
    try:
        return dt.date.fromisoformat(moment[:10])
    except ValueError:
        return None
