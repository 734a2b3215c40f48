"""TMDB's API: what may be shown and filtered by, and nothing that a feature is made of.

Lists of films: https://developer.themoviedb.org/reference/discover-movie; one film:
https://developer.themoviedb.org/reference/movie-details. Its terms of use bar machine learning, so
genres, people, keywords, synopsis and votes are not read at all: they would enter the features.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from emoflix_catalog.film import Film
from emoflix_catalog.importers import tidy
from emoflix_catalog.importers.contract import Found, Request, RowError, SourceError, Tally
from emoflix_catalog.importers.web import Web, item, key_of

_MOST_PAGES: Final = 500
"""The API answers no further ones."""


class _Entry(msgspec.Struct):
    id: int


class _Page(msgspec.Struct):
    page: int
    total_pages: int
    results: list[msgspec.Raw]


class _Language(msgspec.Struct):
    iso_639_1: str


class _Details(msgspec.Struct):
    id: int
    title: str
    original_title: str = ""
    original_language: str = ""
    spoken_languages: list[_Language] = []
    origin_country: list[str] = []
    release_date: str | None = None
    runtime: int | None = None
    imdb_id: str | None = None
    adult: bool = False


def read(request: Request, tally: Tally) -> Iterator[Found]:
    """The films of a list of the API, such as `https://api.themoviedb.org/3/discover/movie?...`.

    Raises:
        SourceError: There is no key, or the server fails.
    """
    key = key_of(request)
    if not key:
        raise SourceError("TMDB wants a key: write it into a file and name that by --key-file")
    # A read access token is a JWT; the older keys stand in the query.
    bearer = {"Authorization": f"Bearer {key}"} if "." in key else {}
    query: dict[str, str | int] = {} if bearer else {"api_key": key}
    base = request.where.partition("?")[0]
    for ending in ("/discover/movie", "/movie/popular", "/movie/top_rated", "/movie/now_playing"):
        if base.endswith(ending):
            base = base.removesuffix(ending)
            break
    else:
        raise SourceError(
            f"{request.where}: is no list of films of TMDB's API: give"
            " https://api.themoviedb.org/3/discover/movie?with_original_language=ml"
        )
    with Web(request, bearer) as web:
        last = 1
        number = 1
        while number <= min(last, _MOST_PAGES):
            page = web.get(request.where, _Page, page=number, **query)
            last = page.total_pages
            for place_in_page, raw in enumerate(page.results, start=1):
                tally.read += 1
                place = f"page {number}, film {place_in_page}"
                try:
                    entry = item(raw, _Entry)
                    details = web.get_if_there(f"{base}/movie/{entry.id}", _Details, **query)
                    film = _film(details)
                except RowError as error:
                    tally.reject(place, error)
                    continue
                yield Found(place, film)
            tally.at(number, last)
            number += 1


def _film(details: _Details | None) -> Film:
    if details is None:
        raise RowError("gone since it was listed")
    if details.adult:
        raise RowError("for adults only", str(details.id))
    return tidy.film(
        f"tmdb-{details.id}",
        title=details.title,
        original_title=details.original_title,
        year=details.release_date,
        identifiers={"tmdb": str(details.id), "imdb": details.imdb_id},
        runtime_min=details.runtime,
        languages=[
            details.original_language,
            *(language.iso_639_1 for language in details.spoken_languages),
        ],
        countries=details.origin_country,
    )
