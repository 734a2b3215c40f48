import json
import math
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
import yaml

from emoflix_training import classifiers, networks, prepared
from emoflix_training.feeding import votes
from emoflix_training.history import read_history
from emoflix_training.labels import LABELS
from emoflix_training.recipe import read_recipe
from emoflix_training.train import learning_rate

from .conftest import RECIPE, TEST_ROWS, emoflix_train

KILLED_IN_THE_SECOND_EPOCH = """
import os, pathlib, signal, sys
from emoflix_training import prepared
from emoflix_training.recipe import read_recipe
from emoflix_training.train import train

def on_step(now):
    if (now.epoch, now.step) == (2, 3):
        os.kill(os.getpid(), signal.SIGKILL)

recipe, data, run = map(pathlib.Path, sys.argv[1:])
train(read_recipe(recipe), prepared.load(data), run, on_step=on_step)
"""


def test_a_run_leaves_everything_of_it_in_its_folder(run: Path, recipe: Path) -> None:
    assert sorted(path.name for path in run.iterdir()) == [
        "checkpoint.npz",
        "curves.png",
        "data.json",
        "history.csv",
        "model.keras",
        "recipe.yaml",
        "versions.json",
    ]
    assert read_recipe(run / "recipe.yaml") == read_recipe(recipe)
    assert json.loads((run / "data.json").read_text())["PublicTest"] == TEST_ROWS
    assert json.loads((run / "versions.json").read_text())["keras_backend"]
    assert [epoch.epoch for epoch in read_history(run)] == [1, 2, 3, 4, 5, 6]


def test_a_killed_run_resumes_to_the_weights_of_an_undisturbed_one(
    run: Path, recipe: Path, tiny: Path, tmp_path: Path
) -> None:
    killed = tmp_path / "killed"
    child = subprocess.run(
        [sys.executable, "-c", KILLED_IN_THE_SECOND_EPOCH, recipe, tiny, killed],
        check=False,
        capture_output=True,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    assert [epoch.epoch for epoch in read_history(killed)] == [1]

    result = emoflix_train("train", recipe, "--data", tiny, "--run", killed, "--resume")
    assert result.exit_code == 0, result.output
    with np.load(killed / "checkpoint.npz") as again, np.load(run / "checkpoint.npz") as whole:
        assert again.files == whole.files
        for name in whole.files:
            np.testing.assert_allclose(again[name], whole[name], rtol=1e-5, atol=1e-6, err_msg=name)
    assert (killed / "history.csv").read_text() == (run / "history.csv").read_text()


def test_a_finished_run_is_not_overwritten(run: Path, recipe: Path, tiny: Path) -> None:
    before = (run / "checkpoint.npz").read_bytes()
    result = emoflix_train("train", recipe, "--data", tiny, "--run", run)
    assert result.exit_code == 2
    assert "--resume" in result.output
    assert (run / "checkpoint.npz").read_bytes() == before


def test_a_run_is_not_resumed_with_another_recipe(run: Path, tiny: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(RECIPE.replace("epochs: 6", "epochs: 7"), encoding="utf-8")
    result = emoflix_train("train", other, "--data", tiny, "--run", run, "--resume")
    assert result.exit_code == 2
    assert "another recipe" in result.output


def test_a_run_is_not_resumed_with_other_faces(
    run: Path, recipe: Path, tiny: Path, tmp_path: Path
) -> None:
    faces, other = prepared.load(tiny), tmp_path / "other.npz"
    faces.labels[0] = (faces.labels[0] + 1) % len(LABELS)
    prepared.save(other, faces)
    result = emoflix_train("train", recipe, "--data", other, "--run", run, "--resume")
    assert result.exit_code == 2
    assert "other faces" in result.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"epocs": 3}, "epocs"),
        ({"epochs": "many"}, "$.epochs"),
        ({"crop_of_48": 60}, "$.crop_of_48"),
        ({"network": {"widths": [4]}}, "one number for each stage"),
        ({"network": {"widths": [4] * 6, "convolutions": [1] * 6}}, "cannot be halved 6 times"),
        ({"seed": -1}, "$.seed"),
        ({"network": {"widths": [], "convolutions": []}}, "$.network.widths"),
        ({"network": {"dropout": 1.0}}, "$.network.dropout"),
        ({"learning_rate": math.inf}, "$.learning_rate"),
        ({"learning_rate": math.nan}, "$.learning_rate"),
        ({"weight_decay": math.inf}, "$.weight_decay"),
        ({"warmup_epochs": 4}, "may not be more than `epochs`"),
        ({"augmentation": {"flips": True}}, "flips"),
    ],
)
def test_a_recipe_with_a_mistake_is_refused_by_key(
    tmp_path: Path, tiny: Path, change: dict[str, object], said: str
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump({"epochs": 3} | change), encoding="utf-8")
    result = emoflix_train("train", path, "--data", tiny, "--run", tmp_path / "run")
    assert result.exit_code == 2
    assert "wrong.yaml" in result.output
    assert said in result.output
    assert not (tmp_path / "run").exists()


