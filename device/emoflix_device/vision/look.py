"""One look at one frame: where the faces are and what each of them shows."""

import time
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from emoflix_device.camera.frame import Frame
from emoflix_device.config import VisionSettings
from emoflix_device.vision.card import BUNDLED_MODEL
from emoflix_device.vision.crop import MARGINS, crop_face
from emoflix_device.vision.expression import (
    ExpressionModel,
    open_expression_model,
    probabilities,
)
from emoflix_device.vision.faces import COPY_PX, Detector, Face, open_detector
from emoflix_device.vision.scene import Light, light
from emoflix_device.vision.track import TrackingDetector


@dataclass(frozen=True, slots=True, eq=False)
class ReadFace:
    """A face with its float32[7] of logits and of calibrated probabilities."""

    face: Face
    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What one frame showed, largest face first, and what it cost to see it."""

    taken_at_s: float
    faces: tuple[ReadFace, ...]
    light: Light
    detect_ms: float
    expression_ms: float


class Observer:
    """Finds faces by a detector and reads them by a model."""

    def __init__(self, detector: Detector, model: ExpressionModel) -> None:
        self.detector = detector
        self.model = model
        self._margin = MARGINS[detector.name]

    def observe(self, frame: Frame) -> Observation:
        started_s = time.perf_counter()
        faces = self.detector.detect(frame.luma)
        detected_s = time.perf_counter()
        read = self._read(frame, faces)
        done_s = time.perf_counter()
        return Observation(
            taken_at_s=frame.taken_at_s,
            faces=read,
            light=light(frame.luma),
            detect_ms=(detected_s - started_s) * 1000,
            expression_ms=(done_s - detected_s) * 1000,
        )

    def _read(self, frame: Frame, faces: list[Face]) -> tuple[ReadFace, ...]:
        if not faces:
            return ()
        card = self.model.card
        crops = [crop_face(frame.luma, face, self._margin, card.input) for face in faces]
        logits = self.model.logits(np.stack(crops))
        shares = probabilities(logits, card.temperature)
        return tuple(map(ReadFace, faces, logits, shares))


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
    model = open_expression_model(settings.expression_model or BUNDLED_MODEL, settings.engine)
    detector = open_detector(settings, width_px=width_px)
    if detect_every > 1:
        detector = TrackingDetector(detector, detect_every)
    return Observer(detector, model)
