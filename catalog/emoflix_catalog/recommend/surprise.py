"""One film outside what a viewer usually likes, so that a slate does not close in on itself."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.columns import any_of
from emoflix_catalog.recommend.calibration import genre_shares
from emoflix_catalog.recommend.slate import Reason
from emoflix_catalog.recommend.wishes import listed
from emoflix_catalog.store import Catalogue

LEAST_COUNT: Final = 4
"""In a shorter slate every place is wanted for what fits."""
LEAST_LIKED: Final = 3
"""With fewer films liked there is no usual yet."""
HABIT: Final = 0.6
"""The genres that make up so much of what was liked are the usual ones."""
OF_THE_PAST: Final = frozenset({"content", "collaborative"})
"""Scorers that ask for more of the same: they have no say in a surprise."""


def usual_genres(catalogue: Catalogue, liked: NDArray[np.int64]) -> tuple[str, ...]:
    """The fewest genres that make up HABIT of the films liked, the most frequent first."""
    shares = genre_shares(catalogue, liked).sum(axis=0)
    order = np.argsort(-shares, kind="stable")
    enough = int(np.searchsorted(np.cumsum(shares[order]), HABIT * shares.sum())) + 1
    words = catalogue.columns.words["genres"]
    return tuple(words[place] for place in order[:enough] if shares[place] > 0)


def outside(catalogue: Catalogue, usual: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which films may surprise: those of no usual genre, or none where there is no usual yet."""
    if not usual:
        return np.zeros(len(catalogue), np.bool_)
    columns = catalogue.columns
    words = columns.words["genres"]
    return any_of(columns["genres"], words, words) & ~any_of(columns["genres"], words, usual)


def surprise_reason(catalogue: Catalogue, liked: NDArray[np.int64]) -> Reason:
    """Why it stands there."""
    usual = listed(list(usual_genres(catalogue, liked)[:2]))
    return Reason(f"A surprise, for once no {usual}".replace(" and ", " or "))
