"""`emoflix watch` on a terminal, before a real broker and the real device."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.emoflix import BASE, DEVICE, PROGRAM, Emoflix, ask, give_consent
from tests.mosquitto import GUARD_S, HOST, Ear, Mosquitto, wait_until

ROWS, COLUMNS = 30, 100
ON_TERMINAL = "import os, sys; os.login_tty(int(sys.argv[1])); os.execv(sys.argv[2], sys.argv[2:])"
"""Makes it the controlling terminal, so that Ctrl-C and hanging up reach the program."""
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[@-~]")


class Terminal:
    """A pseudo-terminal with a program on it, as sshd gives one."""

    def __init__(self, *command: str | Path) -> None:
        self._ours, self._theirs = pty.openpty()
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.before = self.mode
        self._written = bytearray()
        self.process = subprocess.Popen(
            [sys.executable, "-c", ON_TERMINAL, str(self._theirs), *command],
            pass_fds=[self._theirs],
            env={**os.environ, "TERM": "xterm-256color"},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def mode(self) -> list[Any]:
        """How it treats what is typed."""
        return termios.tcgetattr(self._theirs)

    def shows(self, words: str) -> None:
        """Wait until it has shown these words since the last key."""

        def shown() -> bool:
            return words in ESCAPES.sub("", self._written.decode("utf-8", "replace"))

        wait_until(shown, f"{words!r} on the terminal: {self._written[-2000:]!r}")

    def press(self, key: bytes) -> None:
        """As a finger does."""
        self._written.clear()
        os.write(self._ours, key)

    def close(self) -> None:
        """Hang up."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(GUARD_S)
        os.close(self._theirs)
        self._reader.join(GUARD_S)
        os.close(self._ours)

    def _read(self) -> None:
        while True:
            try:
                self._written += os.read(self._ours, 4096)
            except OSError:  # the other end is closed
                return


@pytest.fixture
def ear(mosquitto: Mosquitto) -> Iterator[Ear]:
    with Ear(mosquitto.port, "emoflix/#") as ear:
        yield ear


@pytest.fixture
def emoflix(mosquitto: Mosquitto, ear: Ear, tmp_path: Path) -> Iterator[Emoflix]:
    with Emoflix(tmp_path, mosquitto.port) as device:
        ear.wait_for(f"{BASE}/availability", b"online", guard_s=3 * GUARD_S)
        yield device


@pytest.fixture
def terminal(mosquitto: Mosquitto) -> Iterator[Terminal]:
    terminal = Terminal(PROGRAM, "watch", "--host", HOST, "--port", str(mosquitto.port))
    yield terminal
    terminal.close()


def test_a_film_is_answered_by_a_key_and_the_terminal_left_as_it_was(
    emoflix: Emoflix, ear: Ear, terminal: Terminal
) -> None:
    give_consent(ear)
    terminal.shows(f"emoflix {DEVICE}")
    terminal.shows("looks ")
    terminal.shows("> 1")
    terminal.press(b"\x1b[B")
    terminal.shows("> 2")
    terminal.press(b"l")
    terminal.shows("noted: ")
    terminal.shows(", liked")
    (said,) = ask(ear, "history", {})["ok"]["entries"]
    assert said["kind"] == "like"
    terminal.press(b"r")
    terminal.shows("here they are")
    terminal.press(b"q")
    assert terminal.process.wait(GUARD_S) == 0
    assert terminal.mode == terminal.before
    assert emoflix.runs


def test_ctrl_c_ends_it_cleanly_while_the_device_is_away(terminal: Terminal) -> None:
    terminal.shows("waiting for the device")
    terminal.press(b"\x03")
    assert terminal.process.wait(GUARD_S) == 0
    assert terminal.mode == terminal.before
