"""YuNet, a face detector of 76,000 weights: faster than Haar and better at small or turned faces.

Wu and others, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 2023.
"""

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from emoflix_device.camera.frame import Image
from emoflix_device.errors import ModelError
from emoflix_device.vision.faces import Face
from emoflix_device.vision.reduce import reduced

LEAST_SCORE: Final = 0.6
OVERLAP: Final = 0.3
"""Of two boxes that share more than this (intersection over union), the better one is kept."""

LEAST_SIDE_PX: Final = 64
"""Smaller pictures are filled up with black: where a side has no more than 32 px, OpenCV 4.11 reads
memory that nothing was written to and now and then finds faces there, light years wide."""


class YunetDetector:
    """YuNet by OpenCV's DNN module.

    Args:
        model: the ONNX file of fixed input size; the dynamic one fails in OpenCV 4.11.
        width_px: faces are looked for on a copy of this width.

    Raises:
        ModelError: the file is not there or not YuNet.
    """

    name = "yunet"

    def __init__(self, model: Path, width_px: int) -> None:
        self._width_px = width_px
        self._size_px = (0, 0)
        if not model.is_file():
            raise ModelError(f"{model}: no such file; `emoflix fetch-models` brings it")
        try:
            self._yunet = cv2.FaceDetectorYN.create(
                str(model), "", (320, 320), LEAST_SCORE, OVERLAP
            )
            self.detect(np.zeros((LEAST_SIDE_PX, LEAST_SIDE_PX), np.uint8))
        except cv2.error as error:
            raise ModelError(
                f"{model}: not a YuNet model that OpenCV {cv2.__version__} can use; "
                "`emoflix fetch-models` brings the right one"
            ) from error

    def detect(self, luma: Image) -> list[Face]:
        small, scale = reduced(luma, self._width_px)
        height, width = (max(LEAST_SIDE_PX, side) for side in small.shape)
        if (width, height) != self._size_px:
            self._size_px = (width, height)
            self._yunet.setInputSize(self._size_px)
        missing = (height - small.shape[0], width - small.shape[1])
        if any(missing):
            small = cv2.copyMakeBorder(small, 0, missing[0], 0, missing[1], cv2.BORDER_CONSTANT)
        _, rows = self._yunet.detect(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR))
        if rows is None:
            return []
        faces = [_face(row, scale) for row in rows]
        return sorted(faces, key=lambda face: -face.width_px)


def _face(row: NDArray[np.float32], scale: float) -> Face:
    """A row of OpenCV's answer: box, five landmarks (x, y each), score."""
    x, y, width, height = (row[:4] * scale).tolist()
    landmarks = (row[4:14] * np.float32(scale)).reshape(5, 2)
    return Face(x, y, width, height, float(row[14]), landmarks)
