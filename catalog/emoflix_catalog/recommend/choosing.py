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

Mask = NDArray[np.bool_]
Array = NDArray[np.float32]
Numbers = NDArray[np.int64]


class Pick(NamedTuple):
    """A film that was chosen."""

    number: int
    propensity: float
    """The chance with which it was drawn for its place, given the places before, above 0."""


class Chooser:
    """Fills a slate place by place. What is chosen is not chosen again.

    A place is drawn from softmax(worth / TEMPERATURE) over a pool, so that the chance of each
    film is known exactly (for off-policy evaluation: Swaminathan and Joachims, 2015), with

        worth = RELEVANCE * score - (1 - RELEVANCE) * max likeness to those chosen - proportions

    which is maximal marginal relevance (Carbonell and Goldstein, "The use of MMR,
    diversity-based reranking", 1998) less what the film costs in calibration
    (`calibration.Proportions`). Scores are taken as they are: where they hardly differ, being
    unlike decides; where they do, it does not.
    """

    def __init__(
        self,
        vectors: Vectors,
        proportions: Sequence[Proportions],
        random: np.random.Generator,
        relevance: float = RELEVANCE,
    ) -> None:
        self._relevance = relevance
        self._vectors = vectors
        self._proportions = proportions
        self._random = random
        self.picks: list[Pick] = []

    @property
    def numbers(self) -> list[int]:
        """Of the films chosen, in their order."""
        return [pick.number for pick in self.picks]

    def pool(self, score: Array, allowed: Mask, count: int) -> Numbers:
        """The films that come into question for `count` places: the best that are allowed.

        Of films that fit alike, chance says which: not their order in the catalogue.
        """
        numbers = np.flatnonzero(allowed)
        most = max(POOL, count) + len(self.picks)
        if len(numbers) <= most:
            return numbers
        among = score[numbers]
        cut = np.partition(among, -most)[-most]
        better = numbers[among > cut]
        ties = numbers[among == cut]
        few: Numbers = self._random.choice(ties, most - len(better), replace=False)
        return np.append(better, few)

    def choose(self, score: Array, pool: Numbers, count: int) -> None:
        """Choose `count` films more of a pool, fewer only where fewer are left in it.

        Args:
            score: float32[n], higher fits better.
            pool: As of `pool`.
            count: None where it is 0 or less.
        """
        if count < 1:
            return
        pool = pool[~np.isin(pool, self.numbers)]
        for _ in range(min(count, len(pool))):
            place, chance = self._draw(score[pool], pool)
            self.picks.append(Pick(int(pool[place]), chance))
            pool = np.delete(pool, place)

    def fill(self, score: Array, allowed: Mask, count: int) -> None:
        """Choose `count` films more of those that are allowed, as `choose`."""
        if count > 0:
            self.choose(score, self.pool(score, allowed, count), count)

    def _draw(self, score: Array, pool: Numbers) -> tuple[int, float]:
        chosen = np.array(self.numbers, np.int64)
        worth = self._relevance * score
        if chosen.size:
            likeness = self._vectors.likeness_between(pool, chosen)
            worth = worth - (1 - self._relevance) * likeness.max(axis=1).clip(0)
        for proportion in self._proportions:
            worth = worth - proportion.costs(chosen, pool)
        chances = np.exp((worth - worth.max()).astype(np.float64) / TEMPERATURE)
        chances = np.maximum(chances / chances.sum(), LEAST_CHANCE)
        chances /= chances.sum()
        place = int(self._random.choice(len(pool), p=chances))
        return place, float(chances[place])
