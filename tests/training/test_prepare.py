import csv
import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoflix_training import prepared
from emoflix_training.fer2013 import USAGES, VOTE_COLUMNS, Rows
from emoflix_training.labels import LABELS, SPLITS, VOTES
from emoflix_training.near import exact_groups
from emoflix_training.prepare import prepare

from .conftest import TEST_ROWS, emoflix_train, fer2013_rows, write_csv


def rows_of(*entries: tuple[int, int, str]) -> Rows:
    """Rows from (which picture, label, usage); picture 0 is blank."""
    noise = np.random.default_rng(1).integers(0, 256, (100, 48, 48), dtype=np.uint8)
    noise[0] = 0
    pictures, labels, usages = zip(*entries, strict=True)
    return Rows(
        images=noise[list(pictures)],
        labels=np.array(labels, np.uint8),
        usage=np.array([USAGES.index(usage) for usage in usages], np.uint8),
        votes=np.zeros((len(entries), len(VOTES)), np.uint8),
    )


GOOD_LINE = b"3," + b"0 " * 2304 + b",Training\n"

FILLING = tuple((50 + i, i % 7, "Training") for i in range(14))
"""Distinct rows, so that every label has something to split."""


def test_the_training_copy_of_an_evaluation_image_is_dropped() -> None:
    rows = rows_of((1, 3, "Training"), (1, 3, "PublicTest"), (2, 3, "PublicTest"), *FILLING)
    faces, counts = prepare(rows)
    assert counts.dropped_for_evaluation == 1
    test = faces.of("PublicTest")
    assert len(test) == 2
    assert test.unique.tolist() == [False, True]
    assert len(exact_groups(faces.images)) == len(FILLING) + 2


def test_leaks_are_kept_only_for_who_wants_to_measure_them() -> None:
    rows = rows_of((1, 3, "Training"), (1, 3, "PublicTest"), (2, 3, "PublicTest"), *FILLING)
    faces, counts = prepare(rows, keep_leaks=True)
    assert counts.dropped_for_evaluation == 0
    assert len(faces) == len(rows)
    assert faces.of("PublicTest").unique.tolist() == [False, True]


def test_an_evaluation_split_stays_whole_and_counts_a_repeated_image_once() -> None:
    rows = rows_of((1, 3, "PrivateTest"), (1, 3, "PrivateTest"), (0, 2, "PrivateTest"), *FILLING)
    faces, counts = prepare(rows)
    assert faces.of("PrivateTest").unique.tolist() == [True, False, True]
    assert counts.unique["PrivateTest"] == 2


def test_one_of_equal_training_images_stays() -> None:
    faces, counts = prepare(rows_of((1, 3, "Training"), (1, 3, "Training"), *FILLING))
    assert counts.dropped_as_copy == 1
    assert len(faces) == len(FILLING) + 1


def test_the_majority_decides_between_conflicting_labels_and_without_one_all_go() -> None:
    two_to_one = ((1, 3, "Training"), (1, 4, "Training"), (1, 3, "Training"))
    even = ((2, 3, "Training"), (2, 4, "Training"))
    faces, counts = prepare(rows_of(*two_to_one, *even, *FILLING))
    assert counts.conflicting_groups == 2
    assert counts.dropped_minority_label == 1
    assert counts.dropped_without_majority == 2
    assert counts.dropped_as_copy == 1
    assert len(faces) == len(FILLING) + 1
    assert faces.labels[0] == 3


def test_blank_training_images_are_dropped() -> None:
    faces, counts = prepare(rows_of((0, 3, "Training"), *FILLING))
    assert counts.blank_dropped == 1
    assert faces.images.reshape(len(faces), -1).std(axis=1).min() > 0


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 6), st.sampled_from(USAGES)),
        min_size=1,
        max_size=60,
    )
)
def test_no_image_is_ever_in_two_parts(entries: list[tuple[int, int, str]]) -> None:
    rows = rows_of(*entries, *FILLING)
    faces, counts = prepare(rows, validation_fraction=0.3)
    learnt = faces.take(faces.split < SPLITS.index("PublicTest"))
    tested = faces.take(faces.split >= SPLITS.index("PublicTest"))
    assert len(set(learnt.group)) == len(learnt)
    assert not set(learnt.group) & set(tested.group)
    assert len(tested) == int((rows.usage != USAGES.index("Training")).sum())
    dropped = (
        counts.blank_dropped
        + counts.dropped_for_evaluation
        + counts.dropped_near_evaluation
        + counts.dropped_as_copy
        + counts.dropped_minority_label
        + counts.dropped_without_majority
    )
    assert len(faces) + dropped == len(rows)


def test_the_validation_part_has_its_share_of_every_label(tiny: Path) -> None:
    validation = prepared.load(tiny).of("validation")
    assert np.bincount(validation.labels, minlength=len(LABELS)).tolist() == [4] * len(LABELS)


