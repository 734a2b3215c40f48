"""Which ratings are learnt from, which are held out, and which viewers are reported.

Every fifth viewer is kept for choosing hyper-parameters and is never reported.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.importers.contract import SourceError
from emoflix_catalog.ratings import UNDATED, Ratings

HELD_OUT: Final = 0.2
"""The share of a viewer's ratings."""
LEAST_RATINGS: Final = 5
"""A viewer with fewer is learnt from, and not asked."""
NEWCOMER_KNOWN: Final = 5
"""How many ratings of a newcomer are known."""
_VALIDATION_EVERY: Final = 5
_SEED: Final = 0


class Split(NamedTuple):
    """What becomes of n ratings."""

    learnt: NDArray[np.bool_]
    """bool[n]: what models are fitted to."""
    known: NDArray[np.bool_]
    """bool[n]: what a viewer is known by when asked: `learnt`, but for newcomers."""
    held_out: NDArray[np.bool_]
    """bool[n]"""
    tail: int = 0
    """So many of the most popular films are left out of the ranking."""


def validates(viewer: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each viewer is one of those for choosing hyper-parameters."""
    chosen: NDArray[np.bool_] = viewer % _VALIDATION_EVERY == 0
    return chosen


def by_chance(ratings: Ratings) -> Split:
    """A random fifth of each viewer's ratings is held out."""
    order = np.random.default_rng(_SEED).random(len(ratings.viewer))
    return _latest_fifth(ratings, order)


def by_time(ratings: Ratings) -> Split:
    """The latest fifth of each viewer's ratings is held out.

    Other viewers' ratings of later years are still learnt from: it asks what a viewer watches next,
    not what the program would have said in that year.

    Raises:
        SourceError: A rating has no time.
    """
    if (ratings.at == UNDATED).any():
        raise SourceError("a rating has no time: split by time only where each has an `at`")
    return _latest_fifth(ratings, ratings.at)


def newcomers(ratings: Ratings) -> Split:
    """Of every second viewer five random ratings are known, and none are learnt from.

    Those kept for choosing are all newcomers.
    """
    new = (ratings.viewer % 2 == 1) | validates(ratings.viewer)
    order = np.random.default_rng(_SEED).random(len(ratings.viewer))
    known = _rank_within(ratings.viewer, order) < NEWCOMER_KNOWN
    return Split(learnt=~new, known=~new | known, held_out=new & ~known)


def newcomers_tail(ratings: Ratings) -> Split:
    """The same among films outside the 500 most popular."""
    return newcomers(ratings)._replace(tail=500)


SPLITS: Final[dict[str, Callable[[Ratings], Split]]] = {
    "random": by_chance,
    "time": by_time,
    "newcomers": newcomers,
    "newcomers-tail": newcomers_tail,
}


def _latest_fifth(ratings: Ratings, order: NDArray[np.float64] | NDArray[np.int64]) -> Split:
    rank = _rank_within(ratings.viewer, order)
    count = np.bincount(ratings.viewer)[ratings.viewer]
    out = (rank >= np.ceil(count * (1 - HELD_OUT))) & (count >= LEAST_RATINGS)
    return Split(learnt=~out, known=~out, held_out=out)


def _rank_within(
    viewer: NDArray[np.int32], order: NDArray[np.float64] | NDArray[np.int64]
) -> NDArray[np.int64]:
    """The place of each rating among its viewer's, in rising `order`; ties as they stand."""
    by_viewer = np.lexsort((order, viewer))
    first = np.searchsorted(viewer[by_viewer], viewer[by_viewer])
    rank = np.empty(len(viewer), np.int64)
    rank[by_viewer] = np.arange(len(viewer)) - first
    return rank
