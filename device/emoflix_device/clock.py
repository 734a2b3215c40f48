"""Two clocks kept apart: a steady one that orders things, and the wall's, which may jump."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass


def _local_time() -> dt.datetime:
    return dt.datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class Clock:
    """The time as an argument, so that a test can replay an hour in a second."""

    steady_s: Callable[[], float] = time.monotonic
    """Seconds that never run backwards; their zero means nothing."""
    wall: Callable[[], dt.datetime] = _local_time
    """Local time with its zone."""

    def wall_at(self, steady_s: float) -> dt.datetime:
        """The wall's time of a moment on the steady clock, by what the wall shows now.

        A board without a battery starts in 1970 and jumps when it finds a time server; what
        began before the jump is still told rightly after it.
        """
        return self.wall() - dt.timedelta(seconds=self.steady_s() - steady_s)
