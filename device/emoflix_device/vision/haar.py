"""OpenCV's own Haar cascade: needs no download, but is slower than YuNet and misses more."""

from importlib import import_module
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from emoflix_device.camera.frame import Image
from emoflix_device.errors import ModelError
from emoflix_device.vision.faces import Face
from emoflix_device.vision.reduce import reduced

CASCADE: Final = "haarcascade_frontalface_default.xml"
SMALLEST_PX: Final = 24
"""The cascade's own window: it cannot see smaller faces."""

DEBIAN_CASCADES: Final = Path("/usr/share/opencv4/haarcascades")
"""Of the package opencv-data, beside the system's own OpenCV."""


class HaarDetector:
    """Viola and Jones' cascade of boosted Haar features (CVPR 2001), frontal faces.

    Args:
        width_px: faces are looked for on a copy of this width.
    """

    name = "haar"

    def __init__(self, width_px: int) -> None:
        self._width_px = width_px
        file = _cascades() / CASCADE
        self._cascade = cv2.CascadeClassifier(str(file))
        if self._cascade.empty():
            raise ModelError(
                f"{file}: cannot be read; install opencv-python-headless below 5 again, or"
                " opencv-data beside the system's OpenCV"
            )

    def detect(self, luma: Image) -> list[Face]:
        small, scale = reduced(luma, self._width_px)
        boxes = self._cascade.detectMultiScale(
            small, scaleFactor=1.1, minNeighbors=5, minSize=(SMALLEST_PX, SMALLEST_PX)
        )
        scaled = (np.reshape(boxes, (-1, 4)) * scale).tolist()
        faces = [Face(x, y, width, height) for x, y, width, height in scaled]
        return sorted(faces, key=lambda face: -face.width_px)


def _cascades() -> Path:
    try:
        return Path(import_module("cv2.data").haarcascades)
    except ImportError:
        return DEBIAN_CASCADES
