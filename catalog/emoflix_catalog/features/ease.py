"""EASE: each film's score as a weighted sum over the films that somebody liked.

Steck, "Embarrassingly shallow autoencoders for sparse data", 2019. With X the likes of all viewers
(0 or 1) and P = (X'X + L2 I)^-1, the weight of film i for film j is

    B_ij = -P_ij / P_jj,  B_jj = 0.

A Pi keeps the strongest of all weights, NEIGHBOURS for each film on average, as int8 with one scale
a film. Which film has more of them is left to the weights: films that many people rated have many
that matter, the others few. The same number for each film, even fitted anew among themselves as in
Steck, "Markov random fields for collaborative filtering", 2019, cost more (docs/evaluation.md).
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.features.neighbours import Neighbours

L2: Final = 100.0
"""The strength of the regularisation, as a number of viewers; chosen in docs/evaluation.md."""
NEIGHBOURS: Final = 300
"""On average. With 3 bytes each, a tenth of what all weights of 3,000 films take as float32."""
_MOST_WEIGHT: Final = 127


def ease(likes: Any, *, l2: float = L2, neighbours: int = NEIGHBOURS) -> Neighbours:
    """The strongest weights of all films.

    Args:
        likes: Sparse [viewers, films] of 0 and 1, as scipy.sparse has it. A films by films matrix
            is held in memory three times as float32, and that of the smaller side as float64.
        l2: See above.
        neighbours: How many films may speak for a film, on average.
    """
    weights = dense_ease(likes, l2=l2)
    strength = np.abs(weights)
    most = neighbours * len(weights)
    least = np.partition(strength, -most, axis=None)[-most] if most < strength.size else 0.0
    scale = strength.max(axis=0, initial=0) / np.float32(_MOST_WEIGHT)
    weights[strength < least] = 0
    kept = np.rint(weights / np.where(scale > 0, scale, 1)).astype(np.int8)
    source, target = np.nonzero(kept)
    return Neighbours.of(source, target, kept[source, target], scale)


def dense_ease(likes: Any, *, l2: float = L2) -> NDArray[np.float32]:
    """All weights, float32[films, films]: what the sparse ones are taken from.

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
        weights: NDArray[np.float32] = reduced.T @ reduced
        own = 1 - np.diag(weights)
    else:
        gram = (likes.T @ likes).toarray().astype(np.float64)
        gram.flat[:: films + 1] += l2
        weights = -cho_solve((cholesky(gram, lower=True), True), np.eye(films)).astype(np.float32)
        own = -np.diag(weights)
    weights /= own
    np.fill_diagonal(weights, 0)
    return weights