def test_a_zipped_csv_gives_the_same_faces(tmp_path: Path, tiny: Path) -> None:
    source = write_csv(tmp_path / "fer2013.csv", fer2013_rows())
    with source.open("rb") as plain, gzip.open(tmp_path / "fer2013.csv.gz", "wb") as zipped:
        shutil.copyfileobj(plain, zipped)
    out = tmp_path / "out.npz"
    result = emoflix_train(
        "prepare", tmp_path / "fer2013.csv.gz", "--out", out, "--validation", "0.2"
    )
    assert result.exit_code == 0, result.output
    assert f"{TEST_ROWS}" in result.output
    again, before = prepared.load(out), prepared.load(tiny)
    assert np.array_equal(again.images, before.images)
    assert np.array_equal(again.split, before.split)


def test_the_columns_may_stand_in_the_order_of_the_competitions_other_file(
    tmp_path: Path, tiny: Path
) -> None:
    source = tmp_path / "icml_face_data.csv"
    with source.open("w", newline="", encoding="utf-8") as lines:
        lines.write("emotion, Usage, pixels\n")
        for label, px, usage in fer2013_rows():
            lines.write(f"{label},{usage},{' '.join(map(str, px.ravel()))}\n")
    out = tmp_path / "out.npz"
    result = emoflix_train("prepare", source, "--out", out, "--validation", "0.2")
    assert result.exit_code == 0, result.output
    assert prepared.described(prepared.load(out)) == prepared.described(prepared.load(tiny))


def test_a_file_of_one_evaluation_split_alone_can_be_measured_on(tmp_path: Path) -> None:
    private = [row for row in fer2013_rows() if row[2] == "PrivateTest"]
    source = write_csv(tmp_path / "private.csv", private)
    out = tmp_path / "out.npz"
    result = emoflix_train("prepare", source, "--out", out)
    assert result.exit_code == 0, result.output
    assert len(prepared.load(out).of("PrivateTest")) == TEST_ROWS


def test_votes_follow_their_rows(tmp_path: Path) -> None:
    rows = fer2013_rows()
    source = write_csv(tmp_path / "fer2013.csv", rows)
    votes = write_votes(tmp_path / "votes.csv", [usage for _, _, usage in rows], happiness=9)
    out = tmp_path / "out.npz"
    result = emoflix_train("prepare", source, "--votes", votes, "--out", out)
    assert result.exit_code == 0, result.output
    assert (prepared.load(out).votes[:, LABELS.index("happy")] == 9).all()


def test_votes_of_another_file_are_refused(tmp_path: Path) -> None:
    rows = fer2013_rows()
    source = write_csv(tmp_path / "fer2013.csv", rows)
    votes = write_votes(tmp_path / "votes.csv", [usage for _, _, usage in rows][1:], happiness=9)
    result = emoflix_train("prepare", source, "--votes", votes, "--out", tmp_path / "out.npz")
    assert result.exit_code == 2
    assert "votes.csv, line 141" in result.output
    assert "row for row" in result.output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("3,1 2 3,Training", "3 pixels instead of 2304"),
        ("3,1 2 3", "2 fields instead of 3"),
        ("7," + "0 " * 2304 + ",Training", "emotion '7' is not a number from 0 to 6"),
        ("3," + "0 " * 2303 + "x,Training", "no number"),
        ("3," + "0 " * 2303 + "256,Training", "outside 0 to 255"),
        ("3," + "0 " * 2304 + ",Holdout", "Usage 'Holdout' is none of"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(tmp_path: Path, line: str, said: str) -> None:
    source = write_csv(tmp_path / "fer2013.csv", fer2013_rows()[:3])
    source.write_text(source.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    out = tmp_path / "new" / "out.npz"
    result = emoflix_train("prepare", source, "--out", out)
    assert result.exit_code == 2
    assert f"{source}, line 5: " in result.output
    assert said in result.output
    assert result.output.count("\n") == 1
    assert not out.parent.exists()


def test_a_file_that_a_spreadsheet_saved_with_a_mark_at_its_start_is_read(
    tmp_path: Path, tiny: Path
) -> None:
    source = write_csv(tmp_path / "fer2013.csv", fer2013_rows())
    source.write_text(source.read_text(encoding="utf-8"), encoding="utf-8-sig")
    out = tmp_path / "out.npz"
    result = emoflix_train("prepare", source, "--out", out, "--validation", "0.2")
    assert result.exit_code == 0, result.output
    np.testing.assert_array_equal(prepared.load(out).images, prepared.load(tiny).images)


@pytest.mark.parametrize("faces", ["blank", "contradictory"])
def test_data_of_which_nothing_is_left_is_not_written(tmp_path: Path, faces: str) -> None:
    face = fer2013_rows()[0][1]
    rows = [
        (label, face if faces == "contradictory" else np.full_like(face, label), "Training")
        for label in range(len(LABELS))
    ]
    out = tmp_path / "new" / "out.npz"
    result = emoflix_train("prepare", write_csv(tmp_path / "faces.csv", rows), "--out", out)
    assert (result.exit_code, "nothing is left" in result.output) == (2, True)
    assert not out.parent.exists()


def test_a_place_where_nothing_can_be_written_is_named(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "fer2013.csv", fer2013_rows())
    out = source / "out.npz"
    result = emoflix_train("prepare", source, "--out", out)
    assert result.exit_code == 2
    assert f"{out}: cannot be written" in result.output.replace("\n", "")


def test_a_file_that_is_no_fer2013_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "films.csv"
    source.write_text("title,year\n", encoding="utf-8")
    result = emoflix_train("prepare", source, "--out", tmp_path / "out.npz")
    assert result.exit_code == 2
    assert "films.csv, line 1" in result.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"emotion,pixels,Usage\n", "no gzip file"),
        (gzip.compress(b"emotion,pixels,Usage\n" + GOOD_LINE * 9)[:-20], "cut off"),
        (gzip.compress(b"\x89PNG\xff\xfe\n"), "no CSV"),
        (gzip.compress(b'emotion,pixels,Usage\n3,"' + b"0 " * 99_999), "no CSV"),
    ],
    ids=["not packed", "cut off", "a packed picture", "a field without end"],
)
def test_a_damaged_or_foreign_file_is_one_line_of_news(
    tmp_path: Path, content: bytes, said: str
) -> None:
    source = tmp_path / "fer2013.csv.gz"
    source.write_bytes(content)
    limit = csv.field_size_limit(131_072)  # Python's own, which other tests may have raised
    try:
        result = emoflix_train("prepare", source, "--out", tmp_path / "out.npz")
    finally:
        csv.field_size_limit(limit)
    assert result.exit_code == 2, result.output
    assert f"{source}: " in result.output
    assert said in result.output
    assert result.output.count("\n") == 1


