"""Networks in files, whatever their kind: give them faces, get logits."""

import importlib.util
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from .augment import centre_crop
from .errors import ModelFileError

ENGINES: Final = {"litert": "ai_edge_litert", "tflite-runtime": "tflite_runtime"}
"""Our names of the two engines of the device, and the packages they come in."""

KERAS_BATCH: Final = 256


class Classifier(Protocol):
    """A network that can be asked."""

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """float32[n, 7] for faces uint8[n, 48, 48], from their centre crops."""


def load(path: Path, engine: str = "litert") -> Classifier:
    """Open a network file by its ending.

    Raises:
        ModelFileError: the file is missing, broken or of another kind.
    """
    if not path.is_file():
        raise ModelFileError(f"{path}: no such file; a .tflite or .keras network is wanted")
    if path.suffix == ".tflite":
        return TfliteClassifier(path, engine)
    if path.suffix == ".keras":
        return KerasClassifier(path)
    raise ModelFileError(f"{path}: the ending says neither .tflite nor .keras")


class KerasClassifier:
    """A float network as `train` saves it."""

    def __init__(self, path: Path) -> None:
        import keras

        try:
            self.model = keras.saving.load_model(path, compile=False)
        except (ValueError, OSError, KeyError, TypeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ModelFileError(f"{path}: Keras cannot open it: {reason}") from error

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        crops = centre_crop(images, int(self.model.input_shape[1]))
        return np.asarray(self.model.predict(crops, batch_size=KERAS_BATCH, verbose=0))


@dataclass(frozen=True)
class Tensor:
    """One end of an int8 network: real value = (q - zero_point) * scale."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int


class TfliteClassifier:
    """An int8 network on one of the device's two engines, one thread."""

    def __init__(self, path: Path, engine: str = "litert") -> None:
        self._interpreter = _interpreter(path, engine)
        self._input, self.input = _tensor(self._interpreter.get_input_details()[0])
        self._output, self.output = _tensor(self._interpreter.get_output_details()[0])

    @property
    def crop_px(self) -> int:
        return self.input.shape[1]

    @property
    def partitions(self) -> int:
        """How many pieces the delegate made of the graph: 1 is wanted.

        There is no public question for it; LiteRT lists its nodes in this one.
        """
        nodes = self._interpreter._get_ops_details()  # noqa: SLF001
        return sum(node["op_name"] == "DELEGATE" for node in nodes)

    def quantised_logits(self, images: NDArray[np.uint8]) -> NDArray[np.int8]:
        """int8[n, 7], as the engine gives them."""
        low, high = np.iinfo(self.input.dtype).min, np.iinfo(self.input.dtype).max
        crops = centre_crop(images, self.crop_px)
        steps = np.rint(crops / self.input.scale + self.input.zero_point)
        quantised = np.clip(steps, low, high).astype(self.input.dtype)
        answers = np.empty((len(images), self.output.shape[-1]), np.int8)
        for i, crop in enumerate(quantised):
            self._interpreter.set_tensor(self._input, crop[None])
            self._interpreter.invoke()
            answers[i] = self._interpreter.get_tensor(self._output)[0]
        return answers

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        steps = self.quantised_logits(images).astype(np.float32) - self.output.zero_point
        return np.asarray(steps * self.output.scale, np.float32)


def available_engines() -> list[str]:
    return [name for name, package in ENGINES.items() if importlib.util.find_spec(package)]


def quantised_logits_apart(path: Path, engine: str, images: NDArray[np.uint8]) -> NDArray[np.int8]:
    """`TfliteClassifier.quantised_logits` in a process of its own.

    tflite-runtime cannot be loaded into a process that has TensorFlow in it already.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_quantised_logits, path, engine, images).result()


def _quantised_logits(path: Path, engine: str, images: NDArray[np.uint8]) -> NDArray[np.int8]:
    return TfliteClassifier(path, engine).quantised_logits(images)


def _interpreter(path: Path, engine: str) -> Any:
    if engine == "litert":
        from ai_edge_litert.interpreter import Interpreter
    else:
        from tflite_runtime.interpreter import Interpreter
    try:
        interpreter = Interpreter(model_path=str(path), num_threads=1)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelFileError(f"{path}: {engine} cannot open it: {reason}") from error
    return interpreter


def _tensor(details: Any) -> tuple[int, Tensor]:
    scale, zero_point = details["quantization"]
    return int(details["index"]), Tensor(
        name=str(details["name"]),
        shape=tuple(int(n) for n in details["shape"]),
        dtype=np.dtype(details["dtype"]).name,
        scale=float(scale),
        zero_point=int(zero_point),
    )
