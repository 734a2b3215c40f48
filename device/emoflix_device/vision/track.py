"""Follows faces between detections, so that ten people cost little more than one.

Every so many frames a detector looks at the whole picture. In between, each face is sought near the
place where it was, by the normalised correlation of a small patch of it (Lewis, "Fast Normalized
Cross-Correlation", 1995); where one is no longer found, the detector looks again at once.
"""

from dataclasses import dataclass, replace
from itertools import count
from typing import Final

import cv2
import numpy as np

from emoflix_device.camera.frame import Image
from emoflix_device.vision.crop import square
from emoflix_device.vision.faces import Detector, Face

PATCH_PX: Final = 24
"""Faces are compared at this size, whatever theirs is."""
REACH: Final = 0.5
"""How far a face may move from one frame to the next, in sizes of itself."""
LEAST_LIKENESS: Final = 0.75
"""Below this correlation it is not the face any more: turned away, covered or gone."""
SAME_FACE: Final = 0.3
"""Least intersection over union of a new box with a followed one."""


@dataclass(slots=True)
class _Track:
    face: Face
    patch: Image


class TrackingDetector:
    """A detector that runs another one only every few frames.

    Each face has a `track`, a number that stays with it; a face that comes back after it was lost
    gets a new one.

    Args:
        detector: looks at the whole picture.
        every: so many frames, at least 1.
    """

    def __init__(self, detector: Detector, every: int) -> None:
        self._detector = detector
        self._every = every
        self._numbers = count(1)
        self._tracks: list[_Track] = []
        self._left = 0
        self._shape: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return self._detector.name

    def detect(self, luma: Image) -> list[Face]:
        # In an empty room there is nothing to follow: who comes in is to be seen at once.
        if self._tracks and self._left > 0 and luma.shape == self._shape and self._follow(luma):
            self._left -= 1
        else:
            self._look(luma)
        return [track.face for track in self._tracks]

    def forget(self) -> None:
        """Follow nobody any more: the next picture is looked at as a whole."""
        self._tracks = []

    def _look(self, luma: Image) -> None:
        """Detect anew; a face where one was followed keeps its number."""
        known = [track.face for track in self._tracks]
        tracks = []
        for face in self._detector.detect(luma):
            same = max(known, key=face.overlap, default=None)
            if same is not None and face.overlap(same) >= SAME_FACE:
                known.remove(same)
                number = same.track
            else:
                number = next(self._numbers)
            patch = square(luma, *face.centre, _size(face), PATCH_PX)
            tracks.append(_Track(replace(face, track=number), patch))
        self._tracks = tracks
        self._shape = luma.shape
        self._left = self._every - 1

    def _follow(self, luma: Image) -> bool:
        """Move every track to where its face is now; False as soon as one is not found."""
        for track in self._tracks:
            moved = _sought(luma, track)
            if moved is None:
                return False
            track.face = moved
        return True


def _sought(luma: Image, track: _Track) -> Face | None:
    """The track's face near its old place, or None where nothing there is like it."""
    face = track.face
    wider = 1 + 2 * REACH
    around = square(luma, *face.centre, wider * _size(face), round(wider * PATCH_PX))
    likeness = cv2.matchTemplate(around, track.patch, cv2.TM_CCOEFF_NORMED)
    row, column = np.unravel_index(np.argmax(likeness), likeness.shape)
    if not likeness[row, column] >= LEAST_LIKENESS:
        return None
    scale = _size(face) / PATCH_PX
    middle = (likeness.shape[0] - 1) / 2
    return face.moved((column - middle) * scale, (row - middle) * scale)


def _size(face: Face) -> float:
    return max(face.width_px, face.height_px)
