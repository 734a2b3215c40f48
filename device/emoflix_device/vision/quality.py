"""How far what a crop shows can be believed, before anybody reads an expression into it.

Four measures, each by itself worth a share between 0 and 1: what is left of the network's lead over
guessing (a quarter right) when FER2013's validation crops are made as bad as that. The worst of
the four counts: a small face is also blurred, and must not pay twice. `make bench ARGS=quality`
prints the tables.
"""

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from emoflix_device.camera.frame import Image

LEAST: Final = 0.3
"""A crop that is worth less is not read at all: no observation rather than a wrong one."""

GRAINY: Final = 1.0
"""Grain above which a crop is smoothed before it is read; nearly all clear ones have less."""
SMOOTHED_PX: Final = 0.7
FAINT: Final = 20.0
"""Contrast below which the greys of a crop are stretched; nearly all clear ones have more."""
_ENDS: Final = (1, 99)
"""Percentiles that become black and white."""
_LEAST_RANGE: Final = 20.0


def _line(*points: tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Measures and shares, point by point; straight lines lie between them."""
    measures, shares = np.array(points, np.float64).T
    return measures, shares


_SIDE_PX: Final = _line((8, 0.2), (10, 0.36), (14, 0.57), (18, 0.78), (24, 0.91), (36, 1.0))
_GRAIN: Final = _line(
    (0.05, 0.1),
    (0.07, 0.28),
    (0.1, 0.5),
    (0.14, 0.65),
    (0.2, 0.92),
    (0.3, 1.0),
    (1.0, 1.0),
    (1.5, 0.8),
    (1.9, 0.65),
    (2.6, 0.4),
    (3.5, 0.2),
)
_CONTRAST: Final = _line((3, 0.1), (5, 0.3), (7, 0.4), (14, 0.78), (26, 0.95), (35, 1.0))
_TURN: Final = _line((0.1, 1.0), (0.2, 0.85), (0.35, 0.7), (0.6, 0.6), (1.0, 0.25), (1.4, 0.0))


class Quality(NamedTuple):
    """Of one crop.

    Attributes:
        side_px: of FER2013's square about the face, in pixels of the frame: its size.
        grain: mean size of the Laplacian by contrast. Low is blurred, high is noise in the dark.
        contrast: standard deviation of the greys: little light, or a lens in fog.
        turn: how far the nose lies beside the middle of the eyes, in distances of the eyes; 0
            where there are no landmarks.
    """

    side_px: float
    grain: float
    contrast: float
    turn: float

    @property
    def share(self) -> float:
        """0 (worthless) to 1 (as good as the training's)."""
        return min(
            _share(self.side_px, _SIDE_PX),
            _share(self.grain, _GRAIN),
            _share(self.contrast, _CONTRAST),
            _share(self.turn, _TURN),
        )

    @property
    def readable(self) -> bool:
        return self.share >= LEAST


def quality_of(crop: Image, side_px: float, landmarks: NDArray[np.float32] | None) -> Quality:
    """Measure uint8[s, s] that was cut from a square of `side_px`; landmarks as of a `Face`."""
    # By OpenCV's own sums: numpy's take ten times as long for so few pixels.
    contrast = float(cv2.meanStdDev(crop)[1][0, 0])
    sharpness = cv2.norm(cv2.Laplacian(crop, cv2.CV_16S), cv2.NORM_L1) / crop.size
    grain = sharpness / max(contrast, 1.0)
    return Quality(side_px, grain, contrast, 0.0 if landmarks is None else turn_of(landmarks))


def turn_of(landmarks: NDArray[np.float32]) -> float:
    """How far the head is turned aside, by float32[5, 2] of landmarks; 0 looks into the lens.

    The nose stands out from the plane of the eyes, so it moves along their line as the head turns;
    a head that only leans moves both.
    """
    right, left, nose = landmarks[:3].astype(float)
    eyes = left - right
    length = float(eyes @ eyes)
    return abs(float((nose - (right + left) / 2) @ eyes)) / length if length > 0 else np.inf


def cleared(crop: Image, quality: Quality) -> Image:
    """The crop as the network reads it best: a faint one stretched, a grainy one smoothed."""
    if quality.contrast < FAINT:
        dark, bright = np.percentile(crop, _ENDS)
        gain = 255 / max(bright - dark, _LEAST_RANGE)
        crop = np.asarray(cv2.convertScaleAbs(np.maximum(crop, dark) - dark, alpha=gain))
    if quality.grain > GRAINY:
        crop = np.asarray(cv2.GaussianBlur(crop, (0, 0), SMOOTHED_PX))
    return crop


def _share(measure: float, line: tuple[NDArray[np.float64], NDArray[np.float64]]) -> float:
    return float(np.interp(measure, *line))
