"""One look at one frame: where the faces are, how well they are seen, what each of them shows."""

import time
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.camera.frame import Frame, Image
from emoflix_device.config import VisionSettings
from emoflix_device.vision.card import BUNDLED
from emoflix_device.vision.crop import MARGINS, crop_face, fer_side_px
from emoflix_device.vision.expression import (
    ExpressionModel,
    open_expression_model,
    probabilities,
)
from emoflix_device.vision.faces import COPY_PX, Detector, Face, open_detector
from emoflix_device.vision.quality import cleared, quality_of
from emoflix_device.vision.scene import Light, brightness, light
from emoflix_device.vision.track import TrackingDetector

UNCHANGED: Final = 2.0
"""A followed face whose crop has changed by less, in grey levels on average, is not read again: in
two real videos no probability then differed by more than 0.07 in 95 of 100 frames."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadFace:
    """A face with its float32[7] of logits and of calibrated probabilities.

    Attributes:
        quality: how far they can be believed, 0 to 1; 0 where the face was too poor to be read:
            then the logits are all 0 and the probabilities all the same.
    """

    face: Face
    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    quality: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What one frame showed, largest face first, and what it cost to see it."""

    taken_at_s: float
    faces: tuple[ReadFace, ...]
    brightness: float
    detect_ms: float
    expression_ms: float

    @property
    def light(self) -> Light:
        """How well the room was lit."""
        return light(self.brightness)

    @property
    def weights(self) -> NDArray[np.float32]:
        """float32[n], how far each face can be believed."""
        return np.array([face.quality for face in self.faces], np.float32)


class _Seen(NamedTuple):
    """A followed face as it was when it was read last."""

    crop: Image
    read: ReadFace
    mirrored: bool = False


class Observer:
    """Finds faces by a detector and reads them by a model.

    A followed face is read in the mirror every other time. That is as good a view of it, but one
    that the network mistakes in other ways: over two looks some mistakes cancel out, for nothing.
    """

    def __init__(self, detector: Detector, model: ExpressionModel) -> None:
        self.detector = detector
        self.model = model
        self._margin = MARGINS[detector.name]
        self._seen: dict[int, _Seen] = {}

    def observe(self, frame: Frame) -> Observation:
        started_s = time.perf_counter()
        faces = self.detector.detect(frame.luma)
        detected_s = time.perf_counter()
        seen = [self._look(frame.luma, face) for face in faces]
        self._seen = {
            face.track: each
            for face, each in zip(faces, seen, strict=True)
            if face.track is not None
        }
        done_s = time.perf_counter()
        return Observation(
            taken_at_s=frame.taken_at_s,
            faces=tuple(each.read for each in seen),
            brightness=brightness(frame.luma),
            detect_ms=(detected_s - started_s) * 1000,
            expression_ms=(done_s - detected_s) * 1000,
        )

    def forget(self) -> None:
        """Keep nothing of the faces that were seen last, crops least of all."""
        self._seen = {}
        if isinstance(self.detector, TrackingDetector):
            self.detector.forget()

    def _look(self, luma: Image, face: Face) -> _Seen:
        crop = crop_face(luma, face, self._margin, self.model.card.input)
        known = None if face.track is None else self._seen.get(face.track)
        if known is not None and cv2.norm(crop, known.crop, cv2.NORM_L1) < UNCHANGED * crop.size:
            return known._replace(read=replace(known.read, face=face))
        quality = quality_of(crop, fer_side_px(face, self._margin), face.landmarks)
        if not quality.readable:
            return _Seen(crop, ReadFace(face, _NOTHING, _EVEN, 0.0))
        mirrored = known is not None and not known.mirrored
        clear = cleared(crop, quality)
        logits = self.model.logits((clear[:, ::-1] if mirrored else clear)[None])
        shares = probabilities(logits, self.model.card.temperature)
        return _Seen(crop, ReadFace(face, logits[0], shares[0], quality.share), mirrored)


_NOTHING: Final = np.zeros(len(EXPRESSIONS), np.float32)
_EVEN: Final = np.full(len(EXPRESSIONS), 1 / len(EXPRESSIONS), np.float32)


def open_observer(
    settings: VisionSettings, *, width_px: int = COPY_PX, detect_every: int = 1
) -> Observer:
    """Load the detector and the model.

    Args:
        settings: which, and how.
        width_px: faces are looked for on a copy of this width (`copy_width_px`).
        detect_every: for frames that follow one another closely: look at the whole of every so
            many, and follow the faces in between.

    Raises:
        ModelError: a file cannot be used; the message names it.
    """
    # OpenCV would wake a thread per core for every resize of a small picture: on a box that also
    # serves a broker this costs more than it saves, and frame times become uneven.
    cv2.setNumThreads(1)
    model = open_expression_model(
        settings.expression_model or BUNDLED[settings.network], settings.engine
    )
    detector = open_detector(settings, width_px=width_px)
    if detect_every > 1:
        detector = TrackingDetector(detector, detect_every)
    return Observer(detector, model)
