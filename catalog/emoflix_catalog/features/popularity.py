"""How much a film is looked at just now, by the order of its own source."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film

NO_DAY: Final = 0


class Popularity(NamedTuple):
    """Of n films."""

    rank: NDArray[np.float32]
    """float32[n]: 1 for the most popular film of its source, near 0 for the least; 0 where nothing
    is known. Sources count in units of their own, so only the order within one is kept."""
    day: NDArray[np.int32]
    """int32[n]: the day it was taken, as `date.toordinal`; NO_DAY where it is not known."""


def popularity(films: Sequence[Film]) -> Popularity:
    """What the sources say."""
    rank = np.zeros(len(films), np.float32)
    day = np.zeros(len(films), np.int32)
    by_source: dict[str, list[tuple[float, int]]] = {}
    for number, film in enumerate(films):
        if film.popularity is not None and film.popularity_on is not None:
            by_source.setdefault(_counted_by(film.source), []).append((film.popularity, number))
            day[number] = film.popularity_on.toordinal()
    for known in by_source.values():
        _, places = zip(*sorted(known), strict=True)
        rank[list(places)] = np.arange(1, len(known) + 1) / len(known)
    return Popularity(rank, day)


def _counted_by(source: str) -> str:
    """Page views count first where a film has them (`merge.FIRST`), whoever else tells of it."""
    return "pageviews" if "pageviews" in source.split("+") else source
