import importlib.util
from pathlib import Path

import numpy as np
import pytest

from emoflix_device.errors import ModelError
from emoflix_device.vision.engine import EngineName, open_engine


@pytest.fixture(params=["litert", "tflite"])
def engine(request: pytest.FixtureRequest) -> EngineName:
    module = {"litert": "ai_edge_litert", "tflite": "tflite_runtime"}[request.param]
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    name: EngineName = request.param
    return name


@pytest.mark.parametrize("kind", ["uint8", "int8"])
def test_the_answers_are_those_of_the_network_before_it_was_quantised(
    tiny_models: Path, engine: EngineName, kind: str
) -> None:
    reference = np.load(tiny_models / "reference.npz")
    logits = open_engine(tiny_models / f"{kind}.tflite", engine).run(reference["crops"])
    assert logits.dtype == np.float32
    assert logits.shape == (64, 7)
    np.testing.assert_allclose(logits, reference["logits"], atol=0.1)
    assert np.ptp(reference["logits"]) > 2  # or the tolerance would mean nothing


def test_no_crops_give_no_logits(tiny_models: Path, engine: EngineName) -> None:
    opened = open_engine(tiny_models / "uint8.tflite", engine)
    assert opened.run(np.empty((0, 44, 44), np.uint8)).shape == (0, 7)


def test_the_crops_are_left_as_they_were(tiny_models: Path, engine: EngineName) -> None:
    crops = np.load(tiny_models / "reference.npz")["crops"]
    before = crops.copy()
    open_engine(tiny_models / "int8.tflite", engine).run(crops)
    np.testing.assert_array_equal(crops, before)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("float", r"float32\[1, 44, 44, 1\], float32\[1, 7\]"),
        ("foreign", r"uint8\[1, 32, 32, 3\], uint8\[1, 10\]"),
    ],
)
def test_a_network_of_another_shape_is_refused_and_described(
    tiny_models: Path, engine: EngineName, kind: str, found: str
) -> None:
    with pytest.raises(ModelError, match=rf"{kind}\.tflite: not an expression model.*{found}"):
        open_engine(tiny_models / f"{kind}.tflite", engine)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_model_is_refused(tiny_models: Path, tmp_path: Path, share: float) -> None:
    data = (tiny_models / "uint8.tflite").read_bytes()
    file = tmp_path / "expression.tflite"
    file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ModelError, match="is the file whole"):
        open_engine(file, "litert")


@pytest.mark.parametrize("content", [b"", b"TFL3", b"not a model at all", bytes(1000)])
def test_what_is_not_tflite_is_refused(tmp_path: Path, engine: EngineName, content: bytes) -> None:
    file = tmp_path / "expression.tflite"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"expression\.tflite: not a TFLite model"):
        open_engine(file, engine)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.tflite: cannot be read \(No such file"):
        open_engine(tmp_path / "nowhere.tflite")


def test_an_engine_that_is_not_installed_says_what_to_install(
    tiny_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ModelError, match="litert and tflite not installed; `pip install"):
        open_engine(tiny_models / "uint8.tflite")
