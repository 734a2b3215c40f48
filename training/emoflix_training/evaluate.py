"""What a network is worth on labelled faces."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from . import metrics
from .classifiers import Classifier
from .metrics import McNemar, PerLabel, Score
from .prepared import Faces
from .robustness import steps

COVERAGES: Final = (0.25, 0.5, 0.75, 0.9, 1.0)


@dataclass(frozen=True)
class Evaluation:
    """Everything measured on one split.

    `full` counts every row; `distinct` leaves out images of which a copy or near copy stood in
    Training as published, and all but the first of alike ones. The rest is of the full split;
    `confusion` has a row for each true label. ECE is before (`_raw`) and after the card's
    temperature. `accuracy_at_coverage` is the accuracy of the surest share of the answers.
    """

    split: str
    full: Score
    distinct: Score
    macro_f1: float
    per_label: list[PerLabel]
    confusion: list[list[int]]
    temperature: float
    calibration_error_raw: float
    calibration_error: float
    accuracy_at_coverage: dict[str, float]


@dataclass(frozen=True)
class Hardship:
    """Accuracy under one hardship at one strength; see `robustness.py`."""

    hardship: str
    strength: str
    score: Score


@dataclass(frozen=True)
class Comparison:
    """A second network on the same faces."""

    network: str
    score: Score
    mcnemar: McNemar


def evaluate(
    split: str, faces: Faces, logits: NDArray[np.float32], temperature: float = 1.0
) -> Evaluation:
    """Score logits float32[n, 7] of the n faces of one split."""
    answers = logits.argmax(axis=1)
    right = answers == faces.labels
    matrix = metrics.confusion(faces.labels, answers)
    coverage, risk = metrics.risk_coverage(logits, faces.labels)
    return Evaluation(
        split=split,
        full=metrics.score(right),
        distinct=metrics.score(right[faces.unique]),
        macro_f1=metrics.macro_f1(matrix),
        per_label=metrics.per_label(matrix),
        confusion=matrix.tolist(),
        temperature=temperature,
        calibration_error_raw=metrics.calibration_error(logits, faces.labels),
        calibration_error=metrics.calibration_error(logits, faces.labels, temperature),
        accuracy_at_coverage={
            f"{share:.0%}": 1 - float(risk[np.searchsorted(coverage, share)]) for share in COVERAGES
        },
    )


def compare(
    name: str, faces: Faces, first: NDArray[np.float32], second: NDArray[np.float32]
) -> Comparison:
    """Compare the logits of a network with those of a second one, called `name`."""
    right, other = (logits.argmax(axis=1) == faces.labels for logits in (first, second))
    return Comparison(name, metrics.score(other), metrics.mcnemar(right, other))


def endure(classifier: Classifier, faces: Faces) -> list[Hardship]:
    """Score the network under every hardship of `robustness.py`."""
    return [
        Hardship(
            step.hardship,
            step.strength,
            metrics.score(
                classifier.logits(step.apply(faces.images)).argmax(axis=1) == faces.labels
            ),
        )
        for step in steps()
    ]
