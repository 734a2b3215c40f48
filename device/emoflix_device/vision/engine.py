"""Runs the int8 network: by LiteRT, or by the smaller and slower tflite-runtime."""

import importlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.native import native_messages_hidden
from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.camera.frame import Image
from emoflix_device.errors import ModelError

EngineName = Literal["auto", "litert", "tflite"]

MODULES: Final = {
    "litert": "ai_edge_litert.interpreter",
    "tflite": "tflite_runtime.interpreter",
}
"""Imported only where an engine is opened: each costs time and memory. First is fastest."""

_FILE_MARK: Final = b"TFL3"
"""What stands at bytes 4 to 8 of the format's flat buffer."""


class Engine:
    """A network of grey crops in, seven logits out; opened by `open_engine`.

    One crop a time: with one thread a batch is no faster, and every new batch size would mean to
    plan the memory anew.
    """

    def __init__(self, interpreter: Any, name: str) -> None:
        self.name = name
        self._interpreter = interpreter
        taken, given = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        self._input, self._output = taken["index"], given["index"]
        self._signed = taken["dtype"] == np.int8
        self._scale, self._zero = given["quantization"]
        self.size_px = int(taken["shape"][1])

    def run(self, crops: Image) -> NDArray[np.float32]:
        """Logits, float32[n, 7], of uint8[n, s, s] where s is `size_px`."""
        logits = np.empty((len(crops), len(EXPRESSIONS)), np.float32)
        # int8 counts from -128: the same bits with the highest one turned round.
        taken = (crops ^ 0x80).view(np.int8) if self._signed else crops
        for crop, row in zip(taken, logits, strict=True):
            self._interpreter.set_tensor(self._input, crop[None, :, :, None])
            self._interpreter.invoke()
            row[:] = self._interpreter.get_tensor(self._output)[0]
        if self._scale:
            logits = (logits - np.float32(self._zero)) * np.float32(self._scale)
        return logits


def open_engine(model: Path, engine: EngineName = "auto") -> Engine:
    """Load the model for one thread.

    LiteRT verifies a file before it believes it; tflite-runtime crashes on a truncated one, so it
    must only be given a model that its card vouches for (`open_expression_model` sees to that).

    Raises:
        ModelError: it is missing, truncated, no TFLite file or of another shape, or the wanted
            engine is not installed.
    """
    try:
        with model.open("rb") as opened:
            start = opened.read(8)
    except OSError as error:
        raise ModelError(f"{model}: cannot be read ({error.strerror})") from error
    if start[4:] != _FILE_MARK:
        raise ModelError(f"{model}: not a TFLite model")
    name = installed_engine(engine)
    interpreter_module = importlib.import_module(MODULES[name])
    try:
        with native_messages_hidden():
            interpreter = interpreter_module.Interpreter(model_path=str(model), num_threads=1)
            interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ModelError(f"{model}: {name} cannot load it; is the file whole?") from error
    _check(model, interpreter.get_input_details(), interpreter.get_output_details())
    return Engine(interpreter, name)


def installed_engine(engine: EngineName) -> str:
    """Which of them runs the networks.

    Raises:
        ModelError: the wanted one is not installed.
    """
    wanted = list(MODULES) if engine == "auto" else [engine]
    for name in wanted:
        if importlib.util.find_spec(MODULES[name].partition(".")[0]) is not None:
            return name
    raise ModelError(
        f"vision.engine: {' and '.join(wanted)} not installed; `pip install ai-edge-litert`, or "
        "tflite-runtime where that has no build"
    )


def _check(model: Path, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
    """Refuse a network that does not take one grey square and give seven numbers."""
    found = ", ".join(
        f"{np.dtype(tensor['dtype']).name}{list(map(int, tensor['shape']))}"
        for tensor in (*inputs, *outputs)
    )
    if len(inputs) == len(outputs) == 1:
        taken, given = inputs[0], outputs[0]
        batch, *sides, channels = [*map(int, taken["shape"]), 0, 0][:4]
        if (
            taken["dtype"] in (np.uint8, np.int8)
            and len(taken["shape"]) == 4  # noqa: PLR2004 - batch, height, width, channels
            and (batch, channels) == (1, 1)
            and sides[0] == sides[1]
            and taken["quantization"][1] == np.iinfo(taken["dtype"]).min  # black
            and tuple(given["shape"]) == (1, len(EXPRESSIONS))
        ):
            return
    raise ModelError(
        f"{model}: not an expression model: it has {found}; "
        f"wanted are uint8 or int8[1, s, s, 1] and [1, {len(EXPRESSIONS)}]"
    )
