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
_SKIN: Final = ((0, 14, 14, 22), (70, 46, 58, 90), (140, 102, 128, 182), (255, 216, 226, 242))
_HAIR: Final = (26, 30, 40)
_CLOTHES: Final = ((104, 74, 52), (72, 88, 46))
"""Blue-green-red, one for each scene."""


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


def frame(face: NDArray[np.float32], time_s: float, scene: int = 1) -> NDArray[np.uint8]:
    """One frame with a person: uint8[240, 320, 3], blue-green-red.

    Args:
        face: float32[48, 48] in 0 to 1, from the decoder.
        time_s: moves the head a little, as nobody sits quite still.
        scene: who it is; each person wears another colour.
    """
    cv2 = opencv()
    figure, covered = _figure(face, _CLOTHES[(scene - 1) % len(_CLOTHES)])
    move = cv2.getRotationMatrix2D(
        CENTRE_PX, 1.6 * np.sin(0.9 * time_s), 1 + 0.012 * np.sin(0.53 * time_s)
    )
    move[:, 2] += 3.0 * np.sin(0.61 * time_s), 1.5 * np.sin(0.83 * time_s + 1)
    size = (WIDTH_PX, HEIGHT_PX)
    figure = cv2.warpAffine(figure, move, size, borderMode=cv2.BORDER_REPLICATE)
    covered = cv2.warpAffine(covered, move, size, borderMode=cv2.BORDER_REPLICATE)[..., None]
    return np.asarray(np.rint(covered * figure + (1 - covered) * _wall()), np.uint8)


def _figure(
    face: NDArray[np.float32], clothes: tuple[int, int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A person in colour, and how far each pixel belongs to it, 0 to 1."""
    cv2 = opencv()
    large = 255 * cv2.resize(face, (FACE_PX, FACE_PX), interpolation=cv2.INTER_CUBIC)
    large += 0.4 * (large - cv2.GaussianBlur(large, (0, 0), 2.2))
    # Beyond its square the face goes on as a blur of its own border: no seam to see.
    left, top = int(CENTRE_PX[0] - FACE_PX / 2), int(CENTRE_PX[1] - FACE_PX / 2)
    right, bottom = WIDTH_PX - FACE_PX - left, HEIGHT_PX - FACE_PX - top
    sides = (top, bottom, left, right)
    grey = cv2.copyMakeBorder(large, *sides, cv2.BORDER_REPLICATE)
    blurred = cv2.GaussianBlur(grey, (0, 0), 9)
    x, y = CENTRE_PX
    inner = _oval((x, y), (0.5 * FACE_PX, 0.52 * FACE_PX), 16)
    skin = _coloured(np.clip(inner * grey + (1 - inner) * blurred, 0, 255))
    throat = _coloured(np.full_like(grey, 0.8 * float(np.median(large[-20:, 44:-44]))))

    figure, covered = np.zeros_like(skin), np.zeros_like(grey)
    for part, colour in (
        (_oval((x, y - 18), (70, 80), 4), np.array(_HAIR, np.float32)),
        (_oval((x, y + 70), (34, 70), 3), throat),
        (_oval((x, HEIGHT_PX + 26), (118, 92), 2), np.array(clothes, np.float32)),
        (_oval((x, y + 4), (62, 82), 5), skin),
    ):
        figure = part[..., None] * colour + (1 - part[..., None]) * figure
        covered = np.maximum(covered, part)
    # The layers were laid on black, which must not darken the figure's soft outline.
    figure /= np.maximum(covered, 1e-3)[..., None]
    return np.clip(figure, 0, 255), covered


def _oval(
    centre_px: tuple[float, float], half_axes_px: tuple[float, float], soft_px: float
) -> NDArray[np.float32]:
    """An ellipse of ones in a frame, with a soft edge; every pair is across, down."""
    rows, columns = np.mgrid[:HEIGHT_PX, :WIDTH_PX].astype(np.float32)
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
