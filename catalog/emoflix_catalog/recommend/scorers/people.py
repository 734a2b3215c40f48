"""Films with the actors and directors a viewer loves."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.recommend.scorers.base import Scorer
from emoflix_catalog.recommend.slate import Reason
from emoflix_catalog.store_writer import person_key

SURE: Final = 0.8
"""What a director or a first-billed actor counts: it leaves room for a second favourite."""
BILLING: Final = 0.8
"""What an actor counts against the one billed before."""
SMALL_PART: Final = 0.2
"""What an actor counts at least."""


class People(Scorer):
    """1 - prod(1 - s) over the favourites in a film, so that two count more than one.

    s = SURE for a director, max(SURE * BILLING^place, SMALL_PART) for an actor.
    """

    name = "people"
    reads = ("actors", "directors")

    def weight(self) -> float:
        return 0.3 if self.viewer.actors or self.viewer.directors else 0.0

    def score(self) -> NDArray[np.float32]:
        missed = np.ones(len(self.catalogue), np.float32)
        for names, role in ((self.viewer.actors, "cast"), (self.viewer.directors, "director")):
            for name in names:
                films, places = self.catalogue.credited(name, role)
                billing = np.maximum(SURE * BILLING**places, SMALL_PART)
                missed[films] *= 1 - (billing if role == "cast" else SURE)
        return 1 - missed

    def reason(self, film: Film) -> Reason | None:
        actors = _both(self.viewer.actors, film.cast)
        directors = _both(self.viewer.directors, film.directors)
        if not actors and not directors:
            return None
        names = dict.fromkeys((*actors, *directors))
        favourites = "one of your favourites" if len(names) == 1 else "favourites of yours"
        parts = [
            f"{word} {' and '.join(people)}"
            for word, people in (("with", actors), ("by", directors))
            if people
        ]
        text = ", ".join(parts)
        return Reason(f"{text[0].upper()}{text[1:]}, {favourites}")


def _both(favourites: tuple[str, ...], credited: tuple[str, ...]) -> list[str]:
    """Who of `credited` is a favourite, written as the film does."""
    keys = {person_key(name) for name in favourites}
    return [name for name in credited if person_key(name) in keys]
