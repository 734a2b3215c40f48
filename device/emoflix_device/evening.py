"""The life cycle of an answer: when the room is to get a slate, and when it is left alone."""

import math
from typing import Final, Literal

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.mood import Announced, Mood

State = Literal["waiting", "choosing"]
Occasion = Literal["arrival", "mood"]

SETTLING_S: Final = 3.0
"""People who arrive get a slate at their first clear mood, or after so long without one."""


class Evening:
    """Waiting until somebody arrives or asks; choosing while a slate is shown."""

    def __init__(self, *, settled_mood_s: float, absence_s: float) -> None:
        """Start waiting.

        Args:
            settled_mood_s: a mood other than the slate's renews it once it has held so long.
            absence_s: whoever comes after the room was empty so long has arrived.
        """
        self._settled_mood_s = settled_mood_s
        self._absence_s = absence_s
        self._state: State = "waiting"
        self._slate_mood: Announced | None = None
        self._arriving_since_s: float | None = None
        self._seen_s = -math.inf
        self._slate_s = -math.inf

    @property
    def state(self) -> State:
        """Where the evening stands."""
        return self._state

    def occasion(self, mood: Mood, now_s: float) -> Occasion | None:
        """Why the room is to get a slate now, if it is."""
        absent = now_s - self._seen_s >= self._absence_s
        if mood.people == 0:
            if absent:
                self._arriving_since_s = None
                if now_s - self._slate_s >= self._absence_s:
                    self._state = "waiting"
            return None
        self._seen_s = now_s
        if absent:
            self._arriving_since_s = now_s
        clear = mood.announced in EXPRESSIONS
        if self._arriving_since_s is not None:
            settled = clear or now_s - self._arriving_since_s >= SETTLING_S
            return "arrival" if settled else None
        held = now_s - mood.since_s >= self._settled_mood_s
        return "mood" if clear and held and mood.announced != self._slate_mood else None

    def slate_made(self, mood: Mood, now_s: float) -> None:
        """A slate was made for this mood, on an occasion or a request."""
        self._state = "choosing"
        self._slate_mood, self._slate_s = mood.announced, now_s
        if mood.people:
            self._arriving_since_s = None
