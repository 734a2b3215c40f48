"""Among the languages a viewer wants, the dearest first."""

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.recommend.scorers.base import Scorer
from emoflix_catalog.recommend.slate import Reason
from emoflix_catalog.vocabulary import LANGUAGES


class Language(Scorer):
    """1 / (1 + place) of the film's main language among the viewer's, 0 for any other.

    It only orders: which languages come into question at all is a filter.
    """

    name = "language"
    reads = ("languages",)

    def weight(self) -> float:
        return 0.1 if self.viewer.languages else 0.0

    def score(self) -> NDArray[np.float32]:
        columns = self.catalogue.columns
        by_language = np.zeros(256, np.float32)
        words = columns.words["languages"]
        for place, code in enumerate(self.viewer.languages):
            if code in words:
                by_language[words.index(code)] = 1 / (1 + place)
        score: NDArray[np.float32] = by_language[columns["language"]]
        return score

    def reason(self, film: Film) -> Reason | None:
        if film.language not in self.viewer.languages:
            return None
        return Reason(f"In {LANGUAGES[film.language]}, as you like")
