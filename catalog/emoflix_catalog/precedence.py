"""Whose word counts first where several sources tell of one film."""

from collections.abc import Callable, Sequence
from typing import Final

from emoflix_catalog.film import Film

WORLDWIDE: Final = ("imdb", "tmdb", "wikidata", "movielens")
"""Schemes whose identifiers mean the same film everywhere, the most trusted first."""
SCHEMES: Final = (*WORLDWIDE, "jellyfin", "kodi")
"""The schemes of identifiers; the last two number the films of one library."""
OWN: Final = ("starter", "csv")
"""Sources whose films have an id of the catalogue's own."""
SOURCES: Final = (*OWN, "imdb", "tmdb5000", "wikidata", "movielens", "jellyfin", "kodi", "tmdb")
"""Whose word counts first, where `FIRST` has no other order."""
FIRST: Final[dict[tuple[str, ...], tuple[str, ...]]] = {
    # IMDb writes original titles in Latin letters.
    ("original_title",): (*OWN, "wikidata", "tmdb5000", "tmdb", "jellyfin", "kodi", "imdb"),
    # Wikidata's casts are in no order.
    ("cast",): (*OWN, "imdb", "tmdb5000", "jellyfin", "kodi", "wikidata"),
    # A mean is worth little without its votes, a popularity without its day.
    ("rating", "votes"): (*OWN, "imdb", "tmdb5000", "movielens", "jellyfin", "kodi"),
    ("popularity", "popularity_on", "popularity_by"): ("pageviews", "jellyfin", "kodi", *SOURCES),
    ("liking", "reviews"): ("reviews",),
}
"""Fields that have another order of sources, or are taken together from one source."""


def kind_of(source: str) -> str:
    """The source behind the name of a record's source: `csv-shelf` is a `csv` of somebody's own."""
    return source.partition("-")[0]


def rank(sources: Sequence[str]) -> Callable[[Film], int]:
    """Where a record's source stands among `sources`; those not named come last."""

    def rank_of(record: Film) -> int:
        name = kind_of(record.source)
        return sources.index(name) if name in sources else len(sources)

    return rank_of


_rank: Final = rank(SOURCES)


def order(record: Film) -> tuple[int, str, str]:
    """What records are sorted by: the one whose word counts first comes first."""
    return (_rank(record), record.source, record.id)
