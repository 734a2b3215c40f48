"""What a network is worth on one split."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import metrics
from .metrics import PerLabel, Score
from .prepared import Faces


@dataclass(frozen=True)
class Evaluation:
    """Everything measured on one split.

    `full` counts every row; `distinct` leaves out images that also stood in Training as
    published, and all but the first of equal ones. The rest is of the full split; `confusion` has
    a row for each true label. ECE is before (`_raw`) and after the card's temperature.
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


def evaluate(
    split: str, faces: Faces, logits: NDArray[np.float32], temperature: float = 1.0
) -> Evaluation:
    """Score logits float32[n, 7] of the n faces of one split."""
    answers = logits.argmax(axis=1)
    right = answers == faces.labels
    matrix = metrics.confusion(faces.labels, answers)
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
    )
