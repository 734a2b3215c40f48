"""However and whenever the service is told to end, it does, and says how."""

import datetime as dt
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from emoflix_device.household import HouseholdStore
from tests.end_to_end.emoflix import PATIENCE_S, START_S, Emoflix
from tests.mosquitto import GUARD_S, HOST, free_port, wait_until

INTERRUPTED: str = """
import signal
import threading

from emoflix_device import cli
from emoflix_device.daemon import Daemon

beat, wait = Daemon.beat, threading.Condition.wait
signal.signal(signal.{name}, signal.SIG_DFL)  # the tests may run where it is ignored, as by nohup


def wait_interrupted(self, timeout=None):
    if threading.current_thread() is threading.main_thread():
        signal.raise_signal(signal.{name})
    return wait(self, timeout)


def beat_and_go_on(self):
    beat(self)
    threading.Condition.wait = wait_interrupted


Daemon.beat = beat_and_go_on
cli.main()
"""
"""The service, to which the signal comes while the loop holds the lock of what it waits on."""

TAKEN_DOWN_SLOWLY: str = """
import sys
import time

from emoflix_device import cli


class Slow:
    def __del__(self, sleep=time.sleep):
        sleep(20)


sys.modules["slow"] = type(sys)("slow")
sys.modules["slow"].slow = Slow()
cli.main()
"""
"""The service, in a Python that takes longer to be taken down than a camera to be given up."""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_that_comes_while_the_loop_holds_a_lock_ends_it(tmp_path: Path, name: str) -> None:
    device = Emoflix(tmp_path, free_port())
    program = [sys.executable, "-c", INTERRUPTED.format(name=name)]
    ended = subprocess.run(
        [*program, "run", "--config", device.config],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=START_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()


def test_a_start_that_takes_long_is_given_up_when_told_to_end(tmp_path: Path) -> None:
    key = tmp_path / "household.key"
    os.mkfifo(key, 0o600)  # whoever reads it waits until somebody has written
    written: list[int] = []

    def is_read() -> bool:
        with suppress(OSError):
            written.append(os.open(key, os.O_WRONLY | os.O_NONBLOCK))
        return bool(written)

    with Emoflix(tmp_path, free_port(), household={"key_file": str(key)}) as device:
        wait_until(is_read, "the key is read", guard_s=START_S)
        code, took_s = device.stop()
    os.close(*written)
    assert code == 128 + signal.SIGTERM
    assert took_s < PATIENCE_S


def test_a_camera_that_answers_after_the_end_does_not_spoil_it(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as camera:  # it lets in, and says nothing
        camera.settimeout(START_S)
        address = f"rtsp://{HOST}:{camera.getsockname()[1]}/live"
        device = Emoflix(
            tmp_path, free_port(), household={"plain": True}, camera={"source": address}
        )
        device.state_dir.mkdir()
        with HouseholdStore(device.state_dir / "household.db") as household:
            household.give_consent(dt.datetime.now(dt.UTC))
        program = [sys.executable, "-c", TAKEN_DOWN_SLOWLY]
        with (
            subprocess.Popen([*program, "run", "--config", device.config]) as service,
            camera.accept()[0],
        ):
            service.terminate()
            assert service.wait(GUARD_S) == 0


def test_a_store_that_another_program_holds_is_tried_again(tmp_path: Path) -> None:
    device = Emoflix(tmp_path, free_port(), household={"plain": True})
    device.state_dir.mkdir()
    with closing(sqlite3.connect(device.state_dir / "household.db")) as other, device:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("PRAGMA user_version = 0")
        assert device.process is not None
        assert device.process.wait(START_S) == os.EX_TEMPFAIL
    assert "another program holds the file" in device.log


def test_a_store_that_fails_while_the_service_runs_is_tried_again(tmp_path: Path) -> None:
    device = Emoflix(tmp_path, free_port(), household={"plain": True})
    with device:
        wait_until(lambda: "nothing listens" in device.log, "it runs", guard_s=START_S)
        with closing(sqlite3.connect(device.state_dir / "household.db")) as other:
            other.execute("DROP TABLE selection")
        assert device.process is not None
        assert device.process.wait(START_S) == os.EX_TEMPFAIL
    assert device.log.splitlines()[-1].startswith("emoflix: ")
