"""From a detector's box to the crop that the network was trained on.

FER2013's faces are tight squares, roughly from eyebrow to chin. Each detector draws its boxes in
its own way, so each has a `Margin` that leads from its box to FER2013's square.
"""

from typing import Final, NamedTuple

import cv2
import numpy as np

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


MARGINS: Final = {
    "haar": Margin(down=0.0, scale=1.02),
    "yunet": Margin(down=-0.02, scale=0.98),
}
"""Medians over 1,500 training images of FER2013, each enlarged to 120 px on a plain ground: Haar
found 1,184 of them, YuNet 1,441; from the 10th to the 90th percentile the scales reach from 0.87 to
1.25 and from 0.84 to 1.18. Sideways the centres agree."""


def crop_face(luma: Image, face: Face, margin: Margin, wanted: CardInput) -> Image:
    """The face as the network wants it: uint8[s, s] with s = `wanted.size_px`.

    What lies outside the frame repeats its border.
    """
    side = max(2, round(face.height_px * margin.scale * wanted.crop_of_48 / FER_PX))
    left = round(face.x_px + face.width_px / 2 - side / 2)
    top = round(face.y_px + face.height_px * (1 / 2 + margin.down) - side / 2)
    square = _square(luma, left, top, side)
    shrinking = side > wanted.size_px
    crop: Image = cv2.resize(
        square,
        (wanted.size_px, wanted.size_px),
        interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR,
    )
    return crop


def _square(luma: Image, left: int, top: int, side: int) -> Image:
    height, width = luma.shape
    if left >= 0 and top >= 0 and left + side <= width and top + side <= height:
        return luma[top : top + side, left : left + side]
    rows = np.clip(np.arange(top, top + side), 0, height - 1)
    columns = np.clip(np.arange(left, left + side), 0, width - 1)
    square: Image = luma[np.ix_(rows, columns)]
    return square
