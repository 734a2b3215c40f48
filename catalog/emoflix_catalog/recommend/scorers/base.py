"""The contract of a scorer."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.recommend.slate import Reason
from emoflix_catalog.recommend.viewer import Context, MoodReading, Viewer
from emoflix_catalog.store import Catalogue


class Scorer(ABC):
    """One view of what fits one question. Its part of a film's score is `weight * score`."""

    name: ClassVar[str]
    reads: ClassVar[tuple[str, ...] | None] = None
    """The fields of the viewer that the score hangs on besides the catalogue: such a score is kept
    as long as they are the same. None where the mood, the lift or the evening has a say."""
    is_taste: ClassVar[bool] = True
    """Whether answers teach how much it counts; what somebody asks for tonight counts as it is."""

    def __init__(
        self, catalogue: Catalogue, viewer: Viewer, mood: MoodReading | None, context: Context
    ) -> None:
        self.catalogue = catalogue
        self.viewer = viewer
        self.mood = mood
        self.context = context

    @abstractmethod
    def weight(self) -> float:
        """How much this view counts tonight; 0 where it has nothing to say."""

    @abstractmethod
    def score(self) -> NDArray[np.float32]:
        """How well each film fits, float32[n_films], from 0 to 1. Asked only if it weighs."""

    @abstractmethod
    def reason(self, film: Film) -> Reason | None:
        """Why this film scores high here, in a sentence; None where there is nothing to say."""


def fill_unknown(score: NDArray[np.float32], certainty: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is not known of a film neither speaks for it nor against it: it gets the mean.

    score * certainty + mean * (1 - certainty), the mean taken over what is certain.
    """
    known = float(certainty.sum())
    mean = float(score @ certainty) / known if known else 0.0
    filled: NDArray[np.float32] = score * certainty + np.float32(mean) * (1 - certainty)
    return filled.astype(np.float32, copy=False)
