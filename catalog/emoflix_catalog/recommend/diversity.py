"""A slate whose films fit and do not repeat each other."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.features.vectors import Vectors

RELEVANCE: Final = 0.85
"""How much fitting counts against being unlike what is already there."""
POOL: Final = 200
"""So many of the best come into question: what is worse is not wanted for its novelty."""


def diversify(
    score: NDArray[np.float32],
    fits: NDArray[np.bool_],
    vectors: Vectors,
    count: int,
    already: list[int],
) -> list[int]:
    """Choose films one by one, each by maximal marginal relevance.

    argmax RELEVANCE * score(film) - (1 - RELEVANCE) * max likeness(film, chosen) (Carbonell and
    Goldstein, "The use of MMR, diversity-based reranking", 1998). Where the scores hardly differ,
    being unlike decides; the score is taken as it is, so that it does not where they do.

    Args:
        score: float32[n], higher fits better.
        fits: bool[n], which films may be chosen.
        vectors: What the films are about.
        count: How many to choose.
        already: Films chosen before, to be unlike of too; they are not chosen again.

    Returns:
        The numbers of at most `count` films, fewer only where fewer fit.
    """
    allowed = fits.copy()
    allowed[already] = False
    pool = _best(score, np.flatnonzero(allowed), max(POOL, count))
    if not pool.size or count <= 0:
        return []
    likeness = vectors.likeness_among(np.append(np.array(already, np.int64), pool))
    nearest = likeness[len(already) :, : len(already)].max(axis=1, initial=0.0)
    among = likeness[len(already) :, len(already) :]
    chosen: list[int] = []
    open_ = np.ones(len(pool), np.bool_)
    for _ in range(min(count, len(pool))):
        marginal = RELEVANCE * score[pool] - (1 - RELEVANCE) * nearest
        best = int(np.where(open_, marginal, -np.inf).argmax())
        open_[best] = False
        chosen.append(int(pool[best]))
        nearest = np.maximum(nearest, among[best])
    return chosen


def _best(score: NDArray[np.float32], numbers: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The `count` films of the highest score, the best first, the lower number first at a tie."""
    if len(numbers) > count:
        cut = np.partition(score[numbers], -count)[-count]
        numbers = numbers[score[numbers] >= cut]
    best: NDArray[np.int64] = numbers[np.argsort(-score[numbers], kind="stable")[:count]]
    return best
