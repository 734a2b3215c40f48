"""What a picture shows as a network sees it: any TFLite feature extractor that its owner gives.

Size, channels and type of its input are read from the file; its first output, laid flat and brought
to length 1, is the embedding. An input of uint8 takes pixels as they are, int8 pixels less 128, and
float32 pixels from -1 to 1, as MobileNet was trained: a network that wants others has to scale them
itself.
"""

import hashlib
import importlib
import importlib.util
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.features.look import cells
from emoflix_catalog.native import native_messages_hidden

_ENGINES: Final = ("ai_edge_litert", "tflite_runtime")
_LUMA: Final = np.array([0.299, 0.587, 0.114])
"""ITU-R BT.601, for a network of grey pictures."""
_INPUTS: Final = (np.uint8, np.int8, np.float32)


class Embedder:
    """A network, loaded; made by `open_embedder` and for one thread."""

    def __init__(self, interpreter: Any) -> None:
        self._interpreter = interpreter
        taken, given = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        self._input, self._output = taken["index"], given["index"]
        _, self._rows, self._columns, self._channels = map(int, taken["shape"])
        self._type = taken["dtype"]
        self._scale, self._zero = given["quantization"]

    def embed(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Of uint8[height, width, 3] in RGB, squeezed into the network's input: float32[d]."""
        seen = cells(picture, self._rows, self._columns)
        if self._channels == 1:
            seen = (seen @ _LUMA)[..., None]
        pixels: NDArray[np.float64] = seen / 127.5 - 1
        if self._type != np.float32:
            black = 128.0 if self._type == np.int8 else 0.0
            pixels = np.rint(seen) - black
        self._interpreter.set_tensor(self._input, pixels[None].astype(self._type))
        self._interpreter.invoke()
        row = self._interpreter.get_tensor(self._output).ravel().astype(np.float32)
        if self._scale:
            row = (row - np.float32(self._zero)) * np.float32(self._scale)
        length = float(np.linalg.norm(row))
        found: NDArray[np.float32] = row / np.float32(length or 1)
        return found


def open_embedder(file: Path) -> Embedder:
    """Load a network for one thread.

    Raises:
        CatalogueError: It is missing, broken, not a network of pictures, or no engine is installed.
    """
    engine = next((name for name in _ENGINES if importlib.util.find_spec(name) is not None), None)
    if engine is None:
        raise CatalogueError(f"{file}: a network needs LiteRT: pip install ai-edge-litert")
    if network_name(file) == "":
        raise CatalogueError(f"{file}: there is no such file: name another")
    try:
        module = importlib.import_module(f"{engine}.interpreter")
        with native_messages_hidden():
            interpreter = module.Interpreter(model_path=str(file), num_threads=1)
            interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise CatalogueError(f"{file}: {engine} cannot load it: is it a whole .tflite?") from error
    taken = interpreter.get_input_details()
    batch, *_, channels = map(int, taken[0]["shape"])
    fits = len(taken[0]["shape"]) == 4 and batch == 1 and channels in {1, 3}  # noqa: PLR2004
    if len(taken) > 1 or not fits or taken[0]["dtype"] not in _INPUTS:
        raise CatalogueError(
            f"{file}: takes {[list(map(int, each['shape'])) for each in taken]}, not one picture"
            " [1, height, width, 1 or 3] of uint8, int8 or float32: name another"
        )
    return Embedder(interpreter)


def network_name(file: Path) -> str:
    """16 hexadecimal digits that name exactly this network; "" where there is none."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    except OSError:
        return ""
