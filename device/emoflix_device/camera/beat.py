"""Which of a source's frames are kept, where fewer are wanted than come."""

import math
from typing import Final

_WEIGHT_OF_NEWEST: Final = 0.1
"""In the time between two frames."""


class Beat:
    """Keeps the frame that comes closest to each beat.

    Counted from frame to frame instead, of 25 frames a second never 10 would be kept, and of ten
    that come a little early only five.

    Args:
        now_s: when the source was opened.
        apart_s: the time between its frames, as it states it; some cameras give others than are
            wanted, so it is measured as well.
    """

    def __init__(self, now_s: float, apart_s: float) -> None:
        self._came_s = now_s
        self._apart_s = apart_s
        self._beat_s = self._due_s = -math.inf

    def wants_next(self, period_s: float) -> bool:
        """Whether the next frame is to be kept, with beats so far apart from now on."""
        self._due_s = self._beat_s + period_s
        return self._came_s + self._apart_s >= self._due_s - self._apart_s / 2

    def came(self, now_s: float, *, kept: bool) -> None:
        """A frame has come."""
        gap_s = min(now_s - self._came_s, 2 * self._apart_s)  # a stall is no new frame rate
        self._apart_s += _WEIGHT_OF_NEWEST * (gap_s - self._apart_s)
        self._came_s = now_s
        if kept:
            # What comes late by more than a frame begins the beats anew: nothing is made up for.
            self._beat_s = self._due_s if abs(now_s - self._due_s) <= self._apart_s else now_s
