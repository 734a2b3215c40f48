"""What `evaluate` and `report` say of a network, on the tiny data."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emoflix_training import prepared
from emoflix_training.labels import LABELS
from emoflix_training.robustness import HARDSHIPS, steps

from .conftest import emoflix_train


def test_a_network_is_scored_on_a_split(run: Path, tiny: Path) -> None:
    result = emoflix_train(
        "evaluate", run / "model.keras", "--data", tiny, "--split", "PublicTest", "--json"
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout.splitlines()[-1])
    assert found["full"]["count"] == sum(map(sum, found["confusion"])) == 28
    right = sum(row[i] for i, row in enumerate(found["confusion"]))
    assert found["full"]["accuracy"] == pytest.approx(right / 28)
    assert found["accuracy_at_coverage"]["100%"] == pytest.approx(right / 28)
    assert "hardships" not in found


def test_a_folder_of_labelled_faces_scores_as_the_split_it_was_made_of(
    run: Path, tiny: Path, tmp_path: Path
) -> None:
    faces = prepared.load(tiny).of("PublicTest")
    for number, (face, label) in enumerate(zip(faces.images, faces.labels, strict=True)):
        folder = tmp_path / "mine" / LABELS[label]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(face).save(folder / f"{number}.png")
    network = run / "model.keras"
    of_folder = emoflix_train("evaluate", network, "--folder", tmp_path / "mine", "--json")
    of_split = emoflix_train("evaluate", network, "--data", tiny, "--split", "PublicTest", "--json")
    one, other = (json.loads(r.stdout.splitlines()[-1]) for r in (of_folder, of_split))
    assert one["split"] == "mine"
    assert one["confusion"] == other["confusion"]


def test_a_folder_of_several_splits_is_not_measured_as_one(
    run: Path, tiny: Path, tmp_path: Path
) -> None:
    faces = prepared.load(tiny)
    for name in ("train", "test"):
        folder = tmp_path / "fer2013" / name / "happy"
        folder.mkdir(parents=True)
        Image.fromarray(faces.images[0]).save(folder / "face.png")
    network = run / "model.keras"
    both = emoflix_train("evaluate", network, "--folder", tmp_path / "fer2013")
    assert (both.exit_code, "several splits" in both.output) == (2, True)
    one = emoflix_train("evaluate", network, "--folder", tmp_path / "fer2013" / "test")
    assert one.exit_code == 0, one.output


def test_networks_of_two_runs_are_told_apart(run: Path, tiny: Path, tmp_path: Path) -> None:
    other = tmp_path / "model.keras"
    shutil.copy(run / "model.keras", other)
    result = emoflix_train("evaluate", run / "model.keras", "--data", tiny, "--against", other)
    assert result.exit_code == 0, result.output
    assert f"{run / 'model.keras'} against {other}" in result.output


def test_a_name_with_brackets_is_a_name(run: Path, tiny: Path, tmp_path: Path) -> None:
    network = tmp_path / "[red]x.keras"
    shutil.copy(run / "model.keras", network)
    result = emoflix_train("evaluate", network, "--data", tiny, "--against", network)
    assert result.exit_code == 0, result.output
    assert f"{network.name} on validation" in result.output
    assert f"{network} against {network}" in result.output


@pytest.mark.parametrize("name", ["page", "network.tflite"])
def test_a_report_is_written_over_nothing_but_a_page(
    run: Path, tiny: Path, tmp_path: Path, name: str
) -> None:
    result = emoflix_train("report", run / "model.keras", "--data", tiny, "--out", tmp_path / name)
    assert (result.exit_code, "has to end in .html" in result.output) == (2, True)


def test_a_copy_in_a_folder_counts_once_among_the_distinct(
    run: Path, tiny: Path, tmp_path: Path
) -> None:
    face = Image.fromarray(prepared.load(tiny).images[0])
    (tmp_path / "mine" / "happy").mkdir(parents=True)
    for name in ("one.png", "again.png"):
        face.save(tmp_path / "mine" / "happy" / name)
    result = emoflix_train("evaluate", run / "model.keras", "--folder", tmp_path / "mine", "--json")
    found = json.loads(result.stdout.splitlines()[-1])
    assert (found["full"]["count"], found["distinct"]["count"]) == (2, 1)


def test_a_network_compared_with_itself_is_no_better(run: Path, tiny: Path) -> None:
    network = run / "model.keras"
    result = emoflix_train("evaluate", network, "--data", tiny, "--against", network, "--json")
    assert result.exit_code == 0, result.output
    test = json.loads(result.stdout.splitlines()[-1])["comparison"]["mcnemar"]
    assert test == {"first_only": 0, "second_only": 0, "p_value": 1.0}


def test_hardships_and_plots_are_given_when_asked_for(
    run: Path, tiny: Path, tmp_path: Path
) -> None:
    result = emoflix_train(
        "evaluate",
        run / "model.keras",
        "--data",
        tiny,
        "--robustness",
        "--plots",
        tmp_path / "plots",
    )
    assert result.exit_code == 0, result.output
    assert "few pixels" in result.output
    assert sorted(path.stem for path in (tmp_path / "plots").iterdir()) == [
        "confusion",
        "coverage",
        "reliability",
        "robustness",
    ]
    for path in (tmp_path / "plots").iterdir():
        with Image.open(path) as png:
            assert png.width > 300


def test_every_hardship_changes_a_face_more_the_harder_it_is() -> None:
    generator = np.random.default_rng(2)
    coarse = generator.integers(40, 216, (20, 12, 12), dtype=np.uint8)
    faces = np.stack([np.asarray(Image.fromarray(one).resize((48, 48))) for one in coarse])
    changes: dict[str, list[float]] = {}
    for step in steps():
        changed = step.apply(faces)
        assert changed.dtype == np.uint8
        assert changed.shape == faces.shape
        assert np.array_equal(changed, step.apply(faces))
        difference = np.abs(changed.astype(int) - faces).mean()
        changes.setdefault(step.hardship, []).append(float(difference))
    assert set(changes) == set(HARDSHIPS)
    for name, by_strength in changes.items():
        assert 0 < by_strength[0] < by_strength[1] < by_strength[2], name


def test_the_report_is_one_page_that_asks_for_nothing(
    run: Path, tiny: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    result = emoflix_train(
        "report", run / "model.keras", "--data", tiny, "--run", run, "--out", page
    )
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf-8")
    for part in ("Confusion", "Hardships", "Learning curves", "validation", "Wilson"):
        assert part in text
    assert text.count("data:image/png;base64,") == 5
    assert "://" not in text


def test_a_report_tells_what_quantisation_cost(
    run: Path, tiny: Path, exported: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    result = emoflix_train("report", exported, "--data", tiny, "--run", run, "--out", page)
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf-8")
    assert "before quantisation" in text
    assert "model.keras against expression.tflite" in text
    assert "McNemar" in text
    assert "sha256" in text


def test_a_folder_that_is_no_run_is_named_by_the_report(
    run: Path, tiny: Path, tmp_path: Path
) -> None:
    half = tmp_path / "half"
    half.mkdir()
    shutil.copy(run / "model.keras", half)
    page = tmp_path / "report.html"
    network = run / "model.keras"
    result = emoflix_train("report", network, "--data", tiny, "--run", half, "--out", page)
    assert (result.exit_code, "half: no curves.png" in result.output) == (2, True)
    assert not page.exists()


def test_prepare_leaves_a_report_to_look_at(tiny: Path) -> None:
    text = tiny.with_suffix(".html").read_text(encoding="utf-8")
    assert "Near copies" in text
    assert "rows of PublicTest" in text
    assert "://" not in text


@pytest.mark.parametrize("arguments", [(), ("--data", "{tiny}", "--folder", "{tiny}")])
def test_faces_come_from_one_place(run: Path, tiny: Path, arguments: tuple[str, ...]) -> None:
    given = [argument.format(tiny=tiny) for argument in arguments]
    result = emoflix_train("evaluate", run / "model.keras", *given)
    assert result.exit_code == 2
    assert "--folder" in result.output
