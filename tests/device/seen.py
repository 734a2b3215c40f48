"""What a frame showed, made up for a test."""

import numpy as np

from emoflix_device.vision.faces import Face
from emoflix_device.vision.look import Observation, ReadFace

HAPPY = np.array([0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0], np.float32)
"""Logits of a face that smiles."""


def a_face(
    *, x_px: float = 0.0, width_px: float = 100.0, quality: float = 1.0, track: int | None = None
) -> ReadFace:
    """A face that smiles."""
    powers = np.exp(HAPPY)
    face = Face(x_px, 0.0, width_px, width_px, track=track)
    return ReadFace(face, HAPPY, powers / powers.sum(), quality)


def seen(taken_at_s: float, *faces: ReadFace, brightness: float = 118.0) -> Observation:
    """A frame with these faces."""
    return Observation(taken_at_s, faces, brightness, detect_ms=1.0, expression_ms=1.0)
