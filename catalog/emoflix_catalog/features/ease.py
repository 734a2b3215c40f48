"""EASE: each film's score as a weighted sum over the films that somebody liked.

Steck, "Embarrassingly shallow autoencoders for sparse data", 2019. With X the likes of all viewers
(0 or 1) and P = (X'X + L2 I)^-1, the weight of film i for film j is

    B_ij = -P_ij / P_jj,  B_jj = 0.

A Pi keeps the 100 strongest weights of each film. Cutting the others off costs accuracy, so the
hundred are fitted anew among themselves, b = (G_SS + L2 I)^-1 G_Sj with G = X'X and S the hundred:
the sparse approximation of Steck, "Markov random fields for collaborative filtering", 2019. They
are kept as int8 with one scale a film.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.features.neighbours import Neighbours

L2: Final = 100.0
"""The strength of the regularisation, as a number of viewers; chosen in docs/evaluation.md."""
NEIGHBOURS: Final = 100
_BLOCK: Final = 256
"""Films at a time: their weights for all films are held in memory at once."""
_MOST_WEIGHT: Final = 127


def ease(likes: Any, *, l2: float = L2, neighbours: int = NEIGHBOURS) -> Neighbours:
    """The strongest weights of each film.

    Args:
        likes: Sparse [viewers, films] of 0 and 1, as scipy.sparse has it. Its films by films matrix
            is held in memory as float32, and that of the smaller side as float64.
        l2: See above.
        neighbours: How many films may speak for each film.
    """
    films = likes.shape[1]
    together = (likes.T @ likes).toarray().astype(np.float32)
    sources, targets, weights = [], [], []
    scale = np.zeros(films, np.float32)
    most = min(neighbours, films - 1)
    for first, block in _weights(likes, l2):
        if most < 1:
            break
        chosen = np.argpartition(-np.abs(block), most - 1, axis=0)[:most].T
        fitted = _refit(together, chosen, np.arange(first, first + len(chosen)), l2)
        largest = np.abs(fitted).max(axis=1) / _MOST_WEIGHT
        scale[first : first + len(chosen)] = largest
        kept = np.rint(fitted / np.where(largest > 0, largest, 1)[:, None]).astype(np.int8)
        row, column = np.nonzero(kept)
        sources.append(chosen[row, column])
        targets.append(row + first)
        weights.append(kept[row, column])
    return Neighbours.of(_joined(sources), _joined(targets), _joined(weights), scale)


def dense_ease(likes: Any, *, l2: float = L2) -> NDArray[np.float32]:
    """All weights, float32[films, films]: what the sparse ones are measured against."""
    return np.hstack([block for _, block in _weights(likes, l2)])


def _weights(likes: Any, l2: float) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """B by blocks of columns: the first film's place, and float32[films, block].

    Where there are fewer viewers than films, by the smaller inverse (Woodbury): with
    L L' = X X' + L2 I and Z = L^-1 X, P is (I - Z'Z) / L2, so B_ij = z_i'z_j / (1 - z_j'z_j).
    """
    from scipy.linalg import cho_solve, cholesky, solve_triangular

    viewers, films = likes.shape
    if viewers < films:
        gram = (likes @ likes.T).toarray().astype(np.float64)
        gram.flat[:: viewers + 1] += l2
        root = cholesky(gram, lower=True)
        reduced = solve_triangular(root, likes.toarray(), lower=True).astype(np.float32)
        own = 1 - np.einsum("ij,ij->j", reduced, reduced)
    else:
        gram = (likes.T @ likes).toarray().astype(np.float64)
        gram.flat[:: films + 1] += l2
        inverse = cho_solve((cholesky(gram, lower=True), True), np.eye(films)).astype(np.float32)
        own = np.diag(inverse)
    for first in range(0, films, _BLOCK):
        columns = slice(first, min(first + _BLOCK, films))
        block = reduced.T @ reduced[:, columns] if viewers < films else -inverse[:, columns]
        block = block / own[columns]
        block[np.arange(columns.start, columns.stop), np.arange(columns.stop - first)] = 0
        yield first, block


def _refit(
    together: NDArray[np.float32], chosen: NDArray[np.int64], films: NDArray[np.int64], l2: float
) -> NDArray[np.float32]:
    """The weights of the chosen films alone, float32[films, chosen]."""
    among = together[chosen[:, :, None], chosen[:, None, :]]
    place = np.arange(chosen.shape[1])
    among[:, place, place] += np.float32(l2)
    with_film = together[chosen, films[:, None]]
    # A film must not speak for itself; it is chosen where hardly another has a weight at all.
    itself = chosen == films[:, None]
    with_film[itself] = 0
    among[itself] = 0
    among.transpose(0, 2, 1)[itself] = 0
    among[:, place, place] += itself
    fitted: NDArray[np.float32] = np.linalg.solve(among, with_film[:, :, None])[:, :, 0]
    return fitted


def _joined(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
