"""How often to look: as often as wanted while somebody is there, and never beyond the budget."""

import math
from typing import Final

EMPTY_S: Final = 30.0
"""So long without a face, and the room is looked at ..."""
IDLE_S: Final = 1.0
"""... once in so many seconds. A face changes that at the next look."""

_WEIGHT_OF_NEWEST: Final = 0.1
_WARM_UP_LOOKS: Final = 3
"""The first looks also pay for what is set up once."""
_LONGEST_APART_S: Final = 2 * IDLE_S
"""What was spent in a longer gap, with the camera off or lost, was not spent on looks."""


class Rate:
    """The time between two looks, from who was seen and what a look has cost.

    Args:
        most_per_s: looks a second, where the budget allows it.
        cpu_percent: of one core, that the whole program may take; it is kept by looking less
            often, down to once in `IDLE_S`.
    """

    def __init__(self, *, most_per_s: float, cpu_percent: float) -> None:
        self._shortest_s = 1 / most_per_s
        self._share = cpu_percent / 100
        self._looks = 0
        self._spent_s = 0.0
        self._cost_s: float | None = None
        self._seen_s: float | None = None
        self._looked_s = -math.inf
        self._hurried_until_s = -math.inf

    def hurry(self, now_s: float, for_s: float) -> float:
        """Look as often as wanted for a while, though nobody is there or the budget is spent.

        Somebody asked for it and waits. Returns the seconds until the next look, from now on.
        """
        self._hurried_until_s = now_s + for_s
        return self._shortest_s

    def looked(self, now_s: float, *, people: int, spent_s: float) -> float:
        """Take a look into account; the seconds until the next.

        Args:
            now_s: when it was, on a clock that does not run backwards.
            people: how many were seen.
            spent_s: processor seconds that the program has used since its start.
        """
        self._count(spent_s, now_s - self._looked_s)
        self._looked_s = now_s
        if people or self._seen_s is None:
            self._seen_s = now_s
        if now_s < self._hurried_until_s:
            return self._shortest_s
        idle = now_s - self._seen_s >= EMPTY_S
        wanted_s = max(IDLE_S, self._shortest_s) if idle else self._shortest_s
        affordable_s = 0.0 if self._cost_s is None else min(self._cost_s / self._share, IDLE_S)
        return max(wanted_s, affordable_s)

    def _count(self, spent_s: float, apart_s: float) -> None:
        # What the program does beside looking is shared out among the looks: the budget is for all.
        cost_s, self._spent_s = spent_s - self._spent_s, spent_s
        self._looks += 1
        if self._looks <= _WARM_UP_LOOKS or apart_s > _LONGEST_APART_S:
            return
        if self._cost_s is None:
            self._cost_s = cost_s
        self._cost_s += _WEIGHT_OF_NEWEST * (cost_s - self._cost_s)
