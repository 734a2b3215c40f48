"""The README's first command, from the broker to the last line."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import cv2
import numpy as np

from emoflix_device.terminal.words import LOOKS
from tests.end_to_end.emoflix import PROGRAM, environment
from tests.mosquitto import GUARD_S, wait_until

SCRIPT = [LOOKS[expression][0] for expression in ("neutral", "happy", "sad", "surprise")]


def test_the_demo_shows_the_moods_of_the_clip_and_slates_with_reasons_and_ends_by_itself() -> None:
    ended = subprocess.run(
        [PROGRAM, "demo", "--seconds", "30"],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env=environment(),
    )
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    told = iter(lines)
    assert all(any(looks in line for line in told) for looks in SCRIPT)
    slates = [number for number, line in enumerate(lines) if "films for tonight" in line]
    assert len(slates) >= 3
    reasons = [line for line in lines if "a room that looks" in line]
    assert len(reasons) >= 5


@contextmanager
def a_demo(source: Path | str) -> Iterator[Popen[str]]:
    """Prints its lines; Ctrl-C is to end it cleanly."""
    with Popen(
        [PROGRAM, "demo", "--source", source],
        stdout=PIPE,
        stderr=PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    ) as demo:
        assert demo.stderr is not None
        try:
            yield demo
            os.killpg(demo.pid, signal.SIGINT)
            assert demo.wait(GUARD_S) == 0
            assert "Traceback" not in demo.stderr.read()
        finally:
            if demo.poll() is None:
                os.killpg(demo.pid, signal.SIGKILL)


def test_ctrl_c_ends_the_demo_cleanly(tmp_path: Path) -> None:
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((240, 320), 120, np.uint8))
    with a_demo(tmp_path) as demo:
        assert says(demo, "the camera is on")


def test_a_source_that_is_not_there_is_named_where_it_was_looked_for() -> None:
    with a_demo("nowhere.mp4") as demo:
        assert says(demo, f"{Path.cwd()}/nowhere.mp4: cannot be read")


def test_the_password_in_an_address_is_not_shown() -> None:
    with a_demo("rtsp://me:secret@127.0.0.1:9/live") as demo:
        assert says(demo, "Pictures from: rtsp://127.0.0.1:9/live.")
        assert says(demo, "the camera is lost: rtsp://127.0.0.1:9/live: no video there")


def test_ctrl_c_reaches_the_demo_alone_which_lets_the_others_end_in_their_order() -> None:
    with a_demo("clip") as demo:
        assert says(demo, "the camera is on")
        children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text("ascii").split()
        assert len(children) == 2
        assert demo.pid not in map(os.getpgid, map(int, children))


def test_a_demo_that_is_killed_leaves_no_camera_on(tmp_path: Path) -> None:
    # What it has no time to remove is to lie where the tests' own things do.
    here = environment() | {"TMPDIR": str(tmp_path)}
    with Popen([PROGRAM, "demo"], stdout=PIPE, text=True, env=here) as demo:
        assert says(demo, "the camera is on")
        children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text("ascii").split()
        demo.kill()
    for child in map(int, children):
        wait_until(lambda child=child: not is_running(child), "the end of what it started")


def is_running(process: int) -> bool:
    """Whether there is such a process; one that nobody has buried is none."""
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text("ascii")
    except OSError:
        return False


def test_a_source_that_is_not_there_is_told() -> None:
    with a_demo("/dev/video99") as demo:
        assert says(demo, "the camera is lost")


def says(demo: Popen[str], part: str) -> bool:
    """Wait until it prints a line with this in it."""
    assert demo.stdout is not None
    return any(part in line for line in demo.stdout)
