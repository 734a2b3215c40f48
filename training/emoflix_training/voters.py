"""What FER+'s voters let one expect of FER2013's label: a teacher that has never seen the face.

Ten people voted on every face (Barsoum et al. 2016, https://arxiv.org/abs/1608.01041), another
person than any of them gave the label. A regression of twenty weights an answer cannot learn the
label of one face by heart, as a network's teachers do: it passes on how the faces that people saw
alike were labelled, and not the noise.
"""

import numpy as np
from numpy.typing import NDArray

from .errors import DataError
from .labels import LABELS
from .prepared import Faces
from .recipe import Recipe


def require_votes(recipe: Recipe, faces: Faces) -> None:
    """Raise DataError where the recipe listens to voters and the data has none."""
    listens = recipe.votes or (recipe.distillation is not None and recipe.distillation.voters)
    if listens and not faces.votes.any():
        raise DataError("the recipe wants FER+ votes, the data has none; prepare it with --votes")


def expected_labels(faces: Faces) -> NDArray[np.float32]:
    """The probability of each label given the votes: float32[n, 7], rows summing to 1.

    A multinomial logistic regression of the label on the shares of the votes and their square
    roots (which tell one vote from none better than three from two). Faces without votes get what
    the regression says of zeros.

    Args:
        faces: those to fit on and to answer about; the split `train`.

    Raises:
        DataError: the data lacks a label.
    """
    if len(np.unique(faces.labels)) < len(LABELS):
        raise DataError("the split train lacks a label; voters need all seven to be fitted")
    from sklearn.linear_model import LogisticRegression

    counts = faces.votes.astype(np.float64)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    seen = np.hstack([shares, np.sqrt(shares)])
    regression = LogisticRegression(max_iter=2000).fit(seen, faces.labels)
    return np.asarray(regression.predict_proba(seen), np.float32)
