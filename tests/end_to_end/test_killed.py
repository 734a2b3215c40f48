"""Acknowledged means kept, whenever the plug is pulled; and a disk that is full loses nothing."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from emoflix_device.config import HouseholdSettings
from emoflix_device.household import open_household
from tests.end_to_end.emoflix import BASE, Emoflix, ask, wait_online
from tests.mosquitto import Ear, Mosquitto, wait_until

FEEDBACK = 200
FILM = "drishyam-2013"
REPLY = f"{BASE}/client/guest/reply/feedback"


def acknowledged(ear: Ear) -> set[str]:
    """The ids of the requests that were answered with `ok`."""
    replies = [json.loads(m.payload) for m in list(ear.messages) if m.topic == REPLY]
    return {reply["request"] for reply in replies if "ok" in reply}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_acknowledged_feedback_is_missing_after_a_kill(
    mosquitto: Mosquitto, ear: Ear, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    killed_after = chance.randrange(20, FEEDBACK)
    device = Emoflix(tmp_path, mosquitto.port)
    with device:
        wait_online(ear)
        killer = threading.Timer(chance.uniform(0, 0.02), os.kill, (device.pid, signal.SIGKILL))
        for number in range(FEEDBACK):
            said = {"film": FILM, "kind": "like", "request": str(number)}
            ear.say(f"{BASE}/client/guest/command/feedback", json.dumps(said))
            if number == killed_after:
                wait_until(lambda: len(acknowledged(ear)) > 10, "some that are acknowledged")
                killer.start()
        killer.join()
        wait_until(lambda: not device.runs, "the end of it")
    known = acknowledged(ear)
    assert known
    with open_household(HouseholdSettings(), device.state_dir) as store:
        kept = {answer.request for answer in store.answers.of("household")}
        assert known <= kept
        assert len(store.history.of("household")) == len(kept)  # one for each, none twice
    with device:
        ear.forget()
        wait_online(ear)
        again = min(known)
        first = ask(ear, "feedback", {"film": FILM, "kind": "like", "request": again})
        assert first["request"] == again
    with open_household(HouseholdSettings(), device.state_dir) as store:
        assert len(store.history.of("household")) == len(kept)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of ten megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", str(folder)]
    if (
        not shutil.which("mount")
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("a small disk cannot be mounted: that needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(file: Path) -> None:
    """Write until there is no room."""
    with file.open("wb", buffering=0) as filling, contextlib.suppress(OSError):
        while filling.write(bytes(4096)):
            pass


def test_a_full_disk_is_told_and_the_device_goes_on(
    mosquitto: Mosquitto, ear: Ear, small_disk: Path
) -> None:
    with Emoflix(small_disk, mosquitto.port) as device:
        wait_online(ear)
        assert "ok" in ask(ear, "feedback", {"film": FILM, "kind": "like"})
        ballast = small_disk / "ballast"
        fill(ballast)
        review = {"film": FILM, "kind": "review", "review": "x" * 9000}
        error = {}
        for _ in range(20):  # until the pages that the journal has are full as well
            error = ask(ear, "feedback", review).get("error", {})
            if error:
                break
        assert "the disk is full: make room" in error["message"]
        assert ask(ear, "recommend", {"count": 2})["ok"]["films"]
        ballast.unlink()
        assert "ok" in ask(ear, "feedback", {"film": FILM, "kind": "dislike"})
        assert device.runs


def test_a_flood_is_refused_and_the_device_goes_on(emoflix: Emoflix, ear: Ear) -> None:
    for number in range(10_000):
        said = json.dumps({"request": str(number)})
        ear._client.publish(f"{BASE}/client/flood/command/preferences", said, 0)
    last = f"{BASE}/client/flood/reply/preferences"
    ear.wait(lambda m: m.topic == last and b"too many" in m.payload, "a refusal", guard_s=60)
    assert ask(ear, "recommend", {"count": 1})["ok"]["films"]
    assert emoflix.runs
