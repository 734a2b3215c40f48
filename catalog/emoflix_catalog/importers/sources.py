"""The table of sources: what each is, under which terms, and what it wants to be told."""

from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Final, NamedTuple

from emoflix_catalog.importers.contract import Found, Request, SourceError, Tally, Watched
from emoflix_catalog.precedence import kind_of


class Source(NamedTuple):
    """A source of films, of a viewer's history, or of both."""

    what: str
    licence: str = ""
    """Stands on every film that has a fact from here: SPDX, or the source's own terms."""
    films: bool = True
    history: bool = False
    options: frozenset[str] = frozenset()
    """The fields of `Request` it looks at besides `where`."""
    terms: str = ""
    """What a person accepts before anything is read."""
    keep_days: int | None = None
    """Records older than this are dropped."""


TMDB_TERMS: Final = (
    "This product uses the TMDB API but is not endorsed or certified by TMDB. Its terms ask for"
    " this notice, let nothing be kept longer than six months, and bar machine learning: only what"
    " is displayed and filtered by is read, and nothing of it reaches a feature."
)

SOURCES: Final = {
    "imdb": Source(
        "IMDb's non-commercial TSV files, in a folder",
        "LicenseRef-IMDb-non-commercial",
        options=frozenset({"least_votes"}),
    ),
    "movielens": Source(
        "a MovieLens folder: latest, 25M, 10M, 1M or 100k", "LicenseRef-MovieLens-non-commercial"
    ),
    "tmdb5000": Source(
        "the TMDB 5000 tables, or The Movies Dataset: a folder, CSV or zip",
        "LicenseRef-TMDB-dataset",
    ),
    "tmdb": Source(
        "TMDB's API, a list of films such as .../3/discover/movie?with_original_language=ml",
        "LicenseRef-TMDB-display-only",
        options=frozenset({"key_file"}),
        terms=TMDB_TERMS,
        keep_days=180,
    ),
    "wikidata": Source(
        "Wikidata: a SPARQL endpoint, or a saved answer in SPARQL JSON",
        "CC0-1.0",
        options=frozenset({"years"}),
    ),
    "pageviews": Source(
        "how often the films' articles were read on Wikipedia, from https://wikimedia.org",
        "CC0-1.0",
    ),
    "reviews": Source(
        "a table of reviews with the columns film (an id) and text: how much they like their film",
        "LicenseRef-own-reviews",
    ),
    "jellyfin": Source(
        "the films of a Jellyfin server",
        "LicenseRef-own-library",
        history=True,
        options=frozenset({"key_file", "user"}),
    ),
    "kodi": Source(
        "the films of a Kodi with remote control by HTTP",
        "LicenseRef-own-library",
        history=True,
        options=frozenset({"key_file"}),
    ),
    "csv": Source(
        "a table of films with a header",
        "LicenseRef-own-table",
        options=frozenset({"columns", "encoding"}),
    ),
    "letterboxd": Source("a Letterboxd export: zip, folder or CSV", films=False, history=True),
    "trakt": Source("a Trakt CSV of history or ratings", films=False, history=True),
    "imdb-list": Source("an IMDb CSV of ratings or a list", films=False, history=True),
}
SOURCE_OPTIONS: Final = frozenset().union(*(source.options for source in SOURCES.values()))
"""The fields of `Request` that not every source looks at."""


def reader(name: str) -> Callable[[Request, Tally], Iterator[Found]]:
    """The function that reads the films of a source."""
    read: Callable[[Request, Tally], Iterator[Found]] = _module(name).read
    return read


def history_reader(name: str) -> Callable[[Request, Tally], Iterator[Watched]]:
    """The function that reads what somebody watched from a source."""
    history: Callable[[Request, Tally], Iterator[Watched]] = _module(name).history
    return history


def source_of(record_source: str) -> Source:
    """The source behind the `source` of a record, which may have a name of its own after a hyphen.

    Raises:
        SourceError: No importer writes such records.
    """
    name = kind_of(record_source)
    if name not in SOURCES:
        raise SourceError(f"{record_source}: no such source: one of {', '.join(SOURCES)}")
    return SOURCES[name]


def _module(name: str) -> ModuleType:
    stem = {"csv": "plain"}.get(name, name.replace("-", "_"))
    return import_module(f"emoflix_catalog.importers.{stem}")
