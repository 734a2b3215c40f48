"""Films about what the liked films were about."""

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.recommend.scorers.base import Scorer
from emoflix_catalog.recommend.slate import Reason
from emoflix_catalog.recommend.wishes import listed

DISLIKED: Final = -0.5
"""What a disliked film counts in the profile against a liked one."""
_RAREST_FIRST: Final = ("directors", "cast", "keywords", "genres", "mood_tags")
_LEAST_LIKENESS: Final = 0.3
"""Below this the nearest liked film is no reason."""


class Content(Scorer):
    """The likeness of a film to the viewer's profile, over the largest likeness of them all.

    The profile is the sum of the liked films' text vectors plus DISLIKED times that of the disliked
    ones (Rocchio, "Relevance feedback in information retrieval", 1971). What is less like the
    profile than nothing at all counts 0.
    """

    name = "content"
    lasting = True

    def weight(self) -> float:
        return 0.8 if self.viewer.liked else 0.0

    @cached_property
    def _liked(self) -> NDArray[np.int64]:
        return self.catalogue.numbers(self.viewer.liked)

    def score(self) -> NDArray[np.float32]:
        vectors = self.catalogue.vectors
        disliked = self.catalogue.numbers(self.viewer.disliked)
        profile = vectors.profile(self._liked) + DISLIKED * vectors.profile(disliked)
        likeness = vectors.likeness_to(profile)
        likeness[self._liked] = 0
        likeness[disliked] = 0
        largest = float(likeness.max(initial=0.0))
        if not largest:
            return np.zeros(len(self.catalogue), np.float32)
        score: NDArray[np.float32] = likeness.clip(0) / np.float32(largest)
        return score

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
    words = [
        word
        for kind in _RAREST_FIRST
        for word in getattr(film, kind)
        if word in getattr(liked, kind)
    ]
    return words[:2]
