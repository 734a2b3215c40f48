"""How often the articles on the catalogue's films were read on Wikipedia: counts that are CC0.

Which article is a film's is asked of Wikidata (`wbgetentities`, its sitelinks) by the Wikidata
names that the catalogue has: https://www.wikidata.org/w/api.php?action=help&modules=wbgetentities.
The views of each day are asked of Wikimedia's API of analytics, article by article:
https://doc.wikimedia.org/generated-data-platform/aqs/analytics-api/reference/page-views.html.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote

import msgspec

from emoflix_catalog.features.trending import decayed
from emoflix_catalog.importers import tidy
from emoflix_catalog.importers.contract import Found, Request, SourceError, Tally
from emoflix_catalog.importers.web import Web
from emoflix_catalog.store import open_catalogue

DAYS: Final = 60
"""Looked back: older views would count a twentieth and less."""
WIKIDATA: Final = "https://www.wikidata.org/w/api.php"
WIKI: Final = "enwiki"
PROJECT: Final = "en.wikipedia.org"
_ENTITIES: Final = 50
"""So many may be asked for at once."""
_NAMED: Final = "SELECT value, film FROM identifier WHERE scheme = 'wikidata' ORDER BY film, value"


class _Link(msgspec.Struct):
    title: str = ""


class _Entity(msgspec.Struct):
    sitelinks: dict[str, _Link] = {}


class _Entities(msgspec.Struct):
    entities: dict[str, _Entity]


class _Day(msgspec.Struct):
    timestamp: str
    views: int


class _Days(msgspec.Struct):
    items: list[_Day]


def read(request: Request, tally: Tally) -> Iterator[Found]:
    """The catalogue's films with their views, from a server such as `https://wikimedia.org`.

    Raises:
        SourceError: No film has a Wikidata name, or a server fails.
        StoreError: The catalogue cannot be opened.
    """
    if request.catalogue is None:
        raise SourceError("page views are of the films of a catalogue: name it")
    with open_catalogue(request.catalogue) as catalogue:
        known = {name: catalogue.film_at(number) for name, number in catalogue.rows(_NAMED)}
    if not known:
        raise SourceError(
            f"{request.catalogue}: no film has a Wikidata name: run emoflix-catalog import"
            " wikidata first"
        )
    yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    names = list(known)
    with Web(request) as web:
        for start in range(0, len(names), _ENTITIES):
            articles = _articles(web, names[start : start + _ENTITIES])
            for name in names[start : start + _ENTITIES]:
                tally.read += 1
                if name not in articles:
                    tally.pass_by("no article", name, str(known[name]))
                    continue
                views = _views(web, request.where, articles[name], yesterday)
                if not views:
                    tally.pass_by("not read by anybody", name, articles[name])
                    continue
                told = tidy.about(
                    known[name],
                    f"pageviews-{name}",
                    identifiers={"wikidata": name},
                    popularity=round(decayed(views, yesterday), 3),
                    popularity_on=yesterday,
                )
                yield Found(name, told)
            tally.at(start + _ENTITIES, len(names))


def _articles(web: Web, names: Sequence[str]) -> dict[str, str]:
    """The titles of the films' articles, by their Wikidata names."""
    found = web.get(
        WIKIDATA,
        _Entities,
        action="wbgetentities",
        ids="|".join(names),
        props="sitelinks",
        sitefilter=WIKI,
        format="json",
    )
    return {
        name: entity.sitelinks[WIKI].title
        for name, entity in found.entities.items()
        if WIKI in entity.sitelinks
    }


def _views(web: Web, base: str, article: str, last: dt.date) -> dict[dt.date, float]:
    """The views of each day, as far as they are known; of people, not of programs."""
    first = last - dt.timedelta(days=DAYS - 1)
    title = quote(article.replace(" ", "_"), safe="")
    address = (
        f"{base.rstrip('/')}/api/rest_v1/metrics/pageviews/per-article/{PROJECT}/all-access/user/"
        f"{title}/daily/{first:%Y%m%d}/{last:%Y%m%d}"
    )
    answer = web.get_if_there(address, _Days)
    if answer is None:
        return {}
    try:
        return {
            dt.datetime.strptime(day.timestamp, "%Y%m%d00").replace(tzinfo=dt.UTC).date(): day.views
            for day in answer.items
        }
    except ValueError as error:
        raise SourceError(
            f"{address}: names a day that is none ({error}): nothing was changed"
        ) from error
