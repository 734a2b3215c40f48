"""The vocabulary of the data: expressions, splits, and the choices FER+ voters had."""

from typing import Final

LABELS: Final = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""In FER2013's own order, which is also the order of the network's logits."""

FER_PX: Final = 48
"""FER2013's faces are squares of this side, in pixels."""

SPLITS: Final = ("train", "validation", "PublicTest", "PrivateTest")
"""The first two are cut from FER2013's Training rows; the last two are only ever measured on."""

EVALUATION_SPLITS: Final = ("PublicTest", "PrivateTest")

VOTES: Final = (*LABELS, "contempt", "unknown", "not_a_face")
"""Columns of the FER+ votes as we store them: our labels first."""
