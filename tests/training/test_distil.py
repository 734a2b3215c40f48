import shutil
from pathlib import Path

import numpy as np
import pytest

from emoflix_training import prepared
from emoflix_training.classifiers import KerasClassifier
from emoflix_training.distil import CACHE, ask
from emoflix_training.feeding import soft_targets
from emoflix_training.history import read_history
from emoflix_training.recipe import read_recipe

from .conftest import RECIPE, emoflix_train

DISTILLATION = "distillation: {share: 0.75, views: 2}\n"


@pytest.fixture(scope="module")
def student_recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("student") / "student.yaml"
    path.write_text(RECIPE.replace("epochs: 6", "epochs: 2") + DISTILLATION, encoding="utf-8")
    return path


def test_a_student_is_taught_and_can_be_resumed_without_its_teachers(
    run: Path, student_recipe: Path, tiny: Path, tmp_path: Path
) -> None:
    student = tmp_path / "student"
    teacher = run / "model.keras"
    both = ("--teacher", teacher, "--teacher", teacher)
    result = emoflix_train("distil", student_recipe, *both, "--data", tiny, "--run", student)
    assert result.exit_code == 0, result.output
    assert [epoch.epoch for epoch in read_history(student)] == [1, 2]
    with np.load(student / CACHE) as kept:
        assert kept["probabilities"].shape == (len(prepared.load(tiny).of("train")), 7)
        np.testing.assert_allclose(kept["probabilities"].sum(axis=1), 1, rtol=1e-5)
        assert list(kept["teachers"]) == [str(teacher)] * 2

    again = emoflix_train("distil", student_recipe, "--data", tiny, "--run", student, "--resume")
    assert again.exit_code == 0, again.output
    assert [epoch.epoch for epoch in read_history(student)] == [1, 2]


def test_a_student_is_not_resumed_with_other_teachers_than_it_has(
    run: Path, student_recipe: Path, tiny: Path, tmp_path: Path
) -> None:
    student, other = ("--data", tiny, "--run", tmp_path / "student"), tmp_path / "other.keras"
    shutil.copy(run / "model.keras", other)
    first = emoflix_train("distil", student_recipe, "--teacher", run / "model.keras", *student)
    assert first.exit_code == 0, first.output
    again = emoflix_train("distil", student_recipe, "--teacher", other, *student, "--resume")
    assert again.exit_code == 2
    assert f"{run / 'model.keras'} answered" in again.output


def test_two_looks_of_one_teacher_are_averaged(run: Path, recipe: Path, tiny: Path) -> None:
    faces = prepared.load(tiny).of("validation")
    teacher = KerasClassifier(run / "model.keras")
    strength = read_recipe(recipe).augmentation
    once = ask([teacher], faces, 1, strength, seed=4)
    twice = ask([teacher], faces, 2, strength, seed=4)
    other = 2 * twice - once
    np.testing.assert_allclose(other.sum(axis=1), 1, rtol=1e-5)
    assert other.min() > -1e-6
    assert not np.allclose(once, other)


def test_a_student_listens_to_label_and_teacher_in_their_shares(
    student_recipe: Path, tiny: Path
) -> None:
    faces = prepared.load(tiny).of("train")
    recipe = read_recipe(student_recipe)
    teacher = np.full((len(faces), 7), 1 / 7, np.float32)
    hard, smooth = 0.25 * (1 - recipe.label_smoothing), 0.25 * recipe.label_smoothing / 7
    targets = soft_targets(faces, recipe, teacher)
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(targets.max(axis=1), 0.75 / 7 + hard + smooth, rtol=1e-5)


def test_a_run_is_not_overwritten_by_a_student(run: Path, student_recipe: Path, tiny: Path) -> None:
    result = emoflix_train(
        "distil", student_recipe, "--teacher", run / "model.keras", "--data", tiny, "--run", run
    )
    assert result.exit_code == 2
    assert "holds a run already" in result.output
    assert not (run / CACHE).exists()


def test_a_student_without_teachers_and_a_recipe_without_distillation_are_refused(
    student_recipe: Path, recipe: Path, tiny: Path, tmp_path: Path
) -> None:
    alone = emoflix_train("distil", student_recipe, "--data", tiny, "--run", tmp_path / "a")
    assert (alone.exit_code, "--teacher" in alone.output) == (2, True)
    plain = emoflix_train("distil", recipe, "--data", tiny, "--run", tmp_path / "b")
    assert (plain.exit_code, "`distillation`" in plain.output) == (2, True)
    trained = emoflix_train("train", student_recipe, "--data", tiny, "--run", tmp_path / "c")
    assert (trained.exit_code, "`distil`" in trained.output) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_student_goes_on_from_the_weights_of_a_run(
    run: Path, student_recipe: Path, tiny: Path, tmp_path: Path
) -> None:
    given = ("--teacher", run / "model.keras", "--data", tiny)
    fresh, started = tmp_path / "fresh", tmp_path / "started"
    assert emoflix_train("distil", student_recipe, *given, "--run", fresh).exit_code == 0
    result = emoflix_train("distil", student_recipe, *given, "--start", run, "--run", started)
    assert result.exit_code == 0, result.output
    assert read_history(started)[0].loss < read_history(fresh)[0].loss


def test_weights_of_another_network_or_of_none_are_refused(
    run: Path, student_recipe: Path, tiny: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(student_recipe.read_text("utf-8").replace("[4, 8]", "[4, 6]"), "utf-8")
    (tmp_path / "empty").mkdir()
    given = ("--teacher", run / "model.keras", "--data", tiny, "--run", tmp_path / "student")
    for recipe, start, why in (
        (other, run, "another network"),
        (student_recipe, tmp_path / "empty", "holds no checkpoint"),
    ):
        result = emoflix_train("distil", recipe, *given, "--start", start)
        assert (result.exit_code, why in result.output) == (2, True)
    assert not (tmp_path / "student").exists()
