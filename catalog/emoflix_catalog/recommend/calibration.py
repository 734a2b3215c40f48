"""Slates that keep the proportions of what a viewer liked."""

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.store import Catalogue

SMOOTHING: Final = 0.01
"""The share of the history mixed into a slate's proportions, so that none of them is nothing."""
DOUBT: Final = 5
"""With so many films liked, the proportions count half: a few films are no habit yet."""
GENRES: Final = 0.08
EMOTIONS: Final = 0.05
"""What a nat of divergence costs of a film's score."""

Array = NDArray[np.float32]
Numbers = NDArray[np.int64]
Kinds = Callable[[Numbers], Array]


class Proportions:
    """How far a slate is from a viewer's proportions of genres, or of evoked emotions.

    KL(p, q) = sum_g p(g) log(p(g) / q~(g)), p the mean over the liked films, q the mean over the
    slate, and q~ = (1 - SMOOTHING) q + SMOOTHING p (Steck, "Calibrated recommendations", 2018).
    """

    def __init__(self, kinds: Kinds, history: Numbers, cost: float) -> None:
        """Take the proportions of a history.

        Args:
            kinds: From numbers of films to what each is, in shares that sum to 1 (or to 0).
            history: Numbers of the films liked.
            cost: Of a nat of divergence.
        """
        self._kinds = kinds
        self.usual: Array = kinds(history).sum(axis=0)
        self.usual /= max(float(self.usual.sum()), 1e-9)
        self.cost = cost * len(history) / (len(history) + DOUBT)

    def costs(self, chosen: Numbers, pool: Numbers) -> Array:
        """What each film of the pool would cost as the next one of a slate, float32[pool]."""
        slate = self._kinds(chosen).sum(axis=0) + self._kinds(pool)
        slate /= np.maximum(slate.sum(axis=1, keepdims=True), np.float32(1e-9))
        there = self.usual > 0
        usual = self.usual[there]
        mixed = (1 - SMOOTHING) * slate[:, there] + SMOOTHING * usual
        costs: Array = (self.cost * (usual * np.log(usual / mixed)).sum(axis=1)).astype(np.float32)
        return costs


def genre_shares(catalogue: Catalogue, numbers: Numbers) -> Array:
    """float32[films, genres]: a film of three genres is a third of each."""
    packed = np.ascontiguousarray(catalogue.columns["genres"][numbers]).view(np.uint8)
    words = len(catalogue.columns.words["genres"])
    shares = np.unpackbits(packed, axis=1, count=words, bitorder="little").astype(np.float32)
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1)
    return shares


def proportions(catalogue: Catalogue, history: Numbers, mood_weight: float) -> list[Proportions]:
    """What a slate is held against: none where nothing was liked yet.

    Args:
        catalogue: Open.
        history: Numbers of the films liked.
        mood_weight: What tonight's mood counts, 0 to 1: where it asks for something, the emotions
            of other evenings step back.
    """
    if not history.size:
        return []
    emotions = EMOTIONS * max(0.0, 1 - mood_weight)
    return [
        Proportions(partial(genre_shares, catalogue), history, GENRES),
        Proportions(catalogue.columns["emotions"].__getitem__, history, emotions),
    ]
