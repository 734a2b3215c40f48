"""OpenCV's own Haar cascade: needs no download, but is slower than YuNet and misses more."""

from pathlib import Path
from typing import Final

import cv2
import cv2.data
import numpy as np

from emoflix_device.camera.frame import Image
from emoflix_device.errors import ModelError
from emoflix_device.vision.faces import Face
from emoflix_device.vision.reduce import reduced

CASCADE: Final = "haarcascade_frontalface_default.xml"
SMALLEST_PX: Final = 24
"""The cascade's own window: it cannot see smaller faces."""


class HaarDetector:
    """Viola and Jones' cascade of boosted Haar features (CVPR 2001), frontal faces.

    Args:
        width_px: faces are looked for on a copy of this width.
    """

    name = "haar"

    def __init__(self, width_px: int) -> None:
        self._width_px = width_px
        file = Path(cv2.data.haarcascades) / CASCADE
        self._cascade = cv2.CascadeClassifier(str(file))
        if self._cascade.empty():
            raise ModelError(
                f"{file}: cannot be read; install opencv-python-headless below 5 again"
            )

    def detect(self, luma: Image) -> list[Face]:
        small, scale = reduced(luma, self._width_px)
        boxes = self._cascade.detectMultiScale(
            small, scaleFactor=1.1, minNeighbors=5, minSize=(SMALLEST_PX, SMALLEST_PX)
        )
        scaled = (np.reshape(boxes, (-1, 4)) * scale).tolist()
        faces = [Face(x, y, width, height) for x, y, width, height in scaled]
        return sorted(faces, key=lambda face: -face.width_px)
