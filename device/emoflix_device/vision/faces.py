"""A face in a frame, and the one contract of everything that finds them."""

from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from emoflix_device.camera.frame import Image
from emoflix_device.config import VisionSettings

COPY_PX: Final = 640
"""Where nothing is known of lens and distance."""


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """Where a face is, in pixels of the full frame; the box may reach over its border.

    Attributes:
        score: 0 to 1 (1 where the detector gives none).
        landmarks: float32[5, 2] as x, y: right eye, left eye, nose, right and left corner of the
            mouth, as the person has them; None where the detector gives none.
        track: a number that stays with a face from frame to frame, where it is followed.
    """

    x_px: float
    y_px: float
    width_px: float
    height_px: float
    score: float = 1.0
    landmarks: NDArray[np.float32] | None = None
    track: int | None = None

    @property
    def centre(self) -> tuple[float, float]:
        """X and y of the middle of the box, in pixels."""
        return self.x_px + self.width_px / 2, self.y_px + self.height_px / 2

    def moved(self, right_px: float, down_px: float) -> "Face":
        """The same face at another place."""
        landmarks = self.landmarks
        if landmarks is not None:
            landmarks = landmarks + np.array([right_px, down_px], np.float32)
        return replace(
            self, x_px=self.x_px + right_px, y_px=self.y_px + down_px, landmarks=landmarks
        )

    def overlap(self, other: "Face") -> float:
        """Intersection over union of the two boxes, 0 to 1."""
        across = min(self.x_px + self.width_px, other.x_px + other.width_px) - max(
            self.x_px, other.x_px
        )
        down = min(self.y_px + self.height_px, other.y_px + other.height_px) - max(
            self.y_px, other.y_px
        )
        shared = max(0.0, across) * max(0.0, down)
        whole = self.width_px * self.height_px + other.width_px * other.height_px - shared
        return shared / whole if whole > 0 else 0.0


class Detector(Protocol):
    """Finds faces in a grey picture of any size."""

    @property
    def name(self) -> str:
        """`haar` or `yunet`: the crop's margin depends on it."""

    def detect(self, luma: Image) -> list[Face]:
        """The faces in uint8[h, w], largest first."""


def open_detector(settings: VisionSettings, *, width_px: int = COPY_PX) -> Detector:
    """YuNet where its file is configured, OpenCV's own Haar cascade otherwise.

    Args:
        settings: which of the two.
        width_px: faces are looked for on a copy of this width.

    Raises:
        ModelError: the configured file is not there or is not YuNet.
    """
    if settings.yunet_model is None:
        from emoflix_device.vision.haar import HaarDetector

        return HaarDetector(width_px)
    from emoflix_device.vision.yunet import YunetDetector

    return YunetDetector(settings.yunet_model, width_px, settings.engine)
