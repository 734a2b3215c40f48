"""The beat of a source that has no clock of its own."""

import time
from collections.abc import Callable


class Pace:
    """Waits for deadlines a period apart; after a late one the next are moved, not bunched."""

    def __init__(
        self,
        period_s: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.period_s = period_s
        self._clock = clock
        self._sleep = sleep
        self._due_s = clock()

    def wait(self) -> None:
        """Return at the next deadline, at once if it has passed."""
        early_s = self._due_s - self._clock()
        if early_s > 0:
            self._sleep(early_s)
            self._due_s += self.period_s
        else:
            self._due_s = self._clock() + self.period_s
