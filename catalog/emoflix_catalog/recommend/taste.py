"""What of an answer hangs on the viewer alone, kept between two questions.

The next answer makes another viewer, most of whom is the same: what was computed is remembered by
the fields that it hangs on, so that an answer costs what the answer changed.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.recommend.scorers import SCORERS, Scorer
from emoflix_catalog.recommend.surprise import LEAST_LIKED, outside, usual_genres
from emoflix_catalog.recommend.viewer import Context, MoodReading, Viewer
from emoflix_catalog.recommend.wishes import WISHES, in_language
from emoflix_catalog.store import Catalogue

KEPT: Final = 4
"""So many viewers of one catalogue are remembered: those of an evening."""
ARRAYS_KEPT: Final = 40
"""And so many arrays of theirs, most of them masks; what was asked for least lately goes."""

Mask = NDArray[np.bool_]
Memory = OrderedDict[Hashable, NDArray[Any]]


class Taste:
    """One viewer's masks, and the scores that neither mood nor evening change."""

    def __init__(self, catalogue: Catalogue, viewer: Viewer, memory: Memory) -> None:
        self.catalogue = catalogue
        self.viewer = viewer
        self._memory = memory
        self._scorers: dict[str, Scorer] = {}

    @cached_property
    def fits(self) -> Mask:
        """Which films keep every wish that never gives way."""
        masks = [
            self._remembered(name, self._of(wish.reads), wish.fits) for name, wish in WISHES.items()
        ]
        joined: Mask = np.logical_and.reduce(masks)
        return joined

    @cached_property
    def spoken(self) -> Mask:
        """Which films are in a language that the viewer asked for."""
        return self._remembered("spoken", self.viewer.languages, _spoken)

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
        known = len(self.liked) >= LEAST_LIKED
        genres = usual_genres(self.catalogue, self.liked) if known else ()
        return self._remembered("outside", genres, lambda films, _: outside(films, genres))

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
                if kind.reads is not None:
                    self._scorers[kind.name] = scorer
            asked.append(scorer)
        return asked

    def score(self, scorer: Scorer) -> NDArray[np.float32]:
        """What a scorer of this viewer says, float32[n]."""
        if scorer.reads is None:
            return scorer.score()
        return self._remembered(scorer.name, self._of(scorer.reads), lambda *_: scorer.score())

    def _of(self, fields: tuple[str, ...]) -> tuple[Hashable, ...]:
        return tuple(getattr(self.viewer, field) for field in fields)

    def _remembered(
        self, name: str, reads: Hashable, make: Callable[[Catalogue, Viewer], NDArray[Any]]
    ) -> NDArray[Any]:
        """What was made for the same before, or is made now. Nobody may write to it."""
        key = (name, reads)
        if key not in self._memory:
            self._memory[key] = make(self.catalogue, self.viewer)
            self._memory[key].flags.writeable = False
            while len(self._memory) > ARRAYS_KEPT:
                self._memory.popitem(last=False)
        self._memory.move_to_end(key)
        return self._memory[key]


def _spoken(catalogue: Catalogue, viewer: Viewer) -> Mask:
    if not viewer.languages:
        return np.ones(len(catalogue), np.bool_)
    spoken = [in_language(catalogue, code) for code in viewer.languages]
    joined: Mask = np.logical_or.reduce(spoken)
    return joined


class _Remembered(NamedTuple):
    """Of one catalogue."""

    tastes: OrderedDict[Viewer, Taste]
    arrays: Memory


def taste_of(catalogue: Catalogue, viewer: Viewer) -> Taste:
    """The taste of this viewer; an answer makes another viewer, and so another taste.

    What rests changes with every slate, and is not a matter of taste.
    """
    viewer = msgspec.structs.replace(viewer, resting=frozenset())
    tastes, arrays = _remembered(catalogue)
    taste = tastes.get(viewer)
    if taste is None:
        taste = tastes[viewer] = Taste(catalogue, viewer, arrays)
        while len(tastes) > KEPT:
            tastes.popitem(last=False)
    tastes.move_to_end(viewer)
    return taste


def _remembered(catalogue: Catalogue) -> _Remembered:
    empty = _Remembered(OrderedDict(), OrderedDict())
    remembered: _Remembered = catalogue.remembered.setdefault(_Remembered, empty)
    return remembered
