"""Films that look like the picture somebody showed."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.recommend.scorers.base import Scorer, fill_unknown
from emoflix_catalog.recommend.slate import Reason

WEIGHT: Final = 1.0
"""A picture is only shown to be followed."""
TOLD_FROM: Final = 0.5
"""A film that is less alike is not said to look like it."""


class Look(Scorer):
    """The likeness of the film's poster or still to the picture (`features.look.likeness`)."""

    name = "look"
    is_taste = False

    def weight(self) -> float:
        picture = self.context.picture
        return WEIGHT if picture is not None and picture.known.any() else 0.0

    def score(self) -> NDArray[np.float32]:
        picture = self.context.picture
        if picture is None:
            return np.zeros(len(self.catalogue), np.float32)
        return fill_unknown(picture.likeness, picture.known.astype(np.float32))

    def reason(self, film: Film) -> Reason | None:
        (number,) = self.catalogue.numbers([film.id])
        picture = self.context.picture
        if picture is None or picture.likeness[number] < TOLD_FROM:
            return None
        words = f": {picture.words}" if picture.words else ""
        return Reason(f"Looks like your picture{words}")
