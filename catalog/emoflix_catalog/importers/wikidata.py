"""Wikidata by SPARQL: facts that are CC0, asked for year by year, or read from a saved answer.

Form of the answers: https://www.w3.org/TR/sparql11-results-json/. The public endpoint, its limits
(60 s a query; 429 with Retry-After) and its etiquette:
https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from emoflix_catalog.film import Film
from emoflix_catalog.importers import tidy
from emoflix_catalog.importers.contract import Found, Request, RowError, SourceError, Tally
from emoflix_catalog.importers.web import Web, item
from emoflix_catalog.table import FIRST_YEAR

PAGE: Final = 200
"""Films a query: the public endpoint ends one after 60 s."""
_ENTITY: Final = "http://www.wikidata.org/entity/"
_FROM_YEAR: Final = 1920
"""Where the asking begins if no years are given."""


def _named(item: str, name: str) -> str:
    """Its English name, or else the one for all languages: what is spelt the same has that alone.

    https://www.wikidata.org/wiki/Help:Default_values_for_labels_and_aliases
    """
    return f"""
    OPTIONAL {{ ?{item} rdfs:label ?{name}En. FILTER(LANG(?{name}En) = "en") }}
    OPTIONAL {{ ?{item} rdfs:label ?{name}All. FILTER(LANG(?{name}All) = "mul") }}
    BIND(COALESCE(?{name}En, ?{name}All) AS ?{name})
    FILTER(BOUND(?{name}))"""


def _each(name: str, property_: str) -> str:
    item = f"{name}Item"
    return f"OPTIONAL {{ ?film wdt:{property_} ?{item}.{_named(item, name)} }}"


QUERY: Final = f"""
PREFIX wd: <{_ENTITY}>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?film (MIN(STR(?name)) AS ?title) (MAX(STR(?own)) AS ?original) (MIN(YEAR(?date)) AS ?year)
  (MIN(?minutes) AS ?runtime) (MIN(?imdbId) AS ?imdb) (MIN(?tmdbId) AS ?tmdb)
  (GROUP_CONCAT(DISTINCT ?language; separator="|") AS ?languages)
  (GROUP_CONCAT(DISTINCT ?country; separator="|") AS ?countries)
  (GROUP_CONCAT(DISTINCT STR(?genre); separator="|") AS ?genres)
  (GROUP_CONCAT(DISTINCT STR(?director); separator="|") AS ?directors)
  (GROUP_CONCAT(DISTINCT STR(?actor); separator="|") AS ?cast)
  (GROUP_CONCAT(DISTINCT STR(?writer); separator="|") AS ?writers)
WHERE {{
  {{ SELECT DISTINCT ?film WHERE {{
      ?film wdt:P31/wdt:P279* wd:Q11424; wdt:P577 ?released.
      FILTER(?released >= "%(year)s-01-01T00:00:00Z"^^xsd:dateTime
          && ?released < "%(next)s-01-01T00:00:00Z"^^xsd:dateTime)
    }} ORDER BY ?film LIMIT %(limit)s OFFSET %(offset)s }}
  ?film wdt:P577 ?date.{_named("film", "name")}
  OPTIONAL {{ ?film wdt:P1476 ?own. }}
  OPTIONAL {{ ?film wdt:P2047 ?minutes. }}
  OPTIONAL {{ ?film wdt:P345 ?imdbId. }}
  OPTIONAL {{ ?film wdt:P4947 ?tmdbId. }}
  OPTIONAL {{ ?film wdt:P364/wdt:P218 ?language. }}
  OPTIONAL {{ ?film wdt:P495/wdt:P297 ?country. }}
  {_each("genre", "P136")}
  {_each("director", "P57")}
  {_each("actor", "P161")}
  {_each("writer", "P58")}
}} GROUP BY ?film
"""
"""Films that came out in a year; what a saved answer must have, too, at least `film` to `year`.

Of several values always the same one is asked for: SAMPLE may answer another every time. The
greatest of several original titles is the one that is not in Latin letters.
"""


class _Value(msgspec.Struct, frozen=True):
    value: str


class _Bindings(msgspec.Struct):
    bindings: list[msgspec.Raw]


class _Answer(msgspec.Struct):
    results: _Bindings


class _Row(msgspec.Struct):
    film: _Value
    title: _Value = _Value("")
    original: _Value = _Value("")
    year: _Value = _Value("")
    runtime: _Value = _Value("")
    imdb: _Value = _Value("")
    tmdb: _Value = _Value("")
    languages: _Value = _Value("")
    countries: _Value = _Value("")
    genres: _Value = _Value("")
    directors: _Value = _Value("")
    cast: _Value = _Value("")
    writers: _Value = _Value("")


def read(request: Request, tally: Tally) -> Iterator[Found]:
    """The films of an endpoint such as `https://query.wikidata.org/sparql`, or of a saved answer.

    Raises:
        SourceError: The server fails, or the file is no answer in SPARQL JSON.
    """
    if request.where.startswith(("http://", "https://")):
        yield from _asked(request, tally)
        return
    path = Path(request.where)
    try:
        answer = msgspec.json.decode(path.read_bytes(), type=_Answer)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise SourceError(f"{path}: is no answer in SPARQL JSON ({error}): save it anew") from error
    yield from _rows(path.name, answer.results.bindings, tally)


def _asked(request: Request, tally: Tally) -> Iterator[Found]:
    this_year = dt.datetime.now(tz=dt.UTC).year
    first, last = request.years or (_FROM_YEAR, this_year)
    first, last = max(first, FIRST_YEAR), min(last, this_year)
    with Web(request, {"Accept": "application/sparql-results+json"}) as web:
        # A film that came out in two years stands in both answers; the first has its year.
        seen: set[str] = set()
        for year in range(first, last + 1):
            offset = 0
            more = True
            while more:
                query = QUERY % {
                    "year": f"{year:04}",
                    "next": f"{year + 1:04}",
                    "limit": PAGE,
                    "offset": offset,
                }
                answer = web.post(request.where, _Answer, data={"query": query})
                rows = answer.results.bindings
                for found in _rows(f"{year}, from {offset}", rows, tally):
                    if found.film.id not in seen:
                        seen.add(found.film.id)
                        yield found
                offset += PAGE
                # Films without a name are left out of a page, so only an empty one ends.
                more = bool(rows)
            tally.at(year - first + 1, last - first + 1)


def _rows(place: str, rows: Iterable[msgspec.Raw], tally: Tally) -> Iterator[Found]:
    for number, raw in enumerate(rows, start=1):
        tally.read += 1
        here = f"{place}, row {number}"
        try:
            film = _film(item(raw, _Row))
        except RowError as error:
            tally.reject(here, error)
            continue
        yield Found(here, film)


def _film(row: _Row) -> Film:
    name = row.film.value.removeprefix(_ENTITY)
    if name == row.film.value:
        raise RowError("no entity of Wikidata", name[:60])
    return tidy.film(
        f"wikidata-{name}",
        title=row.title.value,
        original_title=row.original.value,
        year=row.year.value,
        identifiers={"wikidata": name, "imdb": row.imdb.value, "tmdb": row.tmdb.value},
        runtime_min=row.runtime.value,
        languages=_split(row.languages),
        countries=_split(row.countries),
        genres=[genre.removesuffix(" film") for genre in _split(row.genres)],
        directors=_split(row.directors),
        cast=_split(row.cast),
        writers=_split(row.writers),
    )


def _split(joined: _Value) -> list[str]:
    # The order of a group is the endpoint's whim; sorted, a second import changes nothing.
    return sorted(filter(None, joined.value.split("|")))
