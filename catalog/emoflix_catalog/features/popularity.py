"""How much a film is looked at just now, by the order of its own source."""

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.features.trending import decayed
from emoflix_catalog.film import Film

NO_DAY: Final = 0


class Popularity(NamedTuple):
    """Of n films."""

    rank: NDArray[np.float32]
    """float32[n]: 1 for the most popular film of its source, near 0 for the least; 0 where nothing
    is known. Sources count in units of their own, so only the order within one is kept, as it is on
    the newest day that the source tells of (`trending.decayed`)."""
    day: NDArray[np.int32]
    """int32[n]: the day it was taken, as `date.toordinal`; NO_DAY where it is not known."""


def popularity(films: Sequence[Film]) -> Popularity:
    """What the sources say."""
    rank = np.zeros(len(films), np.float32)
    day = np.zeros(len(films), np.int32)
    by_source: dict[str, list[int]] = {}
    for number, film in enumerate(films):
        if film.popularity is not None and film.popularity_on is not None:
            by_source.setdefault(film.popularity_by or film.source, []).append(number)
            day[number] = film.popularity_on.toordinal()
    for numbers in by_source.values():
        newest = dt.date.fromordinal(int(day[numbers].max()))
        counts = [
            decayed({film.popularity_on: film.popularity}, newest)
            for film in (films[number] for number in numbers)
            if film.popularity is not None and film.popularity_on is not None
        ]
        order = np.argsort(counts, kind="stable")
        rank[np.array(numbers)[order]] = np.arange(1, len(order) + 1) / len(order)
    return Popularity(rank, day)
