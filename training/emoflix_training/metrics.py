"""How good answers are: plain functions of logits and labels."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .labels import LABELS

Z_95: Final = 1.959964
"""Half width of the central 95 % of a normal distribution, in standard deviations."""


TEMPERATURE_PRECISION: Final = 1e-4
"""Where the search ends, in the temperature's logarithm."""


@dataclass(frozen=True)
class Score:
    """Accuracy of `count` answers with its 95 % interval."""

    count: int
    accuracy: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class PerLabel:
    """One label's row of the table; a ratio of nothing counts as 0."""

    label: str
    count: int
    precision: float
    recall: float
    f1: float

    @property
    def ratios(self) -> tuple[float, float, float]:
        return self.precision, self.recall, self.f1


def score(right: NDArray[np.bool_]) -> Score:
    """Of no answers at all the accuracy is not a number, and its interval everything."""
    count, hits = len(right), int(right.sum())
    if not count:
        return Score(0, math.nan, (0.0, 1.0))
    return Score(count, hits / count, wilson(hits, count))


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a proportion (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    p, z2 = hits / count, Z_95**2
    centre = (p + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 / (1 + z2 / count) * math.sqrt(p * (1 - p) / count + z2 / (4 * count**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def confusion(labels: NDArray[np.uint8], answers: NDArray[np.intp]) -> NDArray[np.int64]:
    """int64[7, 7]: row = the true label, column = the answer."""
    matrix = np.zeros((len(LABELS), len(LABELS)), np.int64)
    np.add.at(matrix, (labels, answers), 1)
    return matrix


def per_label(matrix: NDArray[np.int64]) -> list[PerLabel]:
    rows = []
    for i, label in enumerate(LABELS):
        hits = int(matrix[i, i])
        actual, answered = int(matrix[i].sum()), int(matrix[:, i].sum())
        rows.append(
            PerLabel(
                label=label,
                count=actual,
                precision=hits / answered if answered else 0.0,
                recall=hits / actual if actual else 0.0,
                f1=2 * hits / (actual + answered) if actual + answered else 0.0,
            )
        )
    return rows


def macro_f1(matrix: NDArray[np.int64]) -> float:
    """The mean of the labels' F1, each label counting the same."""
    return float(np.mean([row.f1 for row in per_label(matrix)]))


def log_softmax(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float64]:
    scaled = logits.astype(np.float64) / temperature
    shifted = scaled - scaled.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def negative_log_likelihood(
    logits: NDArray[np.float32], labels: NDArray[np.uint8], temperature: float = 1.0
) -> float:
    """Mean over the answers, in nats."""
    chosen = log_softmax(logits, temperature)[np.arange(len(labels)), labels]
    return -float(chosen.mean())


@dataclass(frozen=True)
class McNemar:
    """Two networks on the same faces: `first_only` is what only the first got right."""

    first_only: int
    second_only: int
    p_value: float


def mcnemar(first_right: NDArray[np.bool_], second_right: NDArray[np.bool_]) -> McNemar:
    """The exact two-sided test of McNemar (1947, doi:10.1007/BF02295996).

    Of the faces on which just one network is right, each is as likely to be as the other if they
    are equally good: a binomial with 1/2.
    """
    first_only = int((first_right & ~second_right).sum())
    second_only = int((second_right & ~first_right).sum())
    n, fewer = first_only + second_only, min(first_only, second_only)
    logs = [
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2)
        for k in range(fewer + 1)
    ]
    return McNemar(first_only, second_only, min(1.0, 2 * math.fsum(map(math.exp, logs))))


def risk_coverage(
    logits: NDArray[np.float32], labels: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share answered and share wrong among those, as the surest answers are taken first.

    Two float64[n] (El-Yaniv & Wiener 2010, https://jmlr.org/papers/v11/el-yaniv10a.html).
    """
    surest_first = np.argsort(-np.exp(log_softmax(logits)).max(axis=1), kind="stable")
    wrong = (logits.argmax(axis=1) != labels)[surest_first]
    answered = np.arange(1, len(labels) + 1)
    return answered / len(labels), np.cumsum(wrong) / answered


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """The one temperature that makes the probabilities likeliest (Guo et al. 2017).

    https://arxiv.org/abs/1706.04599. The likelihood has one peak along the temperature: a
    golden-section search over its logarithm, between 1/20 and 20, finds it.
    """
    golden = (math.sqrt(5) - 1) / 2
    low, high = -math.log(20), math.log(20)

    def cost(log_temperature: float) -> float:
        return negative_log_likelihood(logits, labels, math.exp(log_temperature))

    while high - low > TEMPERATURE_PRECISION:
        left, right = high - golden * (high - low), low + golden * (high - low)
        if cost(left) < cost(right):
            high = right
        else:
            low = left
    return math.exp((low + high) / 2)


def prior_of(logits: NDArray[np.float32], temperature: float) -> list[float]:
    """What the network takes each label to be likely before it sees a face: they sum to 1.

    The mean of its probabilities over faces drawn as the training's were. Whoever meets the labels
    in other shares divides by it (Saerens et al. 2002, doi:10.1162/089976602753284446).
    """
    mean: list[float] = np.exp(log_softmax(logits, temperature)).mean(axis=0).tolist()
    return mean


def calibration_error(
    logits: NDArray[np.float32],
    labels: NDArray[np.uint8],
    temperature: float = 1.0,
    bins: int = 15,
) -> float:
    """Expected calibration error over equally wide bins of confidence (same paper)."""
    probabilities = np.exp(log_softmax(logits, temperature))
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    at = np.minimum((confidence * bins).astype(int), bins - 1)
    gap = np.bincount(at, weights=confidence - right, minlength=bins)
    return float(np.abs(gap).sum() / len(labels))
