"""`emoflix analyze` as a person starts it, on real and on broken files."""

import csv
import json
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.cli import main
from emoflix_device.vision.card import BUNDLED_MODEL

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def analyze(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Exit code, output and error output of `emoflix analyze` with these arguments."""

    def run(*arguments: Path | str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["emoflix", "analyze", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as done:
            main()
        printed = capsys.readouterr()
        return int(done.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture
def model(model_with_card: Callable[..., Path]) -> tuple[str, Path]:
    """The options that choose a small model: what it answers means nothing, but it is quick."""
    return "--model", model_with_card()


@pytest.fixture
def yunet(yunet_file: Path) -> tuple[str, Path]:
    return "--yunet", yunet_file


@pytest.fixture
def portrait(crying_then_smiling: list[Any], tmp_path: Path) -> Path:
    file = tmp_path / "portrait.png"
    assert cv2.imwrite(str(file), crying_then_smiling[-1])
    return file


def test_a_picture_gives_a_row_for_each_face(
    analyze: Run, model: Any, yunet: Any, portrait: Path
) -> None:
    code, out, err = analyze(portrait, *model, *yunet)
    assert code == 0
    assert err == ""
    assert "portrait.png: 640 x 360, light:" in out
    assert out.count("%") == 7
    assert max(map(len, out.splitlines())) <= 80


def test_a_picture_as_json(analyze: Run, model: Any, yunet: Any, portrait: Path) -> None:
    code, out, _ = analyze(portrait, *model, *yunet, "--json")
    report = json.loads(out)
    assert code == 0
    assert (report["kind"], report["width_px"], report["height_px"]) == ("picture", 640, 360)
    (face,) = report["faces"]
    assert list(face["probabilities"]) == list(EXPRESSIONS)
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert face["expression"] == max(face["probabilities"], key=face["probabilities"].get)
    assert face["score"] > 0.6


def test_a_picture_without_a_face_says_so(
    analyze: Run, model: Any, write_picture: Callable[..., Path]
) -> None:
    code, out, _ = analyze(write_picture("wall.jpg"), *model)
    assert code == 0
    assert "No face was found." in out


def test_a_picture_is_known_by_its_content_as_well(
    analyze: Run, model: Any, write_picture: Callable[..., Path], tmp_path: Path
) -> None:
    picture = write_picture("wall.png").rename(tmp_path / "wall.upload")
    code, out, _ = analyze(picture, *model, "--json")
    assert code == 0
    assert json.loads(out)["kind"] == "picture"


def test_an_annotated_picture_keeps_its_size_and_shows_the_box(
    analyze: Run, model: Any, yunet: Any, portrait: Path, tmp_path: Path
) -> None:
    code, _, err = analyze(portrait, *model, *yunet, "--annotate", tmp_path / "out.png")
    assert code == 0
    assert f"{tmp_path / 'out.png'} written" in err
    before, after = cv2.imread(str(portrait)), cv2.imread(str(tmp_path / "out.png"))
    assert after.shape == before.shape
    assert 0.01 < (before != after).any(axis=2).mean() < 0.3


def test_a_video_gives_shares_and_a_timeline(
    analyze: Run, model: Any, write_video: Callable[..., Path]
) -> None:
    video = write_video(frames=30, frames_per_s=10)
    code, out, _ = analyze(video, *model)
    assert code == 0
    assert "video.avi: 3.0 s, 30 frames of 64 x 48 at 10 a second" in out.replace("\n", " ")
    code, out, _ = analyze(video, *model, "--json")
    report = json.loads(out)
    assert report["looks"] == 30
    assert report["looks_with_faces"] == 0
    assert report["shares"] == {"nobody": 1.0}
    assert report["timeline"] == [{"start_s": 0.0, "end_s": 3.0, "mood": "nobody"}]


def test_an_annotated_video_has_as_many_frames_at_the_same_rate(
    analyze: Run, model: Any, yunet: Any, shared: Path, tmp_path: Path
) -> None:
    video = shared / "data" / "video" / "neutral_to_smile.mp4"
    code, _, _ = analyze(video, *model, *yunet, "--annotate", tmp_path / "out.mp4")
    assert code == 0
    written = cv2.VideoCapture(str(tmp_path / "out.mp4"))
    assert written.get(cv2.CAP_PROP_FRAME_COUNT) == 72
    assert written.get(cv2.CAP_PROP_FPS) == 30
    assert (written.get(3), written.get(4)) == (640, 360)
    assert [file.name for file in tmp_path.glob("*out*")] == ["out.mp4"]


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def test_a_video_gives_a_row_for_each_look_and_a_timeline(
    analyze: Run, model: Any, yunet: Any, shared: Path, tmp_path: Path
) -> None:
    video = shared / "data" / "video" / "neutral_to_smile.mp4"
    table, timeline = tmp_path / "looks.csv", tmp_path / "timeline.png"
    code, out, err = analyze(
        video, *model, *yunet, "--json", "--csv", table, "--timeline", timeline
    )
    report, looks = json.loads(out), rows(table)
    assert code == 0
    assert len(looks) == report["looks"]
    assert {look["people"] for look in looks} == {"1"}
    for look in looks:
        assert sum(float(look[name]) for name in EXPRESSIONS) == pytest.approx(1, abs=1e-3)
    picture = cv2.imread(str(timeline))
    assert picture.shape[1] > picture.shape[0] > 300
    assert picture.std() > 10
    assert f"{table} written\n{timeline} written" in err


def test_a_video_without_a_face_has_a_timeline_as_well(
    analyze: Run, model: Any, write_video: Callable[..., Path], tmp_path: Path
) -> None:
    code, _, _ = analyze(write_video("$a.avi"), *model, "--timeline", tmp_path / "t.png")
    assert code == 0
    assert cv2.imread(str(tmp_path / "t.png")) is not None


def test_a_picture_gives_a_row_for_each_face_as_csv(
    analyze: Run, model: Any, yunet: Any, portrait: Path, tmp_path: Path
) -> None:
    code, _, _ = analyze(portrait, *model, *yunet, "--csv", tmp_path / "faces.csv")
    (face,) = rows(tmp_path / "faces.csv")
    assert code == 0
    assert face["expression"] == max(EXPRESSIONS, key=lambda name: float(face[name]))
    assert 0 < float(face["quality"]) <= 1


def test_a_face_too_poor_to_be_read_is_unclear(
    analyze: Run, model: Any, yunet: Any, portrait: Path, tmp_path: Path
) -> None:
    dark = tmp_path / "dark.png"
    cv2.imwrite(str(dark), (cv2.imread(str(portrait)) * 0.04).astype(np.uint8))
    code, out, _ = analyze(dark, *model, *yunet, "--json")
    assert code == 0
    assert [face["expression"] for face in json.loads(out)["faces"]] in ([], ["unclear"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--timeline", "t.png"], "is a picture, and has none"),
        (["--csv", "faces.txt"], "its name must end in .csv"),
        (["--csv", "nowhere/faces.csv"], "there is no folder"),
    ],
)
def test_a_table_or_timeline_that_cannot_be_is_refused_before_the_work(
    analyze: Run,
    model: Any,
    write_picture: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    options: list[str],
    message: str,
) -> None:
    picture = write_picture("wall.png")
    monkeypatch.chdir(tmp_path)
    code, out, err = analyze(picture, *model, *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_a_timeline_without_matplotlib_is_refused_with_the_way_out(
    analyze: Run,
    model: Any,
    write_video: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, _, err = analyze(write_video(), *model, "--timeline", tmp_path / "t.png")
    assert code == 2
    assert "pip install 'emoflix[plot]'" in err


def test_the_sad_part_and_the_happy_part_are_seen(analyze: Run, yunet: Any, shared: Path) -> None:
    if not BUNDLED_MODEL.is_file():
        pytest.skip("no model is bundled yet")
    video = shared / "data" / "video" / "crying_then_smiling.mp4"
    code, out, _ = analyze(video, *yunet, "--json")
    assert code == 0
    report = json.loads(out)
    assert report["looks_with_faces"] > 0.95 * report["looks"]
    assert 0.1 < report["motion"] < 0.6  # a face that fills the picture and is never still
    # She cries for the first nine seconds and smiles from the tenth on.
    assert mood_share(report, "sad", 0.0, 9.5) > 0.4
    assert mood_share(report, "happy", 0.0, 9.5) == 0
    assert mood_share(report, "happy", 11.5, 19.5) > 0.9


def mood_share(report: Any, mood: str, start_s: float, end_s: float) -> float:
    """How much of a part of the video has this mood."""
    seen_s = sum(
        max(0.0, min(part["end_s"], end_s) - max(part["start_s"], start_s))
        for part in report["timeline"]
        if part["mood"] == mood
    )
    return seen_s / (end_s - start_s)


def bomb() -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
        + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
        + bytes(100)
        + b"IEND\xae\x42\x60\x82"
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("nowhere.mp4", None, "cannot be read (No such file or directory)"),
        ("nowhere.png", None, "cannot be read (No such file or directory)"),
        ("text.mp4", b"only text\n" * 100, "not a video that can be read"),
        ("text.jpg", b"only text\n" * 100, "not a picture that can be read"),
        ("empty.mp4", b"", "the file is empty"),
        ("empty.png", b"", "the file is empty"),
        ("bomb.png", bomb(), "30000 x 30000 pixels are too many"),
        ("cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", "the picture is cut off"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_and_exit_2(
    analyze: Run, model: Any, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    code, out, err = analyze(tmp_path / name, *model, "--annotate", tmp_path / f"out{name[-4:]}")
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert f"{name}: {message}" in err
    assert not list(tmp_path.glob("*out*"))


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("nowhere/out.avi", "there is no folder"),
        ("video.avi", "is the file to be read; choose another name"),
        ("link.avi", "is the file to be read; choose another name"),
        ("folder.avi", "is a folder"),
        ("out.png", "its name must end in .avi, .mkv, .mov, .mp4"),
        ("out", "its name must end in .avi, .mkv, .mov, .mp4"),
    ],
)
def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    analyze: Run,
    model: Any,
    write_video: Callable[..., Path],
    tmp_path: Path,
    output: str,
    message: str,
) -> None:
    video = write_video("video.avi")
    before = video.read_bytes()
    (tmp_path / "link.avi").symlink_to(video)
    (tmp_path / "folder.avi").mkdir()
    code, _, err = analyze(video, *model, "--annotate", tmp_path / output)
    assert code == 2
    assert message in err
    assert video.read_bytes() == before


def test_a_folder_that_takes_no_file_is_told_before_the_work(
    analyze: Run, write_video: Callable[..., Path]
) -> None:
    code, _, err = analyze(write_video(), "--model", "none.tflite", "--csv", "/proc/looks.csv")
    assert (code, err.count("\n")) == (2, 1)
    assert "/proc/looks.csv: cannot be written (" in err


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".avi"])
def test_an_annotated_video_that_the_disk_has_no_room_for_is_told(
    analyze: Run, model: Any, write_video: Callable[..., Path], tmp_path: Path, suffix: str
) -> None:
    video, out = write_video(frames=60), tmp_path / f"out{suffix}"
    assert analyze(video, *model, "--annotate", out)[0] == 0
    room_bytes = out.stat().st_size * 3 // 4
    out.unlink()
    with files_of_at_most(room_bytes):
        code, _, err = analyze(video, *model, "--annotate", out)
    assert (code, err) == (
        2,
        f"emoflix: {out}: not all of it could be written: is the disk full?\n",
    )
    assert not [*tmp_path.glob("*out*")]


def test_an_annotated_picture_that_the_disk_has_no_room_for_is_told(
    analyze: Run, model: Any, tmp_path: Path
) -> None:
    picture, out = tmp_path / "grey.png", tmp_path / "out.png"
    cv2.imwrite(str(picture), np.random.default_rng(1).integers(0, 255, (90, 90), np.uint8))
    with files_of_at_most(2000):
        code, _, err = analyze(picture, *model, "--annotate", out)
    assert (code, err) == (2, f"emoflix: {out}: cannot be written (File too large)\n")
    assert not [*tmp_path.glob("*out*")]


@contextmanager
def files_of_at_most(room_bytes: int) -> Iterator[None]:
    """As on a disk that is full from there on."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_older_output_stays_where_the_input_breaks(
    analyze: Run, model: Any, tmp_path: Path
) -> None:
    (tmp_path / "out.jpg").write_bytes(b"older")
    (tmp_path / "broken.jpg").write_bytes(b"broken")
    code, _, _ = analyze(tmp_path / "broken.jpg", *model, "--annotate", tmp_path / "out.jpg")
    assert code == 2
    assert (tmp_path / "out.jpg").read_bytes() == b"older"


@pytest.mark.parametrize("option", ["--model", "--yunet"])
def test_a_model_that_is_not_there_is_named(
    analyze: Run, model: Any, write_picture: Callable[..., Path], tmp_path: Path, option: str
) -> None:
    code, _, err = analyze(write_picture("a.png"), *model, option, tmp_path / "nowhere.bin")
    assert code == 2
    assert f"{tmp_path / 'nowhere.bin'}: " in err


def test_grey_pictures_and_those_with_alpha_are_read(
    analyze: Run, model: Any, tmp_path: Path
) -> None:
    for shape in [(48, 64), (48, 64, 4)]:
        cv2.imwrite(str(tmp_path / "a.png"), np.full(shape, 90, np.uint8))
        code, _, _ = analyze(tmp_path / "a.png", *model)
        assert code == 0
