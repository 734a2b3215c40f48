"""What libraries in C++ write past Python."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def native_messages_hidden() -> Iterator[None]:
    """Keep what LiteRT's C++ writes to standard error off the screen.

    It announces its delegate there at every start, in the middle of whatever a command shows, and
    has no switch against it. What goes wrong comes as an exception all the same.
    """
    try:
        screen = os.dup(2)
    except OSError:  # standard error is closed
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(screen, 2)
        os.close(screen)
        os.close(nowhere)
