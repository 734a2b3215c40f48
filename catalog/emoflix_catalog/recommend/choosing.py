"""Films chosen one by one: each fits, is unlike the others, and keeps the viewer's proportions."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.features.vectors import Vectors
from emoflix_catalog.recommend.calibration import Proportions

RELEVANCE: Final = 0.85
"""How much fitting counts against being unlike what is already there."""
POOL: Final = 200
"""So many of the best come into question: what is worse is not wanted for its novelty."""
TEMPERATURE: Final = 0.01
"""A film that is worth so much less comes 1/e as often: two evenings differ, and no misfit gets
in."""
LEAST_CHANCE: Final = 1e-12
TIES: Final = 1e-4
"""Among films that fit alike it is chance, not the order of the catalogue, that makes the pool."""

Mask = NDArray[np.bool_]
Array = NDArray[np.float32]


class Pick(NamedTuple):
    """A film that was chosen."""

    number: int
    propensity: float
    """The chance with which it was drawn for its place, given the places before, above 0."""


class Chooser:
    """Fills a slate place by place. What is chosen is not chosen again.

    A place is drawn from softmax(worth / TEMPERATURE) over the pool, so that the chance of each
    film is known exactly (for off-policy evaluation: Swaminathan and Joachims, 2015), with

        worth = RELEVANCE * score - (1 - RELEVANCE) * max likeness to those chosen - proportions

    which is maximal marginal relevance (Carbonell and Goldstein, "The use of MMR,
    diversity-based reranking", 1998) less what the film costs in calibration
    (`calibration.Proportions`). Scores are taken as they are: where they hardly differ, being
    unlike decides; where they do, it does not.
    """

    def __init__(
        self,
        score: Array,
        vectors: Vectors,
        proportions: Sequence[Proportions],
        random: np.random.Generator,
    ) -> None:
        self._score = score
        self._vectors = vectors
        self._proportions = proportions
        self._random = random
        self._ties = np.float32(TIES) * random.random(len(score), np.float32)
        self.picks: list[Pick] = []

    @property
    def numbers(self) -> list[int]:
        """Of the films chosen, in their order."""
        return [pick.number for pick in self.picks]

    def choose(self, allowed: Mask, count: int, score: Array | None = None) -> None:
        """Choose `count` films more, fewer only where fewer are allowed.

        Args:
            allowed: bool[n].
            count: None where it is 0 or less.
            score: float32[n] in place of the score of all the other choices.
        """
        score = self._score if score is None else score
        left = allowed.copy()
        left[self.numbers] = False
        pool = _best(score + self._ties, np.flatnonzero(left), max(POOL, count))
        for _ in range(min(count, len(pool))):
            place, chance = self._draw(score[pool], pool)
            self.picks.append(Pick(int(pool[place]), chance))
            pool = np.delete(pool, place)

    def _draw(self, score: Array, pool: NDArray[np.int64]) -> tuple[int, float]:
        chosen = np.array(self.numbers, np.int64)
        worth = RELEVANCE * score
        if chosen.size:
            likeness = self._vectors.likeness_between(pool, chosen)
            worth = worth - (1 - RELEVANCE) * likeness.max(axis=1).clip(0)
        for proportion in self._proportions:
            worth = worth - proportion.costs(chosen, pool)
        chances = np.exp((worth - worth.max()).astype(np.float64) / TEMPERATURE)
        chances = np.maximum(chances / chances.sum(), LEAST_CHANCE)
        chances /= chances.sum()
        place = int(self._random.choice(len(pool), p=chances))
        return place, float(chances[place])


def _best(score: Array, numbers: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The `count` films of the highest score, the best first."""
    if len(numbers) > count:
        numbers = numbers[np.argpartition(score[numbers], -count)[-count:]]
    best: NDArray[np.int64] = numbers[np.argsort(-score[numbers], kind="stable")]
    return best
