"""Single keys from a terminal, as soon as they are pressed."""

import os
import re
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

from emoflix_device.terminal.screen import Key

KEYS: Final[dict[bytes, Key | Literal["quit"]]] = {
    b"l": "like",
    b"d": "dislike",
    b"s": "seen",
    b"r": "recommend",
    b"q": "quit",
    b"\x04": "quit",  # Ctrl-D
    b"k": "up",
    b"j": "down",
    b"\x1b[A": "up",
    b"\x1b[B": "down",
    b"\x1bOA": "up",  # the same from a terminal in application mode
    b"\x1bOB": "down",
}


_TYPED: Final = re.compile(rb"\x1b[\[O][0-9;]*[@-~]?|.", re.DOTALL)
"""A control sequence (ECMA-48, 5.4) as a whole, or one byte."""


def read_keys(typed: bytes) -> list[Key | Literal["quit"]]:
    """The keys in what was typed; all others are passed over."""
    sequences: list[bytes] = _TYPED.findall(typed)
    return [KEYS[sequence] for sequence in sequences if sequence in KEYS]


@contextmanager
def keyboard() -> Iterator["Keyboard"]:
    """Let the terminal hand over each key at once and show none; as it was before, afterwards."""
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        yield Keyboard(terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


class Keyboard:
    """What is typed at a terminal."""

    def __init__(self, terminal: int) -> None:
        """Take the terminal's file descriptor."""
        self._terminal = terminal

    def wait(self, timeout_s: float) -> list[Key | Literal["quit"]]:
        """The keys pressed by now; where there are none, those of the next `timeout_s`."""
        ready, _, _ = select.select([self._terminal], [], [], timeout_s)
        if not ready:
            return []
        typed = os.read(self._terminal, 64)
        return read_keys(typed) if typed else ["quit"]
