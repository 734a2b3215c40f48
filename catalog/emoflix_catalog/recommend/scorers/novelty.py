"""Films of these years."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.recommend.scorers.base import Scorer
from emoflix_catalog.recommend.slate import Reason

HALVED_AFTER_YEARS: Final = 4
"""A film so much older is half as new."""
NEW_FOR_YEARS: Final = 1
"""Only a film of this year or the last is called new."""
_OLDEST: Final = 100
_BY_AGE: Final = np.exp2(-np.arange(_OLDEST + 1, dtype=np.float32) / HALVED_AFTER_YEARS)


class Novelty(Scorer):
    """2^(-age / HALVED_AFTER_YEARS), the age in years of a film on this evening."""

    name = "novelty"

    def weight(self) -> float:
        return 0.1

    def score(self) -> NDArray[np.float32]:
        ages = (self.context.at.year - self.catalogue.columns["year"]).clip(0, _OLDEST)
        score: NDArray[np.float32] = _BY_AGE[ages]
        return score

    def reason(self, film: Film) -> Reason | None:
        if self.context.at.year - film.year > NEW_FOR_YEARS:
            return None
        return Reason(f"New: from {film.year}")
