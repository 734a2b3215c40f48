"""What of an answer hangs on the viewer alone, kept between two questions of the same viewer."""

import hashlib
from collections import OrderedDict
from functools import cached_property
from typing import Final
from weakref import WeakKeyDictionary

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.recommend.scorers import SCORERS, Scorer
from emoflix_catalog.recommend.surprise import outside
from emoflix_catalog.recommend.viewer import Context, MoodReading, Viewer
from emoflix_catalog.recommend.wishes import fitting, in_language
from emoflix_catalog.store import Catalogue

KEPT: Final = 4
"""So many viewers of one catalogue are remembered: those of an evening."""

Mask = NDArray[np.bool_]


class Taste:
    """One viewer's masks, and the scores that neither mood nor evening change."""

    def __init__(self, catalogue: Catalogue, viewer: Viewer) -> None:
        self.catalogue = catalogue
        self.viewer = viewer
        self._scorers: dict[str, Scorer] = {}
        self._scores: dict[str, NDArray[np.float32]] = {}

    @cached_property
    def fits(self) -> Mask:
        """Which films keep every wish that never gives way."""
        return fitting(self.catalogue, self.viewer)

    @cached_property
    def spoken(self) -> Mask:
        """Which films are in a language that the viewer asked for."""
        if not self.viewer.languages:
            return np.ones(len(self.catalogue), np.bool_)
        spoken = [in_language(self.catalogue, code) for code in self.viewer.languages]
        joined: Mask = np.logical_or.reduce(spoken)
        return joined

    @cached_property
    def liked(self) -> NDArray[np.int64]:
        """Numbers of the films liked."""
        return self.catalogue.numbers(self.viewer.liked)

    @cached_property
    def usual(self) -> NDArray[np.float32]:
        """float32[n]: what each film counts in a mean over those that fit."""
        share: NDArray[np.float32] = self.fits / np.float32(max(1, np.count_nonzero(self.fits)))
        return share

    @cached_property
    def outside(self) -> Mask:
        """Which films are outside what the viewer usually likes."""
        return outside(self.catalogue, self.liked)

    @cached_property
    def digest(self) -> str:
        """The same for the same viewer."""
        fields = msgspec.structs.astuple(self.viewer)
        text = repr([sorted(field) if isinstance(field, frozenset) else field for field in fields])
        return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()

    def scorers(self, mood: MoodReading | None, context: Context, lift: float) -> list[Scorer]:
        """A scorer of each kind for this question; those that last are the ones of the last."""
        tonight = msgspec.structs.replace(self.viewer, lift=lift)
        asked = []
        for kind in SCORERS:
            scorer = self._scorers.get(kind.name)
            if scorer is None:
                scorer = kind(self.catalogue, tonight, mood, context)
                if kind.lasting:
                    self._scorers[kind.name] = scorer
            asked.append(scorer)
        return asked

    def score(self, scorer: Scorer) -> NDArray[np.float32]:
        """What a scorer of this viewer says, float32[n]."""
        if not scorer.lasting:
            return scorer.score()
        if scorer.name not in self._scores:
            self._scores[scorer.name] = scorer.score()
        return self._scores[scorer.name]


_tastes: WeakKeyDictionary[Catalogue, OrderedDict[Viewer, Taste]] = WeakKeyDictionary()


def taste_of(catalogue: Catalogue, viewer: Viewer) -> Taste:
    """The taste of this viewer; an answer makes another viewer, and so another taste.

    What rests changes with every slate, and is not a matter of taste.
    """
    viewer = msgspec.structs.replace(viewer, resting=frozenset())
    tastes = _tastes.setdefault(catalogue, OrderedDict())
    taste = tastes.get(viewer)
    if taste is None:
        taste = tastes[viewer] = Taste(catalogue, viewer)
        while len(tastes) > KEPT:
            tastes.popitem(last=False)
    tastes.move_to_end(viewer)
    return taste
