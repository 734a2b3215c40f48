"""Trakt's CSV exports of the history (`watched_at`) and of ratings (`rated_at`, 1 to 10)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from emoflix_catalog.importers.contract import Request, Tally, Watched
from emoflix_catalog.importers.viewing import Columns, watched_in

_COLUMNS: Final = Columns(
    title=("title",),
    year=("year",),
    on=("watched_at", "rated_at"),
    rating=("rating",),
    most_stars=10,
    identifiers={"imdb": "imdb_id", "tmdb": "tmdb_id"},
    kind=("type",),
    kinds=frozenset({"movie"}),
)


def history(request: Request, tally: Tally) -> Iterator[Watched]:
    """What a member watched or rated.

    Raises:
        SourceError: It is no such table, or cannot be read.
    """
    return watched_in(Path(request.where), _COLUMNS, tally)
