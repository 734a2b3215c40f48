"""Films that people liked who like what the viewer likes."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.recommend.scorers.base import Scorer, fill_unknown
from emoflix_catalog.recommend.slate import Reason
from emoflix_catalog.recommend.viewer import Viewer
from emoflix_catalog.store import Catalogue


def others_speak(catalogue: Catalogue, viewer: Viewer) -> bool:
    """Whether ratings of others know any of the films that this viewer likes."""
    known = catalogue.collaborative
    return known is not None and known.knows(catalogue.numbers(viewer.liked))


class Collaborative(Scorer):
    """The film's score by EASE and by factors (`features.collaborative`), over the largest.

    What is less likely than not to be liked at all counts 0, and so does what was liked or disliked
    already. A catalogue without factors (`emoflix-catalog factors`) has nothing to say, nor have
    factors that know none of the films liked.
    """

    name = "collaborative"
    reads = ("liked", "disliked")

    def weight(self) -> float:
        return 1.0 if others_speak(self.catalogue, self.viewer) else 0.0

    @cached_property
    def _liked(self) -> NDArray[np.int64]:
        return self.catalogue.numbers(self.viewer.liked)

    def score(self) -> NDArray[np.float32]:
        if self.catalogue.collaborative is None:
            return np.zeros(len(self.catalogue), np.float32)
        likely, known = self.catalogue.collaborative.scores(self._liked)
        likely[self._liked] = 0
        likely[self.catalogue.numbers(self.viewer.disliked)] = 0
        largest = float(likely.max(initial=0.0))
        if not largest:
            return np.zeros(len(self.catalogue), np.float32)
        return fill_unknown(likely.clip(0) / np.float32(largest), known.astype(np.float32))

    def reason(self, film: Film) -> Reason | None:
        if self.catalogue.collaborative is None:
            return None
        (number,) = self.catalogue.numbers([film.id])
        source = self.catalogue.collaborative.speaks_most(self._liked, int(number))
        if source is None:
            return None
        return Reason(f"Liked by others who like {self.catalogue.film_at(source).title}")
