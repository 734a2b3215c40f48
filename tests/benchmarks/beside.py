"""This program beside what a person would install instead: the `fer` package.

`fer` gets a throw-away environment of its own that shares this one's TensorFlow and OpenCV: what it
would bring itself today, OpenCV 5, has no Haar cascades, without which it does not start.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.benchmarks.crops import PREPARED, validation
from tests.benchmarks.shared import SHARED

FER: Final = "fer==25.10.3"
ALSO: Final = "setuptools<81"
"""`fer` imports pkg_resources, which later ones no longer have."""
CROPS: Final = 500
SEED_RECIPE: Final = "training/recipes/seed.yaml"
ROOT: Final = Path(__file__).resolve().parents[2]
NAMES: Final = {
    "fer": f"{FER}, Haar and TFLite",
    "haar-seed": "OpenCV Haar, the seed network in float",
    "emoflix-haar": "emoflix, Haar in every frame",
    "emoflix-yunet": "emoflix, YuNet in every frame",
    "emoflix-yunet-2m": "emoflix, the same for a sofa at 2 m",
    "emoflix-service": "emoflix, YuNet in every fifth",
}


def tables() -> Iterator[Table]:
    """One table, after some minutes."""
    video = SHARED / "data" / "video" / "crying_then_smiling.mp4"
    for needed in (video, PREPARED):
        if not needed.is_file():
            Console(stderr=True).print(f"beside: {needed} is not there")
            return
    table = Table("", "p50", "p99", "a minute at 5/s", "memory", "face found", "read rightly")
    table.title = "640 x 360, one thread, processor time"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        crops, labels = validation(CROPS, seed=3)
        np.savez(folder / "crops.npz", crops=crops, labels=labels)
        (folder / "seed.tflite").write_bytes(seed_network())
        for program, title in NAMES.items():
            python = environment(folder) if program == "fer" else Path(sys.executable)
            if python is None:
                continue
            cost = measured(python, program, video, folder / "crops.npz")
            table.add_row(
                title,
                f"{cost['p50_ms']:.1f} ms",
                f"{cost['p99_ms']:.1f} ms",
                f"{cost['cpu_s_a_minute']:.2f} s",
                f"{cost['memory_mb']:.0f} MB",
                f"{cost['found']:.0%}",
                "not trained" if program == "haar-seed" else f"{cost['accuracy']:.1%}",
            )
    table.caption = (
        f"read rightly: of {CROPS} of FER2013's validation crops; fer's network knows them; the "
        f"seed network ({SEED_RECIPE}) has the weights that it begins with: they cost the same time"
    )
    yield table


def seed_network() -> bytes:
    """The classic design in float TFLite, untrained."""
    import tensorflow as tf

    from emoflix_training.networks import build
    from emoflix_training.recipe import read_recipe

    recipe = read_recipe(ROOT / SEED_RECIPE)
    network = build(recipe.network, int(recipe.crop_of_48))
    with contextlib.redirect_stdout(io.StringIO()):  # it prints every tensor of the graph
        content: bytes = tf.lite.TFLiteConverter.from_keras_model(network).convert()
    return content


def environment(folder: Path) -> Path | None:
    """The interpreter of a new environment with `fer` in it; None, with a word why, without."""
    place = folder / "fer"
    venv.create(place)
    (packages,) = place.glob("lib/*/site-packages")
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    install = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run(
        [*install, "--no-deps", "--target", packages, FER, ALSO],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = "".join(done.stderr.strip().splitlines()[-1:])
        Console(stderr=True).print(f"beside: {FER} left out: {reason}")
        return None
    return place / "bin" / "python"


def measured(python: Path, program: str, video: Path, crops: Path) -> dict[str, Any]:
    """What the worker printed."""
    done = subprocess.run(
        [python, Path(__file__).with_name("beside_worker.py"), program, video, crops],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "OMP_NUM_THREADS": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"beside: {program}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
