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


class Novelty(Scorer):
    """2^(-age / HALVED_AFTER_YEARS), the age in years of a film on this evening."""

    name = "novelty"

    def weight(self) -> float:
        return 0.1

    def score(self) -> NDArray[np.float32]:
        years = np.maximum(self.context.at.year - self.catalogue.columns["year"], 0)
        score: NDArray[np.float32] = np.exp2(-years.astype(np.float32) / HALVED_AFTER_YEARS)
        return score

    def reason(self, film: Film) -> Reason | None:
        if self.context.at.year - film.year > NEW_FOR_YEARS:
            return None
        return Reason(f"New: from {film.year}")
