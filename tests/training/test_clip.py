import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from emoflix_training.classifiers import TfliteClassifier
from emoflix_training.clip import direct, stage
from emoflix_training.clip.networks import EXPRESSIONS
from emoflix_training.clip.script import (
    EXPRESSION_S,
    FADE_S,
    Entry,
    condition_at,
    entry_at,
    frame_count,
    script,
)

from .conftest import emoflix_train

DEVICE = Path(__file__).parents[2] / "device" / "emoflix_device"
CLIP = DEVICE / "clip" / "invented_faces.mp4"


def test_the_script_has_no_gap_and_ends_with_nobody() -> None:
    entries = script()
    for before, after in itertools.pairwise(entries):
        assert before.end_s == after.start_s
    assert entries[0].start_s == 0
    assert entries[-1].expression == "nobody"
    assert entry_at(entries, 10_000).expression == "nobody"


def test_a_face_fades_from_one_expression_to_the_next() -> None:
    entries = script()
    assert condition_at(entries, EXPRESSION_S - 0.01) == [1, 0, 0, 0]
    assert condition_at(entries, EXPRESSION_S + FADE_S / 2) == pytest.approx([0.5, 0.5, 0, 0])
    assert condition_at(entries, EXPRESSION_S + FADE_S) == pytest.approx([0, 1, 0, 0])


def test_an_undrawn_face_is_found_by_nobody_and_a_frame_has_its_size() -> None:
    picture = stage.frame(np.full((48, 48), 0.5, np.float32), time_s=1.0)
    assert picture.shape == stage.empty().shape == (stage.HEIGHT_PX, stage.WIDTH_PX, 3)
    assert direct.face_crop(direct.haar(), stage.empty()) is None


def test_a_copied_training_picture_is_noticed() -> None:
    training = np.random.default_rng(0).integers(0, 256, (50, 48, 48), dtype=np.uint8)
    stranger = np.random.default_rng(1).random((1, 48, 48), np.float32)
    mirrored = training[7:8, :, ::-1].astype(np.float32) / 255
    typical = direct.nearest_to_each_other(training)
    far, near = direct.nearest(np.concatenate([stranger, mirrored]), training)
    assert far == pytest.approx(typical, rel=0.1)
    assert near < 0.05 * typical


def test_faces_that_nobody_finds_do_not_become_a_clip(
    run: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct, "AUDITIONS", 60)
    network = DEVICE / "models" / "expression.tflite"
    out = tmp_path / "clip"
    result = emoflix_train(
        "clip",
        run,
        *("--data", tiny),
        *("--network", network),
        *("--decoder", tmp_path / "decoder.keras"),
        *("--out", out),
        *("--epochs", 1),
    )
    assert result.exit_code == 2, result.output
    assert "train the decoder for more epochs" in result.output
    assert not out.exists()


def test_the_committed_clip_shows_what_its_script_says() -> None:
    written = json.loads((CLIP.parent / "script.json").read_text(encoding="utf-8"))
    entries = [Entry(**entry) for entry in written["scenes"]]
    assert {entry.expression for entry in entries} == {*EXPRESSIONS, "nobody"}
    seen = direct.check(CLIP, entries, TfliteClassifier(DEVICE / "models" / "expression.tflite"))
    assert seen.bytes < 1_000_000
    assert seen.frames == frame_count(entries)
    assert seen.found > 0.95
    assert seen.found_by_nobody == 0
    assert min(seen.by_expression.values()) > 0.85
