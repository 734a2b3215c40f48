import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from emoflix_training import prepared
from emoflix_training.crossval import assign_folds
from emoflix_training.history import read_history
from emoflix_training.labels import SPLITS
from emoflix_training.recipe import read_recipe
from emoflix_training.run_folder import weights_of
from emoflix_training.train import train

from .conftest import RECIPE, emoflix_train


@pytest.fixture(scope="module")
def short_recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("short") / "short.yaml"
    path.write_text(RECIPE.replace("epochs: 6", "epochs: 2"), encoding="utf-8")
    return path


def test_every_face_is_held_out_once_and_groups_stay_together(tiny: Path) -> None:
    faces = prepared.load(tiny)
    learnt = faces.take(faces.split <= SPLITS.index("validation"))
    learnt.group[:60:3] = learnt.group[1:61:3]
    fold = assign_folds(learnt, 4, seed=2)
    assert sorted(set(fold)) == [0, 1, 2, 3]
    for group in np.unique(learnt.group):
        assert len(set(fold[learnt.group == group])) == 1
    shares = [np.bincount(learnt.labels[fold == i], minlength=7) for i in range(4)]
    assert np.ptp(shares, axis=0).max() <= 4


def test_folds_are_scored_by_their_last_epoch(
    short_recipe: Path, tiny: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "folds"
    arguments = ("crossval", short_recipe, "--data", tiny, "--run", folder, "--folds", "2")
    result = emoflix_train(*arguments)
    assert result.exit_code == 0, result.output
    assert "mean ± sd" in result.output
    lasts = [read_history(folder / f"fold{i}")[-1].validation_accuracy for i in (1, 2)]

    again = emoflix_train(*arguments, "--resume", "--json")
    assert again.exit_code == 0, again.output
    done = json.loads(again.stdout.splitlines()[-1])
    assert done["accuracies"] == lasts
    assert done["mean"] == pytest.approx(np.mean(lasts))
    assert done["standard_deviation"] == pytest.approx(np.std(lasts, ddof=1))
    assert emoflix_train(*arguments).exit_code == 2

    for otherwise in (("--carry-weights",), ("--folds", "3")):
        mixed = emoflix_train(*arguments, "--resume", *otherwise)
        assert (mixed.exit_code, "begun otherwise" in mixed.output) == (2, True)


def test_carried_weights_are_those_that_the_run_before_ended_with(
    run: Path, recipe: Path, tiny: Path, tmp_path: Path
) -> None:
    still = msgspec.structs.replace(read_recipe(recipe), epochs=1, learning_rate=1e-30, seed=9)
    train(still, prepared.load(tiny), tmp_path / "carried", start=weights_of(run, still))
    train(still, prepared.load(tiny), tmp_path / "fresh")
    kernel = {}
    for folder in (run, tmp_path / "carried", tmp_path / "fresh"):
        with np.load(folder / "checkpoint.npz") as stored:
            kernel[folder.name] = stored["average/0"]
    np.testing.assert_allclose(kernel["carried"], kernel[run.name], atol=1e-6)
    assert not np.allclose(kernel["fresh"], kernel[run.name], atol=1e-2)


def test_more_folds_than_faces_of_a_label_are_refused(
    short_recipe: Path, tiny: Path, tmp_path: Path
) -> None:
    arguments = ("crossval", short_recipe, "--data", tiny, "--run", tmp_path / "run")
    few = tmp_path / "few.npz"
    faces = prepared.load(tiny)
    keep = (faces.labels != 1) | (np.cumsum(faces.labels == 1) <= 3)
    prepared.save(few, faces.take(keep))
    result = emoflix_train(*arguments[:3], few, *arguments[4:], "--folds", "5")
    assert result.exit_code == 2
    assert "fewer folds" in result.output
    assert not (tmp_path / "run").exists()
