"""Films that many people look at just now."""

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.features.popularity import NO_DAY
from emoflix_catalog.film import Film
from emoflix_catalog.recommend.scorers.base import Scorer
from emoflix_catalog.recommend.slate import Reason

HALVED_AFTER_DAYS: Final = 30
"""Popularity that was taken so long ago says half as much of today."""
STALE_AFTER_DAYS: Final = 120
"""Popularity that is older says nothing."""
TOLD_FROM: Final = 0.9
"""Only the uppermost tenth of a source is called much watched."""


class Trending(Scorer):
    """rank * 2^(-days / HALVED_AFTER_DAYS), the rank within the source (`features.popularity`)."""

    name = "trending"

    def weight(self) -> float:
        return 0.15 if self._fresh.any() else 0.0

    @cached_property
    def _days(self) -> NDArray[np.int32]:
        days: NDArray[np.int32] = (
            self.context.at.date().toordinal() - self.catalogue.columns["popularity_day"]
        )
        return days.clip(0)

    @cached_property
    def _fresh(self) -> NDArray[np.bool_]:
        known = self.catalogue.columns["popularity_day"] != NO_DAY
        fresh: NDArray[np.bool_] = known & (self._days <= STALE_AFTER_DAYS)
        return fresh

    def score(self) -> NDArray[np.float32]:
        now = np.exp2(-self._days.astype(np.float32) / HALVED_AFTER_DAYS) * self._fresh
        score: NDArray[np.float32] = now * self.catalogue.columns["popularity"]
        return score

    def reason(self, film: Film) -> Reason | None:
        number = self.catalogue.numbers([film.id])[0]
        if not self._fresh[number] or self.catalogue.columns["popularity"][number] < TOLD_FROM:
            return None
        return Reason("Looked at by many these weeks")
