"""A tiny FER2013 of the tests' own making: seven patterns instead of seven expressions."""

import csv
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray

from emoflix_training.cli import main
from emoflix_training.labels import FER_PX, LABELS

TRAINING_ROWS: Final = 140
TEST_ROWS: Final = 28

RECIPE: Final = """
epochs: 6
crop_of_48: 40
batch: 8
learning_rate: 0.05
warmup_epochs: 0.5
average_decay: 0.9
network: {widths: [4, 8], convolutions: [1, 1], dropout: 0.2}
augmentation: {optics: 0.5, light: 0.5, noise: 0.5}
"""


def picture(label: int, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Bars, as many as the label says, at a random place, over clouds of its own and with noise."""
    across = np.arange(FER_PX)[None, :] + generator.uniform(0, FER_PX)
    bars = 60 * np.sin(2 * np.pi * across * (label + 1) / FER_PX)
    clouds = np.kron(generator.normal(0, 40, (6, 6)), np.ones((FER_PX // 6, FER_PX // 6)))
    noise = generator.normal(0, 12, (FER_PX, FER_PX))
    return np.clip(127 + bars + clouds + noise, 0, 255).astype(np.uint8)


def fer2013_rows() -> list[tuple[int, NDArray[np.uint8], str]]:
    generator = np.random.default_rng(5)
    return [
        (row % len(LABELS), picture(row % len(LABELS), generator), usage)
        for usage, count in (
            ("Training", TRAINING_ROWS),
            ("PublicTest", TEST_ROWS),
            ("PrivateTest", TEST_ROWS),
        )
        for row in range(count)
    ]


def write_csv(path: Path, rows: list[tuple[int, NDArray[np.uint8], str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(["emotion", "pixels", "Usage"])
        writer.writerows(
            (label, " ".join(map(str, px.ravel())), usage) for label, px, usage in rows
        )
    return path


def emoflix_train(*arguments: object) -> Result:
    """Run the command in this process: importing TensorFlow again costs seconds."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny data, prepared."""
    folder = tmp_path_factory.mktemp("tiny")
    source = write_csv(folder / "fer2013.csv", fer2013_rows())
    result = emoflix_train("prepare", source, "--out", folder / "tiny.npz", "--validation", "0.2")
    assert result.exit_code == 0, result.output
    return folder / "tiny.npz"


@pytest.fixture(scope="session")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "tiny.yaml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def run(tiny: Path, recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run on the tiny data."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    result = emoflix_train("train", recipe, "--data", tiny, "--run", folder)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="session")
def exported(run: Path, tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import keras

    if keras.config.backend() != "tensorflow":
        pytest.skip("export needs Keras on TensorFlow")
    out = tmp_path_factory.mktemp("models") / "expression.tflite"
    result = emoflix_train("export", run, "--data", tiny, "--out", out, "--score", "PrivateTest")
    assert result.exit_code == 0, result.output
    assert "1 partition" in result.output
    assert "the best of 6 (6 planned)" in result.output
    return out
