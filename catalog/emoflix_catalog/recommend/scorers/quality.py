"""Films that many people liked."""

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.recommend.scorers.base import Scorer, fill_unknown
from emoflix_catalog.recommend.slate import Reason


class Quality(Scorer):
    """The Bayesian average of the ratings (`features.quality`), where the catalogue has any."""

    name = "quality"
    lasting = True

    def weight(self) -> float:
        return 0.0 if np.isnan(self.catalogue.columns["quality"]).all() else 0.5

    def score(self) -> NDArray[np.float32]:
        quality = self.catalogue.columns["quality"]
        known = ~np.isnan(quality)
        return fill_unknown(np.nan_to_num(quality), known.astype(np.float32))

    def reason(self, film: Film) -> Reason | None:
        if film.rating is None or not film.votes:
            return None
        return Reason(f"Rated {film.rating:.1f} of 10 by {film.votes:,} people")
