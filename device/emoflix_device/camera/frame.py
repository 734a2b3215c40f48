"""One picture from a source, upright, with the moment at which it arrived."""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

_TURNS: Final = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a source saw at one moment.

    Attributes:
        luma: uint8[height, width], brightness.
        taken_at_s: `time.monotonic()` when the frame arrived.
        number: of this frame since its source was opened, from 0.
        bgr: uint8[height, width, 3], where the source gives colour at no extra cost.
    """

    luma: Image
    taken_at_s: float
    number: int
    bgr: Image | None = None


def luma_of(image: NDArray[Any]) -> Image:
    """Brightness, uint8[h, w], of a grey, BGR or BGRA picture (ITU-R BT.601 weights)."""
    if image.ndim == 2:  # noqa: PLR2004 - height and width only: already grey
        return image
    conversion = {1: None, 3: cv2.COLOR_BGR2GRAY, 4: cv2.COLOR_BGRA2GRAY}[image.shape[2]]
    return image[:, :, 0] if conversion is None else cv2.cvtColor(image, conversion)


def upright(image: NDArray[Any], rotation_deg: int) -> NDArray[Any]:
    """The picture turned clockwise by 0, 90, 180 or 270 degrees."""
    turn = _TURNS.get(rotation_deg)
    return image if turn is None else cv2.rotate(image, turn)
