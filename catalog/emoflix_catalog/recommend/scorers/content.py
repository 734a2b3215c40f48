"""Films about what the liked films were about, and of their time."""

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.recommend.scorers.base import Scorer
from emoflix_catalog.recommend.scorers.collaborative import others_speak
from emoflix_catalog.recommend.slate import Reason
from emoflix_catalog.recommend.wishes import listed

DISLIKED: Final = -0.5
"""What a disliked film counts in the profile against a liked one."""
YEARS: Final = 0.5
"""What being of the same years counts against being about the same; as the next two, chosen in
docs/evaluation.md."""
YEARS_APART: Final = 8
"""A film so many years from a liked one counts exp(-1/2)."""
WEIGHT, WEIGHT_BESIDE_OTHERS = 0.8, 0.3
"""Where ratings of others say what goes with what is liked, they know more of it."""
_RAREST_FIRST: Final = ("directors", "cast", "keywords", "genres", "mood_tags")
_LEAST_LIKENESS: Final = 0.3
"""Below this the nearest liked film is no reason."""


class Content(Scorer):
    """(likeness / the largest + YEARS * nearness / the largest) / (1 + YEARS).

    The likeness is to the viewer's profile, the sum of the liked films' text vectors plus DISLIKED
    times that of the disliked ones (Rocchio, "Relevance feedback in information retrieval", 1971);
    what is less like it than nothing at all counts 0. The nearness is the sum of
    exp(-d^2 / (2 YEARS_APART^2)) over the liked films, d being the years in between: many films
    have hardly more facts than genres and a year.
    """

    name = "content"
    reads = ("liked", "disliked")

    def weight(self) -> float:
        if not self.viewer.liked:
            return 0.0
        return WEIGHT_BESIDE_OTHERS if others_speak(self.catalogue, self.viewer) else WEIGHT

    @cached_property
    def _liked(self) -> NDArray[np.int64]:
        return self.catalogue.numbers(self.viewer.liked)

    def score(self) -> NDArray[np.float32]:
        vectors = self.catalogue.vectors
        disliked = self.catalogue.numbers(self.viewer.disliked)
        profile = vectors.profile(self._liked) + DISLIKED * vectors.profile(disliked)
        score = np.zeros(len(self.catalogue), np.float32)
        for share, part in ((1, vectors.likeness_to(profile)), (YEARS, self._nearness())):
            part[self._liked] = 0
            part[disliked] = 0
            largest = float(part.max(initial=0.0))
            if largest:
                score += part.clip(0) * np.float32(share / largest / (1 + YEARS))
        return score

    def _nearness(self) -> NDArray[np.float32]:
        """How near each film's year is to those of the liked films, float32[n]."""
        years = self.catalogue.columns["year"]
        if not self._liked.size:
            return np.zeros(len(years), np.float32)
        first = int(years.min())
        liked, count = np.unique(years[self._liked], return_counts=True)
        apart = np.arange(first, int(years.max()) + 1)[:, None] - liked
        near = np.exp(-(apart**2) / (2 * YEARS_APART**2)) @ count
        nearness: NDArray[np.float32] = near.astype(np.float32)[years - first]
        return nearness

    def reason(self, film: Film) -> Reason | None:
        if not self._liked.size:
            return None
        number = self.catalogue.numbers([film.id])
        likeness = self.catalogue.vectors.likeness_between(number, self._liked)[0]
        nearest = int(likeness.argmax())
        if likeness[nearest] < _LEAST_LIKENESS:
            return None
        liked = self.catalogue.film_at(int(self._liked[nearest]))
        shared = _shared(film, liked)
        return Reason(f"Like {liked.title}, which you liked: {listed(shared)}") if shared else None


def _shared(film: Film, liked: Film) -> list[str]:
    """Two words, at most, that both films bear: the rarer kinds first."""
    words = dict.fromkeys(
        word
        for kind in _RAREST_FIRST
        for word in getattr(film, kind)
        if word in getattr(liked, kind)
    )
    return list(words)[:2]
