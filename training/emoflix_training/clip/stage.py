"""Puts a decoded face on a head in front of a plain wall, as a camera would see it."""

from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoflix_training.errors import TrainingError

WIDTH_PX: Final = 320
HEIGHT_PX: Final = 240
FACE_PX: Final = 132
"""Side of the decoder's square in the frame."""
CENTRE_PX: Final = (160.0, 116.0)

# Grey to colour, as (grey, blue, green, red): shadows brown, lights like skin.
_SKIN: Final = ((0, 12, 10, 14), (70, 40, 52, 84), (140, 96, 122, 178), (255, 214, 226, 244))


def opencv() -> Any:
    """OpenCV, which belongs to the device's extra.

    Raises:
        TrainingError: it is not installed.
    """
    try:
        import cv2
    except ImportError as error:
        raise TrainingError(
            "the clip needs OpenCV; install it with pip install 'emoflix[device]'"
        ) from error
    return cv2


def empty() -> NDArray[np.uint8]:
    """The wall: uint8[240, 320, 3], blue-green-red."""
    return np.asarray(np.rint(_wall()), np.uint8)


def frame(face: NDArray[np.float32], time_s: float) -> NDArray[np.uint8]:
    """One frame with a person: uint8[240, 320, 3], blue-green-red.

    Args:
        face: float32[48, 48] in 0 to 1, from the decoder.
        time_s: moves the head a little, as nobody sits quite still.
    """
    cv2 = opencv()
    figure, covered = _figure(face)
    move = cv2.getRotationMatrix2D(
        CENTRE_PX, 1.6 * np.sin(0.9 * time_s), 1 + 0.012 * np.sin(0.53 * time_s)
    )
    move[:, 2] += 3.0 * np.sin(0.61 * time_s), 1.5 * np.sin(0.83 * time_s + 1)
    size = (WIDTH_PX, HEIGHT_PX)
    figure = cv2.warpAffine(figure, move, size, flags=cv2.INTER_LINEAR)
    covered = cv2.warpAffine(covered, move, size, flags=cv2.INTER_LINEAR)[..., None]
    return np.asarray(np.rint(covered * _coloured(figure) + (1 - covered) * _wall()), np.uint8)


def _figure(face: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A grey person, 0 to 255, and how far each pixel belongs to it, 0 to 1."""
    cv2 = opencv()
    x, y = CENTRE_PX
    large = cv2.resize(face, (FACE_PX, FACE_PX), interpolation=cv2.INTER_CUBIC)
    large += 0.6 * (large - cv2.GaussianBlur(large, (0, 0), 2.2))
    middle = (FACE_PX / 2, FACE_PX / 2)
    oval = _oval((FACE_PX, FACE_PX), middle, (0.47 * FACE_PX, 0.56 * FACE_PX), 5)
    cheeks = 255 * float(np.median(face[24:34, [6, 7, 8, 39, 40, 41]]))
    brow = 255 * float(np.median(face[:4, 12:36]))

    size = (WIDTH_PX, HEIGHT_PX)
    clothes = _oval(size, (x, HEIGHT_PX + 24), (115, 100), 1.5)
    neck = _oval(size, (x, y + 62), (37, 72), 2)
    hair = _oval(size, (x, y - 16), (75, 96), 3)
    head = _oval(size, (x, y + 4), (66, 83), 4)
    grey = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    for part, tone in (
        (clothes, 58.0),
        (neck, 0.72 * cheeks),
        (hair, min(45.0, 0.5 * brow)),
        (head, 0.9 * cheeks),
    ):
        grey = part * tone + (1 - part) * grey
    top, left = int(y - FACE_PX / 2), int(x - FACE_PX / 2)
    at = np.s_[top : top + FACE_PX, left : left + FACE_PX]
    grey[at] = oval * np.clip(255 * large, 0, 255) + (1 - oval) * grey[at]
    covered = np.maximum.reduce([clothes, neck, hair, head])
    covered[at] = np.maximum(covered[at], oval)
    return grey, covered


def _oval(
    size_px: tuple[int, int],
    centre_px: tuple[float, float],
    half_axes_px: tuple[float, float],
    soft_px: float,
) -> NDArray[np.float32]:
    """An ellipse of ones with a soft edge; every pair is across, down."""
    rows, columns = np.mgrid[: size_px[1], : size_px[0]].astype(np.float32)
    (x, y), (a, b) = centre_px, half_axes_px
    radius = np.sqrt(((columns - x) / a) ** 2 + ((rows - y) / b) ** 2)
    return np.asarray(np.clip((1 - radius) * min(a, b) / soft_px + 0.5, 0, 1), np.float32)


def _coloured(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    stops = np.array(_SKIN, np.float32)
    channels = [np.interp(grey, stops[:, 0], stops[:, i]) for i in (1, 2, 3)]
    return np.asarray(np.stack(channels, axis=-1), np.float32)


@cache
def _wall() -> NDArray[np.float32]:
    """A plain wall, lighter where the lamp is; a little grain keeps it from banding."""
    rows, columns = np.mgrid[:HEIGHT_PX, :WIDTH_PX].astype(np.float32)
    lamp = np.exp(-(((columns - 90) / 190) ** 2) - ((rows - 60) / 170) ** 2)
    light = 118 + 62 * lamp
    tint = np.array((0.96, 1.0, 0.98), np.float32)
    return np.asarray(light[..., None] * tint, np.float32)
