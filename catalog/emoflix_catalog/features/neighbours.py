"""The weights with which some films speak for others, as a Pi keeps and adds them up."""

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

_SHORT = 2**16


class Neighbours(NamedTuple):
    """For m films, which films each of them speaks for, and how much: rows of a sparse matrix.

    The score of film j for a viewer who likes films i by x_i is scale_j * sum_i x_i weight_ij.
    """

    start: NDArray[np.uint32]
    """uint32[m + 1]: where each film's row begins."""
    target: NDArray[Any]
    """uint16 or uint32[weights]: the film spoken for."""
    weight: NDArray[np.int8]
    """int8[weights]"""
    scale: NDArray[np.float32]
    """float32[m], of the film spoken for."""

    @classmethod
    def of(
        cls,
        source: NDArray[np.int64],
        target: NDArray[np.int64],
        weight: NDArray[np.int8],
        scale: NDArray[np.float32],
    ) -> Self:
        """Put weights that stand in any order into rows."""
        films = len(scale)
        order = np.lexsort((target, source))
        start = np.searchsorted(source[order], np.arange(films + 1)).astype(np.uint32)
        short = np.uint16 if films <= _SHORT else np.uint32
        return cls(start, target[order].astype(short), weight[order].astype(np.int8), scale)

    @property
    def nbytes(self) -> int:
        """All of it, in bytes."""
        return sum(array.nbytes for array in self)

    def scores(self, films: NDArray[np.int64], liking: NDArray[np.float32]) -> NDArray[np.float32]:
        """What somebody who likes `films` by `liking` would make of every film, float32[m]."""
        first = self.start[films].astype(np.int64)
        count = self.start[films + 1] - first
        before = np.cumsum(count) - count
        entry = np.arange(int(count.sum())) + np.repeat(first - before, count)
        spoken = self.weight[entry] * np.repeat(liking, count)
        total = np.bincount(self.target[entry], spoken, minlength=len(self.scale))
        scores: NDArray[np.float32] = total.astype(np.float32) * self.scale
        return scores

    def weights_for(self, films: NDArray[np.int64], film: int) -> NDArray[np.float32]:
        """How much each of `films` speaks for `film`, float32[films]."""
        found = np.zeros(len(films), np.float32)
        for place, other in enumerate(films):
            row = slice(int(self.start[other]), int(self.start[other + 1]))
            at = np.searchsorted(self.target[row], film)
            if at < row.stop - row.start and self.target[row][at] == film:
                found[place] = self.weight[row][at] * self.scale[film]
        return found
