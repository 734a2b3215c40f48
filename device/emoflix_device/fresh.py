"""A fresh look: five seconds in which the person is guided, and the mood that they showed."""

import math
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoflix_device.clock import Clock
from emoflix_device.mood import Mood, MoodFilter
from emoflix_device.mqtt.messages import Guide, Hint
from emoflix_device.telling import Tell
from emoflix_device.vision.faces import Face
from emoflix_device.vision.look import Observation

LOOK_S: Final = 5.0
TOLD_AGAIN_S: Final = 1.0
"""A hint that stays the same is told so often, with the seconds that are left."""
NEAR_PX: Final = 48
"""A narrower face has fewer pixels than the network was trained on."""
STILL: Final = 0.8
"""A face that moves by so many of its own widths in a second is blurred."""


class FreshLook:
    """One look from its first second to its last. Pure: the time is an argument."""

    def __init__(self, mood_filter: MoodFilter, now_s: float) -> None:
        """Begin, with a filter that has seen nothing yet."""
        self._ends_s = now_s + LOOK_S
        self._filter = mood_filter
        self._seen: Observation | None = None
        self._hint: Hint | None = None
        self._told: Hint | None = None
        self._told_s = -math.inf
        self.mood: Mood = self._filter.update(np.zeros((0, 7), np.float32), now_s)
        """What was seen so far."""

    def over(self, now_s: float) -> bool:
        """Whether its time has passed."""
        return now_s >= self._ends_s

    def left_s(self, now_s: float) -> float:
        """How long it still takes."""
        return max(0.0, self._ends_s - now_s)

    def take_in(self, seen: Observation, probabilities: NDArray[np.floating[Any]]) -> None:
        """See one more frame.

        Args:
            seen: what it shows.
            probabilities: float[n, 7], of its faces.
        """
        self.mood = self._filter.update(probabilities, seen.taken_at_s, seen.weights)
        self._hint = hint(seen, self._seen)
        self._seen = seen

    def news(self, now_s: float) -> Hint | None:
        """What the person is to be told now: a hint that changed, or the old one a second later."""
        if self._hint is None:
            return None
        if self._hint == self._told and now_s - self._told_s < TOLD_AGAIN_S:
            return None
        self._told, self._told_s = self._hint, now_s
        return self._hint


def hint(seen: Observation, before: Observation | None) -> Hint:
    """What would make the largest face be read better; `good` where nothing would."""
    if seen.light == "dark":
        return "light"
    if not seen.faces or seen.faces[0].face.width_px < NEAR_PX:
        return "closer"
    if before is not None and before.faces:
        passed_s = max(seen.taken_at_s - before.taken_at_s, 1e-3)
        if _widths_apart(seen.faces[0].face, before.faces[0].face) / passed_s > STILL:
            return "still"
    return "good"


def _widths_apart(face: Face, before: Face) -> float:
    x_px = face.x_px + face.width_px / 2 - before.x_px - before.width_px / 2
    y_px = face.y_px + face.height_px / 2 - before.y_px - before.height_px / 2
    return math.hypot(x_px, y_px) / face.width_px


class Looking:
    """Holds the look that is under way, if there is one; belongs to the loop."""

    def __init__(
        self,
        *,
        new_filter: Callable[[], MoodFilter],
        read: Callable[[Observation], NDArray[np.float32]],
        hurry: Callable[[float], None],
        tell: Tell,
        clock: Clock,
    ) -> None:
        """Look at nothing yet.

        Args:
            new_filter: makes a mood of looks.
            read: the probabilities of a frame's faces.
            hurry: looks as often as can be for so many seconds.
            tell: for the hints.
            clock: the time.
        """
        self._new_filter = new_filter
        self._read = read
        self._hurry = hurry
        self._tell = tell
        self._clock = clock
        self._look: FreshLook | None = None
        self._outcome: Future[Mood] = Future()

    def begin(self) -> "Future[Mood]":
        """The mood of a look that begins now; of the one under way, where there is one."""
        if self._look is None:
            self._look = FreshLook(self._new_filter(), self._clock.steady_s())
            self._outcome = Future()
            self._hurry(LOOK_S)
        return self._outcome

    def follow(self, seen: Observation | None) -> None:
        """Go on with what the loop saw on this turn."""
        if (look := self._look) is None:
            return
        now_s = self._clock.steady_s()
        if seen is not None:
            look.take_in(seen, self._read(seen))
        if (news := look.news(now_s)) is not None:
            left_s = round(look.left_s(now_s), 1)
            self._tell("event", Guide(at=self._clock.wall(), hint=news, left_s=left_s))
        if look.over(now_s):
            self._look = None
            self._outcome.set_result(look.mood)
