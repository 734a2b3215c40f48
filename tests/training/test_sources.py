"""Faces from folders of pictures, as other data sets and FER2013's folder form keep them."""

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emoflix_training import prepared
from emoflix_training.errors import DataError
from emoflix_training.folders import read_face, read_folder
from emoflix_training.labels import LABELS

from .conftest import emoflix_train, fer2013_rows

FOLDERS = {"Training": "train", "PublicTest": "test", "PrivateTest": "PrivateTest"}


def write_folders(root: Path) -> Path:
    """The tiny FER2013 as PNGs in `train/angry/0001.png` and so on."""
    for number, (label, picture, usage) in enumerate(fer2013_rows()):
        folder = root / FOLDERS[usage] / LABELS[label]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(folder / f"{number:04}.png")
    return root


def test_the_folder_form_gives_the_faces_of_the_csv(tmp_path: Path, tiny: Path) -> None:
    source = write_folders(tmp_path / "fer2013")
    out = tmp_path / "out.npz"
    result = emoflix_train("prepare", source, "--out", out, "--validation", "0.2")
    assert result.exit_code == 0, result.output
    again, before = prepared.load(out), prepared.load(tiny)
    for split in ("PublicTest", "PrivateTest"):
        wanted = {face.tobytes() for face in before.of(split).images}
        assert {face.tobytes() for face in again.of(split).images} == wanted
    assert len(again.of("train")) == len(before.of("train"))


def test_what_others_call_validation_is_not_learnt_from(tmp_path: Path) -> None:
    source = write_folders(tmp_path / "faces")
    (source / "test").rename(source / "validation")
    rows = read_folder(source)
    assert sorted(set(rows.usage)) == [0, 1, 2]
    shutil.copytree(source / "validation", source / "test")
    result = emoflix_train("prepare", source, "--out", tmp_path / "out.npz")
    assert (result.exit_code, "more than one folder for a split" in result.output) == (2, True)


def test_a_folder_of_faces_by_other_names_is_training_data(tmp_path: Path) -> None:
    for label, picture, usage in fer2013_rows():
        if usage == "Training":
            name = {"happy": "Happiness", "fear": "fearful"}.get(LABELS[label], str(label))
            folder = tmp_path / "mine" / name
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(folder / f"{len(list(folder.iterdir()))}.png")
    out = tmp_path / "mine.npz"
    result = emoflix_train("prepare", tmp_path / "mine", "--out", out, "--validation", "0.2")
    assert result.exit_code == 0, result.output
    learnt = prepared.load(out)
    assert np.bincount(learnt.labels, minlength=7).tolist() == [20] * 7


def test_a_picture_is_made_grey_square_and_small(tmp_path: Path) -> None:
    wide = np.zeros((100, 180, 3), np.uint8)
    wide[:, 40:140] = (10, 200, 10)
    Image.fromarray(wide).save(tmp_path / "wide.jpg", quality=95)
    face = read_face(tmp_path / "wide.jpg")
    assert face.shape == (48, 48)
    assert np.ptp(face[:, 4:-4]) <= 4
    assert abs(int(face[24, 24]) - 121) <= 3


def test_a_picture_taken_with_the_phone_on_its_side_is_turned_upright(tmp_path: Path) -> None:
    face = np.zeros((48, 48), np.uint8)
    face[:24] = 200
    lying = Image.fromarray(np.rot90(face))
    exif = lying.getexif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    lying.save(tmp_path / "phone.png", exif=exif)
    np.testing.assert_array_equal(read_face(tmp_path / "phone.png"), face)


@pytest.mark.parametrize("ending", [".png", ".tif"])
def test_a_picture_of_sixteen_bits_is_not_a_white_square(tmp_path: Path, ending: str) -> None:
    ramp = np.tile(np.linspace(10, 240, 48).astype(np.uint8), (48, 1))
    file = tmp_path / f"deep{ending}"
    Image.fromarray(ramp.astype(np.uint16) * 257).save(file)
    np.testing.assert_array_equal(read_face(file), ramp)


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_a_picture_without_a_known_white_is_refused(tmp_path: Path, kind: type) -> None:
    file = tmp_path / "measured.tif"
    Image.fromarray(np.eye(48, dtype=kind)).save(file)
    with pytest.raises(DataError, match=r"measured\.tif: .*8 or 16 bits"):
        read_face(file)


def test_a_broken_picture_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    source = write_folders(tmp_path / "faces")
    broken = next((source / "train" / "sad").iterdir())
    broken.write_bytes(broken.read_bytes()[:200])
    result = emoflix_train("prepare", source, "--out", tmp_path / "out.npz")
    assert result.exit_code == 2
    assert str(broken) in result.output.replace("\n", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["faces"]


@pytest.mark.parametrize(
    ("command", "ending"), [(("prepare", "faces"), ".npz"), (("export", "run"), ".tflite")]
)
def test_a_name_with_another_ending_is_refused_before_any_work(
    tmp_path: Path, command: tuple[str, ...], ending: str
) -> None:
    data = () if ending == ".npz" else ("--data", "faces.npz")
    result = emoflix_train(*command, *data, "--out", tmp_path / "faces.json")
    assert result.exit_code == 2
    assert f"faces.json: its name has to end in {ending}" in result.output


def test_an_unknown_class_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    source = write_folders(tmp_path / "faces")
    (source / "test" / "bored").mkdir()
    result = emoflix_train("prepare", source, "--out", tmp_path / "out.npz")
    assert result.exit_code == 2
    assert "bored" in result.output
    assert not (tmp_path / "out.npz").exists()


@pytest.mark.parametrize("path", ["nowhere", "empty"])
def test_a_folder_without_pictures_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    result = emoflix_train("evaluate", "any.tflite", "--folder", tmp_path / path)
    assert result.exit_code == 2
    assert path in result.output


def test_votes_belong_to_a_csv(tmp_path: Path) -> None:
    source = write_folders(tmp_path / "faces")
    votes = tmp_path / "votes.csv"
    votes.touch()
    result = emoflix_train("prepare", source, "--votes", votes, "--out", tmp_path / "out.npz")
    assert result.exit_code == 2
    assert "row for row" in result.output


def test_hidden_folders_and_other_files_are_passed_over(tmp_path: Path) -> None:
    source = write_folders(tmp_path / "faces") / "train"
    (source / ".cache").mkdir()
    (source / "sad" / "notes.txt").write_text("not a face")
    assert len(read_folder(source)) == 140


def test_pictures_a_folder_deeper_are_not_lost_without_a_word(tmp_path: Path) -> None:
    source = write_folders(tmp_path / "faces")
    deeper = source / "train" / "happy" / "first evening"
    (source / "train" / "happy").rename(tmp_path / "happy")
    deeper.parent.mkdir()
    (tmp_path / "happy").rename(deeper)
    result = emoflix_train("prepare", source, "--out", tmp_path / "out.npz")
    assert (result.exit_code, str(deeper) in result.output.replace("\n", "")) == (2, True)
    assert not (tmp_path / "out.npz").exists()


def test_a_folder_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_folders(tmp_path / "faces")
    closed, listed = source / "train" / "sad", Path.iterdir

    def iterdir(folder: Path) -> Iterator[Path]:
        """As for one who is not root: root may read everything."""
        if folder == closed:
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    with pytest.raises(DataError, match="sad: Permission denied"):
        read_folder(source)