def test_a_vote_line_that_was_cut_off_is_named(tmp_path: Path) -> None:
    rows = fer2013_rows()
    source = write_csv(tmp_path / "fer2013.csv", rows)
    votes = write_votes(tmp_path / "votes.csv", [usage for _, _, usage in rows], happiness=9)
    lines = votes.read_text(encoding="utf-8").splitlines()
    lines[7] = lines[7][: len("Training,,0,9")]
    votes.write_text("\n".join(lines), encoding="utf-8")
    result = emoflix_train("prepare", source, "--votes", votes, "--out", tmp_path / "out.npz")
    assert result.exit_code == 2
    assert "votes.csv, line 8: fewer fields" in result.output


def test_a_vote_line_that_goes_on_is_named(tmp_path: Path) -> None:
    rows = fer2013_rows()
    source = write_csv(tmp_path / "fer2013.csv", rows)
    votes = write_votes(tmp_path / "votes.csv", [usage for _, _, usage in rows], happiness=9)
    lines = votes.read_text(encoding="utf-8").splitlines()
    lines[7] += ",3"
    votes.write_text("\n".join(lines), encoding="utf-8")
    result = emoflix_train("prepare", source, "--votes", votes, "--out", tmp_path / "out.npz")
    assert result.exit_code == 2
    assert "votes.csv, line 8: more fields" in result.output


@pytest.mark.parametrize("happiness", [-1, 256])
def test_a_vote_out_of_range_is_refused(tmp_path: Path, happiness: int) -> None:
    rows = fer2013_rows()
    source = write_csv(tmp_path / "fer2013.csv", rows)
    votes = write_votes(tmp_path / "votes.csv", [usage for _, _, usage in rows], happiness)
    result = emoflix_train("prepare", source, "--votes", votes, "--out", tmp_path / "out.npz")
    assert result.exit_code == 2
    assert "votes.csv, line 2: a vote" in result.output


@pytest.mark.parametrize("content", ["", "no archive"])
def test_data_that_was_not_prepared_is_refused(tmp_path: Path, recipe: Path, content: str) -> None:
    (tmp_path / "data.npz").write_text(content, encoding="utf-8")
    result = emoflix_train(
        "train", recipe, "--data", tmp_path / "data.npz", "--run", tmp_path / "r"
    )
    assert result.exit_code == 2
    assert "data.npz" in result.output
    assert "emoflix-train prepare" in result.output
    assert not (tmp_path / "r").exists()


def write_votes(path: Path, usages: list[str], happiness: int) -> Path:
    columns = ["Usage", "Image name", *VOTE_COLUMNS.values()]
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, columns, restval=0)
        writer.writeheader()
        writer.writerows({"Usage": usage, "happiness": happiness} for usage in usages)
    return path
