"""What a film is about and who made it, as TF-IDF over its words and people."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.text import fold

WEIGHTS = {"genres": 1.0, "keywords": 1.0, "directors": 0.8, "mood_tags": 0.6, "cast": 0.6}
"""How much a word of each kind counts before its rarity does."""
LEADS = 3
"""So many of the cast count."""


def tf_idf(
    films: Sequence[Film],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Sparse rows of length 1: weight * (1 + ln((1 + n) / (1 + df))), the smoothed TF-IDF.

    Returns:
        `start` int32[n + 1], `term` int32[k] and `weight` float32[k]: row i has the terms
        `term[start[i]:start[i + 1]]`, each once, in rising order.
    """
    numbers: dict[tuple[str, str], int] = {}
    rows: list[NDArray[np.int32]] = []
    counts: list[NDArray[np.float32]] = []
    for film in films:
        row = {
            numbers.setdefault((kind, fold(word)), len(numbers)): weight
            for kind, weight in WEIGHTS.items()
            for word in getattr(film, kind)[: LEADS if kind == "cast" else None]
        }
        ordered = sorted(row)
        rows.append(np.array(ordered, np.int32))
        counts.append(np.array([row[term] for term in ordered], np.float32))
    start = np.zeros(len(films) + 1, np.int32)
    np.cumsum([len(row) for row in rows], out=start[1:])
    term = np.concatenate(rows) if rows else np.zeros(0, np.int32)
    weight = np.concatenate(counts) if counts else np.zeros(0, np.float32)
    frequency = np.bincount(term, minlength=len(numbers))
    rarity = 1 + np.log((1 + len(films)) / (1 + frequency))
    weight = (weight * rarity[term]).astype(np.float32)
    film_of = np.repeat(np.arange(len(films)), np.diff(start))
    length = np.sqrt(np.bincount(film_of, weight**2, minlength=len(films)))
    return start, term, (weight / length[film_of]).astype(np.float32)


class TermRows:
    """Sparse rows of length 1, as `tf_idf` makes them, and their likeness (the cosine)."""

    def __init__(
        self, start: NDArray[np.int32], term: NDArray[np.int32], weight: NDArray[np.float32]
    ) -> None:
        self._start = start
        self._term = term
        self._weight = weight

    def sum_of(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The sum of some rows, float32[terms], as long as the largest term in them needs."""
        places = self._places(numbers)
        return np.bincount(self._term[places], self._weight[places]).astype(np.float32)

    def likeness_to(self, profile: NDArray[np.float32]) -> NDArray[np.float32]:
        """Each row's dot product with a vector over the terms, float32[n]."""
        most = int(self._term.max(initial=-1)) + 1
        padded = np.zeros(max(most, len(profile)), np.float32)
        padded[: len(profile)] = profile
        running = np.zeros(len(self._term) + 1)
        np.cumsum(self._weight * padded[self._term], out=running[1:])
        likeness = running[self._start[1:]] - running[self._start[:-1]]
        return np.asarray(likeness, np.float32)

    def likeness_among(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The likeness of every pair of some rows, float32[k, k]."""
        places = self._places(numbers)
        terms, column = np.unique(self._term[places], return_inverse=True)
        lengths = self._start[numbers + 1] - self._start[numbers]
        dense = np.zeros((len(numbers), len(terms)), np.float32)
        dense[np.repeat(np.arange(len(numbers)), lengths), column] = self._weight[places]
        likeness: NDArray[np.float32] = dense @ dense.T
        return likeness

    def _places(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where the terms of some rows stand, row after row."""
        ranges = [np.arange(self._start[n], self._start[n + 1]) for n in numbers]
        return np.concatenate(ranges) if ranges else np.zeros(0, np.int64)
