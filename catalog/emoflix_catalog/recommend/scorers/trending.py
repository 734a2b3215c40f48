"""Films that many people look at just now."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.features.popularity import NO_DAY
from emoflix_catalog.film import Film
from emoflix_catalog.precedence import kind_of
from emoflix_catalog.recommend.scorers.base import Scorer
from emoflix_catalog.recommend.slate import Reason

HALVED_AFTER_DAYS: Final = 30
"""Popularity that was taken so long ago says half as much of today."""
LIBRARIES: Final = ("jellyfin", "kodi")
"""Sources that count what was played in this house."""
STALE_AFTER_DAYS: Final = 120
"""Popularity that is older says nothing."""
TOLD_FROM: Final = 0.9
"""Only the uppermost tenth of a source is called much watched."""


class Trending(Scorer):
    """rank * 2^(-days / HALVED_AFTER_DAYS), the rank within the source (`features.popularity`)."""

    name = "trending"

    def weight(self) -> float:
        newest = int(self.catalogue.columns["popularity_day"].max(initial=NO_DAY))
        return 0.15 if newest >= self._today - STALE_AFTER_DAYS else 0.0

    @property
    def _today(self) -> int:
        return self.context.at.date().toordinal()

    def _now(self, number: int | slice) -> NDArray[np.float32]:
        columns = self.catalogue.columns
        days = (self._today - columns["popularity_day"][number]).clip(0)
        fresh = days <= STALE_AFTER_DAYS
        share: NDArray[np.float32] = np.exp2(-days.astype(np.float32) / HALVED_AFTER_DAYS) * fresh
        return share

    def score(self) -> NDArray[np.float32]:
        score: NDArray[np.float32] = self._now(slice(None)) * self.catalogue.columns["popularity"]
        return score

    def reason(self, film: Film) -> Reason | None:
        number = int(self.catalogue.numbers([film.id])[0])
        much = self.catalogue.columns["popularity"][number] >= TOLD_FROM
        if not (much and self._now(number)):
            return None
        here = kind_of(film.popularity_by) in LIBRARIES
        return Reason("Played here of late" if here else "Looked at by many these weeks")
