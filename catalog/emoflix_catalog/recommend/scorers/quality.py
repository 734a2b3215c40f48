"""Films that many people liked."""

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.recommend.scorers.base import Scorer, fill_unknown
from emoflix_catalog.recommend.scorers.collaborative import others_speak
from emoflix_catalog.recommend.slate import Reason

WEIGHT, WEIGHT_BESIDE_OTHERS = 0.5, 0.25
"""Where ratings of others say what this viewer likes, they have said that it is good already;
chosen in docs/evaluation.md."""


class Quality(Scorer):
    """The Bayesian average of the ratings (`features.quality`), where the catalogue has any."""

    name = "quality"
    reads = ()

    def weight(self) -> float:
        if np.isnan(self.catalogue.columns["quality"]).all():
            return 0.0
        return WEIGHT_BESIDE_OTHERS if others_speak(self.catalogue, self.viewer) else WEIGHT

    def score(self) -> NDArray[np.float32]:
        quality = self.catalogue.columns["quality"]
        known = ~np.isnan(quality)
        return fill_unknown(np.nan_to_num(quality), known.astype(np.float32))

    def reason(self, film: Film) -> Reason | None:
        if film.rating is None or not film.votes:
            return None
        return Reason(f"Rated {film.rating:.1f} of 10 by {film.votes:,} people")
