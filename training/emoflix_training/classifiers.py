"""Networks in files, whatever their kind: give them faces, get logits."""

import importlib
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
from .labels import FER_PX, LABELS

ENGINES: Final = {"litert": "ai_edge_litert", "tflite-runtime": "tflite_runtime"}
"""Our names of the two engines of the device, and the packages they come in."""

KERAS_BATCH: Final = 256

PROBABILITY_ROUNDING: Final = 0.02
"""How far seven probabilities in steps of 1/256 may be from 1 together."""
LEAST_PROBABILITY: Final = 1e-6


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


def open_keras(path: Path) -> Any:
    """Any network that Keras has saved.

    Raises:
        ModelFileError: the file is missing or broken.
    """
    import keras

    try:
        return keras.saving.load_model(path, compile=False)
    except (ValueError, OSError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelFileError(f"{path}: Keras cannot open it: {reason}") from error


class KerasClassifier:
    """A float network as `train` saves it."""

    def __init__(self, path: Path) -> None:
        self.model = open_keras(path)
        _require_contract(path, self.model.input_shape, self.model.output_shape)

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        crops = centre_crop(images, int(self.model.input_shape[1]))
        return self.of_crops(crops)

    def of_crops(self, crops: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32[n, 7] for crops float32[n, px, px, 1]."""
        return as_logits(self.model.predict(crops, batch_size=KERAS_BATCH, verbose=0))


@dataclass(frozen=True)
class Tensor:
    """One end of a network: real value = (q - zero_point) * scale, or as it is in a float one."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int

    def from_real(self, values: NDArray[np.float32]) -> NDArray[Any]:
        if not np.issubdtype(self.dtype, np.integer):
            return np.asarray(values, self.dtype)
        ends = np.iinfo(self.dtype)
        steps = np.rint(values / self.scale + self.zero_point)
        return np.asarray(np.clip(steps, ends.min, ends.max), self.dtype)

    def to_real(self, values: NDArray[Any]) -> NDArray[np.float32]:
        if not np.issubdtype(self.dtype, np.integer):
            return values.astype(np.float32)
        return np.asarray((values.astype(np.float32) - self.zero_point) * self.scale, np.float32)


class TfliteClassifier:
    """A network, int8 or float, on one of the device's two engines, one thread."""

    def __init__(self, path: Path, engine: str = "litert") -> None:
        self._interpreter = _interpreter(path, engine)
        takes, answers = (
            [_tensor(end) for end in ends]
            for ends in (
                self._interpreter.get_input_details(),
                self._interpreter.get_output_details(),
            )
        )
        _require_contract(path, _shapes(takes), _shapes(answers))
        (self._input, self.input), (self._output, self.output) = takes[0], answers[0]

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

    def raw_logits(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """[n, 7] of the output's own type, as the engine gives them."""
        crops = self.input.from_real(centre_crop(images, self.crop_px))
        answers = np.empty((len(images), len(LABELS)), self.output.dtype)
        for i, crop in enumerate(crops):
            self._interpreter.set_tensor(self._input, crop[None])
            self._interpreter.invoke()
            answers[i] = self._interpreter.get_tensor(self._output)[0]
        return answers

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return as_logits(self.output.to_real(self.raw_logits(images)))


def as_logits(answers: NDArray[np.float32]) -> NDArray[np.float32]:
    """The answers float32[n, 7] of a network; where they are probabilities, their logarithms.

    Many a network ends in a softmax. Another one over it would hardly change which answer is
    likeliest, but flatten how sure it is of it.
    """
    sums_to_one = np.abs(answers.sum(axis=1) - 1) < PROBABILITY_ROUNDING
    if (answers >= 0).all() and sums_to_one.all():
        return np.asarray(np.log(np.maximum(answers, LEAST_PROBABILITY)), np.float32)
    return np.asarray(answers)


def available_engines() -> list[str]:
    return [name for name, package in ENGINES.items() if importlib.util.find_spec(package)]


def raw_logits_apart(path: Path, engine: str, images: NDArray[np.uint8]) -> NDArray[Any]:
    """`TfliteClassifier.raw_logits` in a process of its own.

    tflite-runtime cannot be loaded into a process that has TensorFlow in it already.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_raw_logits, path, engine, images).result()


def _raw_logits(path: Path, engine: str, images: NDArray[np.uint8]) -> NDArray[Any]:
    return TfliteClassifier(path, engine).raw_logits(images)


def _shapes(tensors: list[tuple[int, Tensor]]) -> Any:
    """The shape of the one end there is, or all of them."""
    shapes = [tensor.shape for _, tensor in tensors]
    return shapes[0] if len(shapes) == 1 else shapes


def _require_contract(path: Path, takes: Any, answers: Any) -> None:
    match takes, answers:
        case (1 | None, int(height), int(width), 1), (1 | None, int(count)):
            if height == width <= FER_PX and count == len(LABELS):
                return
    raise ModelFileError(
        f"{path}: takes {takes} and answers {answers}; one grey square of {FER_PX} px or fewer and "
        f"{len(LABELS)} logits are wanted"
    )


def _interpreter(path: Path, engine: str) -> Any:
    try:
        interpreter_module = importlib.import_module(f"{ENGINES[engine]}.interpreter")
    except ImportError as error:
        raise ModelFileError(
            f"{path}: {engine} is not installed ({error}); install it or choose another --engine"
        ) from error
    try:
        interpreter = interpreter_module.Interpreter(model_path=str(path), num_threads=1)
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
