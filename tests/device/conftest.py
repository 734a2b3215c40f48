"""Small real models, small videos and pictures, and real faces from beside the checkout."""

import contextlib
import hashlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import settings

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.camera.frame import Image
from tests.device.web_server import Web

# Where a later test imports TensorFlow into this process, tflite-runtime must have come before it:
# the other way round it fails to load any model.
with contextlib.suppress(ImportError):
    import tflite_runtime.interpreter  # noqa: F401

# How long an example takes says how busy the machine is, nothing more.
settings.register_profile("device", deadline=None)
settings.load_profile("device")

# As the service does; with a thread a core, tests that run beside other work take many times as
# long.
cv2.setNumThreads(1)


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with uint8, int8, float and foreign .tflite files, and what they should answer."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("tensorflow, which makes the small models, is not installed")
    folder = tmp_path_factory.mktemp("tiny")
    script = Path(__file__).with_name("tiny_models.py")
    done = subprocess.run(
        [sys.executable, str(script), str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def model_with_card(tiny_models: Path, tmp_path: Path) -> Callable[..., Path]:
    """Copies a small model into the test's folder and writes its card, with changes."""

    def write(name: str = "uint8", **changes: Any) -> Path:
        model = tmp_path / "expression.tflite"
        model.write_bytes((tiny_models / f"{name}.tflite").read_bytes())
        card = {
            "labels": EXPRESSIONS,
            "input": {"size_px": 44, "crop_of_48": 44},
            "temperature": 1.5,
            "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
            "scores": {"accuracy": 0.14},
            **changes,
        }
        model.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
        return model

    return write


@pytest.fixture(scope="session")
def crying_then_smiling(shared: Path) -> list[Image]:
    """Every twelfth frame of a real video of one woman, in grey, 640x360."""
    capture = cv2.VideoCapture(str(shared / "data" / "video" / "crying_then_smiling.mp4"))
    frames = []
    while (read := capture.read())[0]:
        frames.append(cv2.cvtColor(read[1], cv2.COLOR_BGR2GRAY))
    capture.release()
    return [np.asarray(frame) for frame in frames[::12]]


@pytest.fixture(scope="session")
def yunet_file(shared: Path) -> Path:
    return shared / "models" / "yunet_n_320_320.onnx"


@pytest.fixture
def write_video(tmp_path: Path) -> Callable[..., Path]:
    """Writes frames of one grey each, 16 levels apart, so that a frame tells its number."""

    def write(name: str = "video.avi", frames: int = 10, frames_per_s: float = 15) -> Path:
        file = tmp_path / name
        writer = cv2.VideoWriter(
            str(file), cv2.VideoWriter.fourcc(*"MJPG"), frames_per_s, (64, 48), isColor=True
        )
        assert writer.isOpened()
        for number in range(frames):
            writer.write(np.full((48, 64, 3), 16 * number, np.uint8))
        writer.release()
        return file

    return write


@pytest.fixture
def write_picture(tmp_path: Path) -> Callable[..., Path]:
    """Writes one picture of one grey."""

    def write(name: str, grey: int = 128, size: tuple[int, int] = (48, 64)) -> Path:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        assert cv2.imwrite(str(file), np.full((*size, 3), grey, np.uint8))
        return file

    return write


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server
