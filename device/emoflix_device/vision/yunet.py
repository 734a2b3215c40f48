"""YuNet, a face detector of 76,000 weights: faster than Haar and better at small or turned faces.

Wu and others, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 2023.
"""

from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.native import native_messages_hidden
from emoflix_device.camera.frame import Image
from emoflix_device.errors import ModelError
from emoflix_device.vision.engine import EngineName, installed_engine
from emoflix_device.vision.faces import Face
from emoflix_device.vision.reduce import reduced
from emoflix_device.vision.yunet_graph import BLOCK_PX, STRIDES_PX, read_weights, yunet_graph

LEAST_SCORE: Final = 0.6
OVERLAP: Final = 0.3
"""Of two boxes that share more than this (intersection over union), the better one is kept."""

LEAST_SIDE_PX: Final = 64
"""OpenCV gets smaller pictures filled up with black: where a side has no more than 32 px, OpenCV
4.11 reads memory that nothing was written to and now and then finds faces there, light years
wide."""


_HEADS: Final = ("cls", "obj", "bbox", "kps")
_OUTPUTS: Final = tuple(f"{head}_{stride}" for stride in STRIDES_PX for head in _HEADS)
"""As the ONNX file calls them."""


class _Network(Protocol):
    def rows(self, grey: Image) -> NDArray[np.float32]:
        """The faces in uint8[h, w]: float32[n, 15] of box, landmarks and score, in pixels."""


class YunetDetector:
    """YuNet, run by LiteRT; by OpenCV where that is not installed.

    Args:
        model: the ONNX file of fixed input size; the dynamic one fails in OpenCV 4.11.
        width_px: faces are looked for on a copy of this width.
        engine: what runs the program's networks; with `tflite` it is OpenCV that runs this one.

    Raises:
        ModelError: the file is not there or not YuNet, or the wanted engine is not installed.
    """

    name = "yunet"

    def __init__(self, model: Path, width_px: int, engine: EngineName = "auto") -> None:
        self._width_px = width_px
        if not model.is_file():
            raise ModelError(f"{model}: no such file; `emoflix fetch-models` brings it")
        by = _ByLitert if installed_engine(engine) == "litert" else _ByOpencv
        try:
            self._network: _Network = by(model)
            self.detect(np.zeros((LEAST_SIDE_PX, LEAST_SIDE_PX), np.uint8))
        except (cv2.error, ValueError) as error:
            raise ModelError(
                f"{model}: not a YuNet model that OpenCV {cv2.__version__} can use; "
                "`emoflix fetch-models` brings the right one"
            ) from error

    def detect(self, luma: Image) -> list[Face]:
        small, scale = reduced(luma, self._width_px)
        faces = [_face(row, scale) for row in self._network.rows(small)]
        return sorted(faces, key=lambda face: -face.width_px)


def _face(row: NDArray[np.float32], scale: float) -> Face:
    """A row: box, five landmarks (x, y each), score."""
    x, y, width, height = (row[:4] * scale).tolist()
    landmarks = (row[4:14] * np.float32(scale)).reshape(5, 2)
    return Face(x, y, width, height, float(row[14]), landmarks)


class _ByLitert:
    """A graph of its own for every size of picture: sizes seldom change, and it takes 10 ms."""

    def __init__(self, model: Path) -> None:
        self._weights = read_weights(model)
        self._shape: tuple[int, ...] = ()

    def rows(self, grey: Image) -> NDArray[np.float32]:
        if grey.shape != self._shape:
            self._open(*grey.shape)
        self._picture[0, 1 : grey.shape[0] + 1, 1 : grey.shape[1] + 1, 0] = grey
        self._interpreter.set_tensor(self._input, self._picture)
        self._interpreter.invoke()
        levels = [self._interpreter.get_tensor(output)[0] for output in self._outputs]
        for level in levels:
            level[:, :, :2] = 1 / (1 + np.exp(-level[:, :, :2]))
        return _best(levels)

    def _open(self, height: int, width: int) -> None:
        from ai_edge_litert.interpreter import Interpreter

        height_px, width_px = (-(-side // BLOCK_PX) * BLOCK_PX for side in (height, width))
        with native_messages_hidden():
            self._interpreter = Interpreter(
                model_content=yunet_graph(self._weights, width_px, height_px), num_threads=1
            )
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [each["index"] for each in self._interpreter.get_output_details()]
        self._picture = np.zeros((1, height_px + 1, width_px + 1, 1), np.float32)
        self._shape = (height, width)


class _ByOpencv:
    """Not by `FaceDetectorYN`: where OpenCV is older than 4.8, that reads an older YuNet alone."""

    def __init__(self, model: Path) -> None:
        self._network = cv2.dnn.readNetFromONNX(str(model))

    def rows(self, grey: Image) -> NDArray[np.float32]:
        height, width = (max(LEAST_SIDE_PX, -(-side // BLOCK_PX) * BLOCK_PX) for side in grey.shape)
        missing = (height - grey.shape[0], width - grey.shape[1])
        whole = cv2.copyMakeBorder(grey, 0, missing[0], 0, missing[1], cv2.BORDER_CONSTANT)
        self._network.setInput(cv2.dnn.blobFromImage(cv2.cvtColor(whole, cv2.COLOR_GRAY2BGR)))
        told = dict(zip(_OUTPUTS, self._network.forward(_OUTPUTS), strict=True))
        levels = []
        for stride in STRIDES_PX:
            heads = [told[f"{head}_{stride}"] for head in _HEADS]
            level = np.concatenate(heads, axis=2)
            levels.append(level.reshape(height // stride, width // stride, -1))
        return _best(levels)


def _best(levels: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The rows of all levels, without those that overlap with a better one."""
    rows = np.concatenate(
        [_decoded(level, stride) for level, stride in zip(levels, STRIDES_PX, strict=True)]
    )
    kept = cv2.dnn.NMSBoxes(rows[:, :4].tolist(), rows[:, 14].tolist(), LEAST_SCORE, OVERLAP)
    best: NDArray[np.float32] = rows[np.asarray(kept, np.intp)]
    return best


def _decoded(level: NDArray[np.float32], stride_px: int) -> NDArray[np.float32]:
    """The rows of what is likely enough a face, of float32[h, w, 16] at cells of so many pixels.

    A cell tells its box by the centre's distance from its own corner and by the logarithms of the
    sides, and its landmarks by their distances, all in cells; its score is the geometric mean of
    how much it is a face and how well the box fits, 0 to 1 each, as in OpenCV's `FaceDetectorYN`.
    """
    score = np.sqrt(level[:, :, 0] * level[:, :, 1])
    down, right = np.nonzero(score >= LEAST_SCORE)
    cell = np.stack([right, down], axis=1)
    told = level[down, right]
    sides = np.exp(told[:, 4:6])
    landmarks = told[:, 6:] + np.tile(cell, 5)
    places = np.concatenate([cell + told[:, 2:4] - sides / 2, sides, landmarks], axis=1)
    rows = np.concatenate([places * stride_px, score[down, right, None]], axis=1)
    found: NDArray[np.float32] = rows.astype(np.float32)
    return found
