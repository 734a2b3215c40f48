"""A picture that somebody sent: its faces, the mood that they show together, and its look."""

from collections.abc import Callable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from emoflix_catalog.features.look import Look
from emoflix_catalog.recommend import MoodReading
from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.camera.frame import Image
from emoflix_device.camera.pictures import PictureError, decode_picture
from emoflix_device.errors import RefusedError
from emoflix_device.mood.filter import AROUSAL, VALENCE
from emoflix_device.review import FaceReport, review_picture
from emoflix_device.vision.look import Observer


class PictureReading(Struct, frozen=True):
    """What a picture shows."""

    faces: tuple[FaceReport, ...]
    """Those that can be read, the largest first."""
    mood: MoodReading | None
    """Their mean; None without one."""
    look: Look
    """Its colours and tones."""
    unreadable: int = 0
    """Faces that were seen, but too small, blurred or dark to be read."""


class PictureReader:
    """Reads pictures on the worker's thread, with an observer of its own: it is made for one."""

    def __init__(
        self, open_observer: Callable[[], Observer], look_of: Callable[[Image], Look]
    ) -> None:
        """Load no observer before the first picture.

        Args:
            open_observer: loads detector and model.
            look_of: tells how a picture in RGB looks.
        """
        self._open_observer = open_observer
        self._look_of = look_of
        self._observer: Observer | None = None

    def read(self, picture: bytes) -> PictureReading:
        """Find and read the faces of a JPEG, PNG or WebP.

        Raises:
            RefusedError: it is not a picture, broken, or too large.
            ModelError: detector or model cannot be loaded.
        """
        try:
            image = decode_picture(picture)
        except PictureError as error:
            raise RefusedError("payload", str(error)) from error
        if self._observer is None:
            self._observer = self._open_observer()
        look = self._look_of(image[..., ::-1])
        report, seen = review_picture(image, self._observer)
        # A face that is too poor to be read shows none of the seven, and says nothing of the mood.
        read = [(told, face) for told, face in zip(report.faces, seen, strict=True) if face.quality]
        unreadable = len(seen) - len(read)
        if not read:
            return PictureReading((), None, look, unreadable)
        shares = np.mean([face.probabilities for _, face in read], axis=0, dtype=np.float64)
        return PictureReading(
            tuple(told for told, _ in read), _reading(shares / shares.sum()), look, unreadable
        )


def _reading(shares: NDArray[np.float64]) -> MoodReading:
    angry, disgust, fear, happy, sad, surprise, neutral = shares.tolist()
    return MoodReading(
        probabilities=(angry, disgust, fear, happy, sad, surprise, neutral),
        valence=float(shares @ VALENCE),
        arousal=float(shares @ AROUSAL),
        confidence=float(shares.max()),
        label=EXPRESSIONS[int(shares.argmax())],
    )
