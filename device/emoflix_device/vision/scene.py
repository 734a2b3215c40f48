"""What is seen of the room, apart from its faces: how light it is, and how much moves."""

import math
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from emoflix_device.camera.frame import Image
from emoflix_device.vision.faces import Face

Light = Literal["dark", "dim", "bright"]

DARK_BELOW: Final = 35.0
DIM_BELOW: Final = 80.0
"""Mean brightness, 0 to 255. A camera that sets its own exposure aims at middle grey, which is
about 118 after the gamma of 2.2. At 80 the room has given it a little less than half the light it
wanted (-1.2 stops: lamps), at 35 a fifteenth (-3.9 stops: the television alone)."""

_STEP_PX: Final = 4
"""Every fourth pixel of every fourth row gives the same mean, sixteen times faster."""


class Scene(NamedTuple):
    """The room apart from the faces; None is not known.

    Attributes:
        light: how well it is lit.
        motion: share of the picture that changes from one second to the next, in [0, 1].
        restless: whether people move about and do not settle.
    """

    light: Light | None = None
    motion: float | None = None
    restless: bool = False


def brightness(luma: Image) -> float:
    """The mean grey of uint8[h, w], 0 to 255."""
    return float(np.mean(luma[::_STEP_PX, ::_STEP_PX]))


def light(mean_grey: float) -> Light:
    """How well a room of this brightness is lit, as far as the camera's own exposure shows it."""
    if mean_grey < DARK_BELOW:
        return "dark"
    return "dim" if mean_grey < DIM_BELOW else "bright"


LIT_S: Final = 10.0
"""Time constant of the mean brightness, which a television changes from scene to scene."""


class RoomLight:
    """How well the room has been lit, over the last ten seconds or so."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._mean: float | None = None
        self._seen_s = -math.inf

    @property
    def light(self) -> Light | None:
        """None before the first look."""
        return None if self._mean is None else light(self._mean)

    def update(self, mean_grey: float, now_s: float) -> None:
        """Take one look into account.

        Args:
            mean_grey: its brightness.
            now_s: when it was, on a clock that does not run backwards.
        """
        before = mean_grey if self._mean is None else self._mean
        weight = 1 - math.exp(-(now_s - self._seen_s) / LIT_S)
        self._mean, self._seen_s = before + weight * (mean_grey - before), now_s


CELLS: Final = (64, 36)
"""Of a picture, across and down. At 3 m a cell is 6 cm wide: half a hand."""
APART_S: Final = 1.0
"""Two looks so far apart are compared; ..."""
EARLY_S: Final = 0.05
"""... a look that comes a little early is as good as the next one, and ..."""
LONGEST_APART_S: Final = 2.0
"""... two that lie further apart say nothing of one second."""
SMOOTHED_S: Final = 20.0
"""Time constant of the mean: who crosses the room once is not restless."""
BODY: Final = 12.0
"""What is seen of somebody who sits covers about so many times their face's box."""
RESTLESS: Final = 0.05
"""At least so much changes where people move about: somebody who walks through the picture at 3 m
leaves one place and fills another, each about a twentieth of it."""

_LEAST_CHANGE: Final = 6.0
_MOST_CHANGE: Final = 12.0
"""Grey levels of a cell's mean that count as a change; in between the noise decides."""
_DEVIATIONS: Final = 4.0
"""A change is so many standard deviations of what the other cells do."""
_SIGMA_OF_MEDIAN: Final = 1.4826
"""Standard deviation over median absolute deviation of normal noise."""


class Motion:
    """How much of the room moves, over the last half minute or so.

    From one second to the next some share of the picture's cells changes by more than the noise;
    `share` is the mean of these shares with the time constant `SMOOTHED_S`. It depends on seconds,
    not on how often is looked: only looks about `APART_S` apart are compared.
    """

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._before: NDArray[np.float32] | None = None
        self._before_s = -math.inf
        self._known_s = 0.0
        self._means = np.zeros(2)

    @property
    def share(self) -> float | None:
        """In [0, 1], of the picture, per second; None before two looks were compared."""
        return float(self._means[0]) if self._known_s else None

    @property
    def restless(self) -> bool:
        """True where people move about and do not settle.

        Every second at least as much changes as those whose faces are seen cover, so that a nod
        close to the camera is none, and at least `RESTLESS`.
        """
        return bool(self._means[0] >= max(RESTLESS, self._means[1]))

    def update(self, luma: Image, now_s: float, faces: Iterable[Face] = ()) -> None:
        """Take one look into account; most of them cost nothing.

        Args:
            luma: uint8[h, w].
            now_s: when it was, on a clock that does not run backwards.
            faces: in it.
        """
        apart_s = now_s - self._before_s
        if apart_s < APART_S - EARLY_S:
            return
        cells = np.asarray(cv2.resize(luma, CELLS, interpolation=cv2.INTER_AREA), np.float32)
        if self._before is not None and apart_s <= LONGEST_APART_S:
            faces_px2 = sum(face.width_px * face.height_px for face in faces)
            newest = np.array([changed(self._before, cells), BODY * faces_px2 / luma.size])
            self._known_s += apart_s
            # In the first seconds, all that was seen counts the same: the plain mean.
            weight = max(1 - math.exp(-apart_s / SMOOTHED_S), apart_s / self._known_s)
            self._means += weight * (newest - self._means)
        self._before, self._before_s = cells, now_s


def changed(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    """The share of cells, float32[h, w] of mean greys, that changed by more than the noise.

    What all cells do together (a lamp, the television, the camera's exposure) is taken out by
    their median, and the noise is judged by their median absolute deviation (Rousseeuw and Croux,
    "Alternatives to the Median Absolute Deviation", 1993): neither minds the cells that move, as
    long as they are fewer than half.
    """
    difference = after - before
    sizes = np.abs(difference - np.median(difference))
    noise = _DEVIATIONS * _SIGMA_OF_MEDIAN * float(np.median(sizes))
    return float(np.mean(sizes > min(max(noise, _LEAST_CHANGE), _MOST_CHANGE)))
