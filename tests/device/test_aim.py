"""`emoflix aim` on a terminal, with the bundled clip for a camera; and what it advises."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from emoflix_device.aim import advice, distance_m
from emoflix_device.camera.source import bundled_clip
from emoflix_device.config import CameraSettings
from emoflix_device.vision.faces import Face
from emoflix_device.vision.look import Observation, ReadFace
from tests.device.terminal.test_live import Terminal
from tests.end_to_end.emoflix import PROGRAM
from tests.mosquitto import GUARD_S

LENS = CameraSettings(lens_deg=66)
FRAME_PX = (720, 1280)


def seen(*faces: tuple[Face, float], brightness: float = 118.0) -> Observation:
    even = np.full(7, 1 / 7, np.float32)
    read = tuple(ReadFace(face, even, even, quality) for face, quality in faces)
    return Observation(0.0, read, brightness, 1.0, 1.0)


def test_a_face_that_is_seen_well_is_told_with_its_distance() -> None:
    (line,) = advice(seen((Face(600, 300, 53, 60), 0.95)), FRAME_PX, LENS)
    assert line == "A face at about 3.0 m, 53 px wide: good."


@pytest.mark.parametrize(
    ("observation", "says"),
    [
        (seen(), "No face is found"),
        (seen(brightness=5.0), "Too dark"),
        (seen((Face(600, 300, 20, 24), 0.0)), "too far, too blurred or turned away"),
        (seen((Face(600, 300, 30, 36), 0.5)), "read with doubt"),
        (seen((Face(1250, 300, 60, 70), 0.9)), "cut off at the edge: turn the camera"),
        (seen((Face(-4, 300, 60, 70), 0.9)), "cut off at the edge"),
    ],
)
def test_what_is_wrong_is_said_in_words(observation: Observation, says: str) -> None:
    assert says in " ".join(advice(observation, FRAME_PX, LENS))


def test_the_distance_follows_the_lens_also_where_the_camera_stands_upright() -> None:
    lying = distance_m(53, (720, 1280), LENS)
    upright = distance_m(53, (1280, 720), CameraSettings(lens_deg=66, rotation_deg=90))
    assert lying == pytest.approx(upright) == pytest.approx(3.0, abs=0.1)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "emoflix.yaml"
    file.write_text(
        f"camera: {{source: '{bundled_clip()}', loop: true}}\nstate_dir: state\n", encoding="utf-8"
    )
    return file


@pytest.fixture
def terminal(config: Path) -> Iterator[Terminal]:
    terminal = Terminal(PROGRAM, "aim", "--config", str(config))
    yield terminal
    terminal.close()


def test_the_picture_and_the_advice_are_shown_and_nothing_is_kept(
    terminal: Terminal, config: Path
) -> None:
    terminal.shows("Shown here alone, kept nowhere")
    terminal.shows("▀▀▀▀")
    terminal.shows("px wide: good")
    terminal.press(b"q")
    assert terminal.process.wait(GUARD_S) == 0
    assert terminal.mode == terminal.before
    assert [file.name for file in config.parent.iterdir()] == [config.name]


def test_a_camera_that_is_not_there_is_told_in_its_place(config: Path) -> None:
    config.write_text("camera: {source: /dev/video99}\n", encoding="utf-8")
    terminal = Terminal(PROGRAM, "aim", "--config", str(config))
    try:
        terminal.shows("/dev/video99")
        terminal.press(b"q")
        assert terminal.process.wait(GUARD_S) == 0
    finally:
        terminal.close()


def test_it_ends_by_itself(config: Path) -> None:
    terminal = Terminal(PROGRAM, "aim", "--config", str(config), "--seconds", "2")
    try:
        assert terminal.process.wait(GUARD_S) == 0
    finally:
        terminal.close()


def test_no_picture_goes_into_a_file_or_a_pipe(config: Path) -> None:
    piped = subprocess.run(
        [PROGRAM, "aim", "--config", config], capture_output=True, text=True, check=False
    )
    assert piped.returncode == 2
    assert piped.stdout == ""
    assert piped.stderr.startswith("emoflix: aim: shows the camera's picture on a terminal alone")
