from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from emoflix_training import prepared
from emoflix_training.distil import CACHE
from emoflix_training.errors import DataError
from emoflix_training.labels import LABELS, VOTES
from emoflix_training.prepared import Faces
from emoflix_training.voters import expected_labels

from .conftest import RECIPE, emoflix_train


@pytest.fixture(scope="module")
def voted(tiny: Path) -> Faces:
    """Ten voters a face, seven of whom see its label; every tenth label is another's."""
    faces = prepared.load(tiny).of("train")
    generator = np.random.default_rng(2)
    votes = generator.multinomial(3, np.full(len(VOTES), 1 / len(VOTES)), len(faces))
    votes[np.arange(len(faces)), faces.labels] += 7
    labels = faces.labels.copy()
    labels[::10] = (labels[::10] + 1) % len(LABELS)
    return replace(faces, votes=votes.astype(np.uint8), labels=labels)


def test_what_voters_agree_on_is_expected_and_a_wrong_label_is_not_learnt(voted: Faces) -> None:
    expected = expected_labels(voted)
    np.testing.assert_allclose(expected.sum(axis=1), 1, rtol=1e-5)
    agreed = voted.votes[:, : len(LABELS)].argmax(axis=1)
    wrong = voted.labels != agreed
    assert wrong.any()
    assert (expected.argmax(axis=1) == agreed).mean() > 0.97
    rows = np.flatnonzero(wrong)
    assert (expected[rows, agreed[rows]] > expected[rows, voted.labels[rows]]).all()


def test_the_same_votes_expect_the_same_label_whatever_the_face(voted: Faces) -> None:
    twins = replace(voted, votes=voted.votes.copy())
    twins.votes[1] = twins.votes[0]
    expected = expected_labels(twins)
    np.testing.assert_array_equal(expected[0], expected[1])


def test_data_without_a_label_is_refused(voted: Faces) -> None:
    with pytest.raises(DataError, match="lacks a label"):
        expected_labels(voted.take(voted.labels != 3))


def test_a_student_hears_voters_and_network_in_their_shares(
    run: Path, tiny: Path, voted: Faces, tmp_path: Path
) -> None:
    faces = prepared.load(tiny)
    train = faces.split == 0
    votes, labels = faces.votes.copy(), faces.labels.copy()
    votes[train], labels[train] = voted.votes, voted.labels
    data = tmp_path / "voted.npz"
    prepared.save(data, replace(faces, votes=votes, labels=labels))

    def taught(voters: float) -> NDArray[np.float32]:
        recipe = tmp_path / f"{voters}.yaml"
        share = f"distillation: {{share: 0.7, voters: {voters}, views: 1}}\n"
        recipe.write_text(RECIPE.replace("epochs: 6", "epochs: 1") + share, encoding="utf-8")
        student = tmp_path / f"run {voters}"
        given = ("--teacher", run / "model.keras", "--data", data, "--run", student)
        result = emoflix_train("distil", recipe, *given)
        assert result.exit_code == 0, result.output
        with np.load(student / CACHE) as kept:
            return np.asarray(kept["probabilities"], np.float32)

    network, both = taught(0.0), taught(0.25)
    np.testing.assert_allclose(both, 0.75 * network + 0.25 * expected_labels(voted), atol=1e-6)


@pytest.mark.parametrize(
    ("command", "listens"),
    [("distil", "distillation: {voters: 0.5}"), ("train", "votes: 0.2")],
)
def test_a_recipe_that_listens_to_voters_and_data_without_are_refused(
    run: Path, tiny: Path, tmp_path: Path, command: str, listens: str
) -> None:
    recipe = tmp_path / "student.yaml"
    recipe.write_text(f"{RECIPE}{listens}\n", encoding="utf-8")
    teacher = ("--teacher", run / "model.keras") if command == "distil" else ()
    given = (*teacher, "--data", tiny, "--run", tmp_path / "student")
    result = emoflix_train(command, recipe, *given)
    assert (result.exit_code, "--votes" in result.output) == (2, True)
    assert not (tmp_path / "student").exists()
