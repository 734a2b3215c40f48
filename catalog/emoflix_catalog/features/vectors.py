"""Likeness of films by the vectors of `features.text`: exact, over all of them at once."""

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.features.text import SCALE

_CHUNK = 2048
"""Rows turned into float32 at a time: they stay in the processor's cache."""


class Vectors:
    """int8[n, d] rows of length SCALE; likeness is the cosine, from -1 to 1."""

    def __init__(self, rows: NDArray[np.int8]) -> None:
        self._rows = rows

    def profile(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The sum of some rows, float32[d]."""
        total: NDArray[np.float32] = self._float(numbers).sum(axis=0)
        return total

    def likeness_to(self, profile: NDArray[np.float32]) -> NDArray[np.float32]:
        """Each film's cosine with a profile, float32[n]; 0 where either is all zeros."""
        likeness = np.zeros(len(self._rows), np.float32)
        length = float(np.linalg.norm(profile))
        if length:
            unit = profile / np.float32(length * SCALE)
            for start in range(0, len(self._rows), _CHUNK):
                chunk = self._rows[start : start + _CHUNK]
                likeness[start : start + _CHUNK] = chunk.astype(np.float32) @ unit
        return likeness

    def likeness_among(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of every pair of some films, float32[k, k]."""
        return self.likeness_between(numbers, numbers)

    def likeness_between(
        self, numbers: NDArray[np.int64], others: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """The cosine of some films with others, float32[k, others]."""
        return self._float(numbers) @ self._float(others).T

    def _float(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._rows[numbers].astype(np.float32) / np.float32(SCALE)