def test_a_rate_may_be_written_with_a_bare_exponent(tmp_path: Path) -> None:
    path = tmp_path / "rate.yaml"
    path.write_text("epochs: 3\nlearning_rate: 1e-3\n", encoding="utf-8")
    assert read_recipe(path).learning_rate == pytest.approx(0.001)


def test_a_run_that_diverges_ends_and_leaves_no_network(tmp_path: Path, tiny: Path) -> None:
    path, run = tmp_path / "fast.yaml", tmp_path / "run"
    path.write_text(RECIPE.replace("0.05", "1e6"), encoding="utf-8")
    result = emoflix_train("train", path, "--data", tiny, "--run", run)
    assert result.exit_code == 2
    assert "a lower learning_rate" in result.output
    assert not (run / "model.keras").exists()


@pytest.mark.parametrize("left", [0, 0.01, 0.5])
@pytest.mark.parametrize("name", ["checkpoint.npz", "history.csv", "data.json"])
def test_a_damaged_run_is_named_and_not_resumed(
    run: Path, recipe: Path, tiny: Path, tmp_path: Path, name: str, left: float
) -> None:
    damaged = tmp_path / "run" / name
    shutil.copytree(run, damaged.parent)
    content = damaged.read_bytes()
    damaged.write_bytes(content[: int(left * len(content))])
    before = {file.name: file.read_bytes() for file in damaged.parent.iterdir()}
    result = emoflix_train("train", recipe, "--data", tiny, "--run", damaged.parent, "--resume")
    assert result.exit_code == 2
    assert f"{damaged}: " in result.output
    assert {file.name: file.read_bytes() for file in damaged.parent.iterdir()} == before


@pytest.mark.parametrize("name", ["history.csv", "model.keras"])
def test_a_run_without_what_its_best_epoch_left_is_not_resumed(
    run: Path, recipe: Path, tiny: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run, folder)
    (folder / name).unlink()
    result = emoflix_train("train", recipe, "--data", tiny, "--run", folder, "--resume")
    assert result.exit_code == 2
    assert f"{folder / name}: missing" in result.output


def test_every_recipe_of_the_project_can_be_read() -> None:
    recipes = list((Path(__file__).parents[2] / "training" / "recipes").rglob("*.yaml"))
    assert recipes
    for path in recipes:
        assert read_recipe(path).epochs > 0


def test_the_learning_rate_warms_up_and_ends_at_zero(recipe: Path) -> None:
    read = read_recipe(recipe)
    steps = 100
    rates = [learning_rate(read, step, steps) for step in range(1, read.epochs * steps + 1)]
    assert max(rates) == pytest.approx(read.learning_rate)
    assert rates.index(max(rates)) == read.warmup_epochs * steps - 1
    assert rates[-1] == pytest.approx(0, abs=1e-9)


def test_votes_become_shares_and_faces_without_votes_weigh_nothing(tiny: Path) -> None:
    faces = prepared.load(tiny).of("train")
    faces.votes[0, :2] = 5
    shares = votes(faces)
    np.testing.assert_allclose(shares[0], [0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0])
    assert shares[1].sum() == 0


def test_the_network_that_listens_to_voters_is_saved_without_their_head(
    tiny: Path, tmp_path: Path
) -> None:
    path = tmp_path / "votes.yaml"
    path.write_text(RECIPE.replace("epochs: 6", "epochs: 1") + "votes: 0.5\n", encoding="utf-8")
    faces, data = prepared.load(tiny), tmp_path / "voted.npz"
    faces.votes[:, 0] = 10
    prepared.save(data, faces)
    result = emoflix_train("train", path, "--data", data, "--run", tmp_path / "run")
    assert result.exit_code == 0, result.output
    answers = classifiers.load(tmp_path / "run" / "model.keras").logits(
        np.zeros((2, 48, 48), np.uint8)
    )
    assert answers.shape == (2, len(LABELS))


def test_the_fused_batch_norm_is_keras_own(recipe: Path) -> None:
    import keras

    read = read_recipe(recipe)
    crops = np.random.default_rng(1).uniform(0, 255, (16, 40, 40, 1)).astype(np.float32)
    answers = []
    for fused in (False, True):
        keras.utils.set_random_seed(3)
        network = networks.build(msgspec.structs.replace(read.network, dropout=0), 40, fused=fused)
        trained = keras.ops.convert_to_numpy(network(crops, training=True))
        moving = [np.asarray(w) for w in network.non_trainable_variables if "moving" in w.path]
        settled = keras.ops.convert_to_numpy(network(crops, training=False))
        answers.append([trained, *moving, settled])
    for own, kernel in zip(*answers, strict=True):
        # The kernel's variance is the unbiased one; Keras' is not.
        np.testing.assert_allclose(own, kernel, rtol=2e-3, atol=1e-4)
