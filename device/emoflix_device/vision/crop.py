"""From a detector's box to the crop that the network was trained on.

FER2013's faces are tight squares, roughly from eyebrow to chin. Each detector draws its boxes in
its own way, so each has a `Margin` that leads from its box to FER2013's square.
"""

import math
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from emoflix_device.camera.frame import Image
from emoflix_device.vision.card import CardInput
from emoflix_device.vision.faces import Face

FER_PX: Final = 48
"""The side of an image of FER2013."""


class Margin(NamedTuple):
    """From a box to FER2013's square; the unit is the box's height.

    Attributes:
        down: how far the square's centre lies below the box's.
        scale: the square's side.
    """

    down: float
    scale: float


SAMPLES: Final = 4
"""Across each pixel of a crop at least so many of the frame's are averaged, where there are more:
the rest would only cost memory bandwidth."""

LEVELLED_FROM_DEG: Final = 3.0
"""A head that leans less is taken as it is. On 700 images of FER2013's PublicTest, found by YuNet
after turning them, levelling read 2 % more of them right at 10 degrees, 3 % at 20, 7 % at 30, and
as many as before when they were not turned."""

_LANDMARKS: Final = np.array(
    [-0.186 - 0.115j, 0.178 - 0.119j, -0.01 + 0.08j, -0.16 + 0.25j, 0.15 + 0.245j]
)
"""Medians of YuNet's landmarks in FER2013's square: x + iy from its centre, unit is its side."""
_UPRIGHT: Final = _LANDMARKS - _LANDMARKS.mean()

MARGINS: Final = {
    "haar": Margin(down=0.0, scale=1.02),
    "yunet": Margin(down=-0.02, scale=0.98),
}
"""Medians over 1,500 training images of FER2013, each enlarged to 120 px on a plain ground: Haar
found 1,184 of them, YuNet 1,441; from the 10th to the 90th percentile the scales reach from 0.87 to
1.25 and from 0.84 to 1.18. Sideways the centres agree."""


def fer_side_px(face: Face, margin: Margin) -> float:
    """The side of FER2013's square about the face, in pixels of the frame."""
    return face.height_px * margin.scale


def crop_face(luma: Image, face: Face, margin: Margin, wanted: CardInput) -> Image:
    """The face as the network wants it, upright: uint8[s, s] with s = `wanted.size_px`."""
    size_px = wanted.size_px
    side_px = fer_side_px(face, margin) * wanted.crop_of_48 / FER_PX
    x_px, y_px = face.centre
    y_px += face.height_px * margin.down
    tilt = 0.0 if face.landmarks is None else tilt_deg(face.landmarks)
    if abs(tilt) < LEVELLED_FROM_DEG:
        return square(luma, x_px, y_px, side_px, size_px)
    # Turned after shrinking: then it is a matter of microseconds. The corners need a wider square.
    wide_px = math.ceil(size_px * math.sqrt(2))
    wide = square(luma, x_px, y_px, side_px * wide_px / size_px, wide_px)
    turn = cv2.getRotationMatrix2D(((wide_px - 1) / 2, (wide_px - 1) / 2), tilt, 1.0)
    turn[:, 2] -= (wide_px - size_px) / 2
    crop: Image = cv2.warpAffine(wide, turn, (size_px, size_px), borderMode=cv2.BORDER_REPLICATE)
    return crop


def tilt_deg(landmarks: NDArray[np.float32]) -> float:
    """How far the head leans, clockwise in the picture, by its float32[5, 2] of landmarks.

    The angle of the similarity transform that brings upright landmarks closest to these in the
    sense of least squares (Umeyama, "Least-squares estimation of transformation parameters", 1991),
    with x and y as one complex number. Steadier than the line between the eyes alone.
    """
    points = landmarks[:, 0] + 1j * landmarks[:, 1]
    points = points - points.mean()
    return math.degrees(np.angle(np.vdot(_UPRIGHT, points)))


def square(luma: Image, x_px: float, y_px: float, side_px: float, size_px: int) -> Image:
    """The square of `side_px` about (x, y), resized to uint8[size_px, size_px].

    What lies outside the frame repeats its border.
    """
    side = max(2, round(side_px))
    left, top = round(x_px - side / 2), round(y_px - side / 2)
    part = _part(luma, left, top, side)
    step = side // (SAMPLES * size_px)
    if step > 1:
        part = part[::step, ::step]
    crop: Image = cv2.resize(
        part,
        (size_px, size_px),
        interpolation=cv2.INTER_AREA if side > size_px else cv2.INTER_LINEAR,
    )
    return crop


def _part(luma: Image, left: int, top: int, side: int) -> Image:
    height, width = luma.shape
    right, bottom = left + side, top + side
    # At least one row and column is always taken, however far outside the square lies.
    x, y = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    inside = luma[y : max(y + 1, min(bottom, height)), x : max(x + 1, min(right, width))]
    if inside.shape == (side, side):
        return inside
    above, before = min(max(0, y - top), side - 1), min(max(0, x - left), side - 1)
    below, after = side - above - inside.shape[0], side - before - inside.shape[1]
    part: Image = cv2.copyMakeBorder(inside, above, below, before, after, cv2.BORDER_REPLICATE)
    return part
