"""How good ranked lists are: one number a list, so that intervals over viewers can be taken.

A hit is a film of the list that the viewer liked among those held out. Sums over places i = 1..k.
"""

import numpy as np
from numpy.typing import NDArray

Hits = NDArray[np.bool_]
"""bool[lists, places]: which films of each list are hits, the first place first."""
PerList = NDArray[np.float64]
SMOOTHING = 0.01
"""What the history's own share counts in a list's genres, so that none is 0 (Steck's alpha)."""


def precision(hits: Hits, wanted: NDArray[np.int64], k: int) -> PerList:
    """The share of hits among the first k."""
    del wanted
    found: PerList = hits[:, :k].sum(axis=1) / k
    return found


def recall(hits: Hits, wanted: NDArray[np.int64], k: int) -> PerList:
    """The share of what is wanted that is among the first k."""
    found: PerList = hits[:, :k].sum(axis=1) / wanted
    return found


def ndcg(hits: Hits, wanted: NDArray[np.int64], k: int) -> PerList:
    """sum_i hit_i / log2(1 + i), over the same of a list that begins with all hits.

    Jarvelin and Kekalainen, "Cumulated gain-based evaluation of IR techniques", 2002.
    """
    gain = 1 / np.log2(np.arange(2, k + 2))
    best = np.concatenate([[0], np.cumsum(gain)])[np.minimum(wanted, k)]
    found: PerList = hits[:, :k] @ gain[: hits.shape[1]] / best
    return found


def average_precision(hits: Hits, wanted: NDArray[np.int64], k: int) -> PerList:
    """sum_i hit_i precision@i / min(k, wanted); its mean over viewers is MAP@k."""
    first = hits[:, :k]
    up_to = np.cumsum(first, axis=1) / np.arange(1, first.shape[1] + 1)
    found: PerList = (first * up_to).sum(axis=1) / np.minimum(wanted, k)
    return found


ACCURACY = {"precision": precision, "recall": recall, "ndcg": ndcg, "map": average_precision}
"""Name -> function(hits, how many films each viewer wanted, k)."""


def novelty(likes: NDArray[np.int64], viewers: int, lists: NDArray[np.int64]) -> PerList:
    """The mean of -log2 P(film liked), P = (likes + 1) / (viewers + 1), in bits.

    Vargas and Castells, "Rank and relevance in novelty and diversity metrics", 2011.

    Args:
        likes: int64[films], in the training part.
        viewers: How many there are.
        lists: int64[lists, k]: numbers of films.
    """
    bits = -np.log2((likes + 1) / (viewers + 1))
    found: PerList = bits[lists].mean(axis=1)
    return found


def diversity(vectors: NDArray[np.float32], lists: NDArray[np.int64]) -> PerList:
    """1 minus the mean likeness (cosine) of the pairs of a list; 0 for a list of one.

    Args:
        vectors: float32[films, d], of length 1 or 0.
        lists: int64[lists, k].
    """
    k = lists.shape[1]
    if k < 2:  # noqa: PLR2004 - a pair
        return np.zeros(len(lists))
    of_lists = vectors[lists].astype(np.float64)
    together = of_lists.sum(axis=1)
    own = np.einsum("lkd,lkd->l", of_lists, of_lists)
    pairs = np.einsum("ld,ld->l", together, together) - own
    found: PerList = 1 - pairs / (k * (k - 1))
    return found


def miscalibration(history: NDArray[np.float64], lists: NDArray[np.float64]) -> PerList:
    """The divergence KL(p || (1 - a) q + a p) of a list's genres from the history's; 0 is best.

    Steck, "Calibrated recommendations", 2018, with a = SMOOTHING.

    Args:
        history: float64[lists, genres], p: each row sums to 1, or to 0 where nothing is known.
        lists: The same of the lists, q.
    """
    smooth = (1 - SMOOTHING) * lists + SMOOTHING * history
    ratio = np.divide(history, smooth, out=np.ones_like(history), where=history > 0)
    found: PerList = (history * np.log(ratio)).sum(axis=1)
    return found


def serendipity(hits: Hits, expected: Hits, k: int) -> PerList:
    """The share of the first k that are hits and that the popularity list would not have shown.

    Ge, Delgado-Battenfeld and Jannach, "Beyond accuracy", 2010.

    Args:
        hits: See above.
        expected: bool[lists, places]: which films of the list are among the viewer's k most
            popular.
        k: How long the list is.
    """
    found: PerList = (hits & ~expected)[:, :k].sum(axis=1) / k
    return found


def coverage(lists: NDArray[np.int64], candidates: int) -> float:
    """The share of the candidates that stand in at least one list."""
    return len(np.unique(lists)) / candidates
