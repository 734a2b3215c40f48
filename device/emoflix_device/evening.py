"""The life cycle of an answer: when the room is to get a slate, and when it is left alone.

| from | to | on |
|---|---|---|
| waiting, afterwards | choosing | an arrival, or a slate that was asked for |
| choosing | choosing | an arrival, a mood that has settled, or a slate that was asked for |
| any | playing | a film was chosen |
| playing | afterwards | its length has passed |
| playing, afterwards | waiting | somebody said how it was |
| choosing, afterwards | waiting | the room has been empty long enough |
| afterwards | waiting | nobody said anything for a while |

While a film plays nothing leads to a slate, and what the faces show then is the film's doing: a
mood counts as settled only from the film's end on.
"""

import math
from typing import Final, Literal, NamedTuple

from emoflix_catalog.film import Film
from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.mood import Announced, Mood

State = Literal["waiting", "choosing", "playing", "afterwards"]
Occasion = Literal["arrival", "mood"]

PASSING_S: Final = 2.0
"""Who is seen for less passes by, and wakes no television."""
SETTLING_S: Final = 3.0
"""Who stays gets a slate at the first clear mood, or after so long without one."""
LENGTH_MIN: Final = 120
"""Of a film whose length is not known."""
AFTERWARDS_S: Final = 1800.0
"""How long it is asked how the film was."""


class Playing(NamedTuple):
    """The film that was chosen last."""

    film: Film
    ends_s: float
    """When it is over, on the steady clock."""


class Evening:
    """Waiting, choosing, playing, afterwards."""

    def __init__(self, *, settled_mood_s: float, absence_s: float, lingering_s: float) -> None:
        """Start waiting.

        Args:
            settled_mood_s: a mood other than the slate's renews it once it has held so long.
            absence_s: whoever comes after the room was empty so long has arrived.
            lingering_s: how long the mood still counts somebody who has left.
        """
        self._settled_mood_s = settled_mood_s
        self._absence_s = absence_s
        self._stay_s = lingering_s + PASSING_S
        self._state: State = "waiting"
        self._playing: Playing | None = None
        self._slate_mood: Announced | None = None
        self._slate_s = -math.inf
        self._here_since_s: float | None = None
        """Since when there are people without a gap."""
        self._present_s = -math.inf
        """When there last were people who had not just come."""
        self._film_over_s = -math.inf

    @property
    def state(self) -> State:
        """Where the evening stands."""
        return self._state

    @property
    def film(self) -> Film | None:
        """The one that plays, or that is asked about."""
        return None if self._playing is None else self._playing.film

    def occasion(self, mood: Mood, now_s: float) -> Occasion | None:
        """Let time pass; why the room is to get a slate now, if it is."""
        arrived = self._arrived(mood, now_s)
        empty = mood.people == 0 and now_s - self._present_s >= self._absence_s
        match self._state:
            case "playing":
                if self._playing is not None and now_s >= self._playing.ends_s:
                    self._state = "afterwards"
                    self._film_over_s = self._present_s = now_s
                return None
            case "choosing" if empty and now_s - self._slate_s >= self._absence_s:
                self._rest()
            case "afterwards" if empty or now_s - self._film_over_s >= AFTERWARDS_S:
                self._rest()
            case "choosing" if self._settled(mood, now_s):
                return "mood"
        return "arrival" if arrived else None

    def slate_made(self, mood: Mood, now_s: float) -> None:
        """A slate was made for this mood and is shown, on an occasion or a request."""
        self._state, self._playing = "choosing", None
        self._slate_mood, self._slate_s = mood.announced, now_s
        if mood.people:
            self._present_s = now_s

    def film_chosen(self, film: Film, now_s: float) -> None:
        """This film is watched from now on."""
        length_s = 60.0 * (film.runtime_min or LENGTH_MIN)
        self._state, self._playing = "playing", Playing(film, now_s + length_s)

    def answered(self, film_id: str, now_s: float) -> None:
        """Somebody said something of a film; of the one that plays, it means that it is over."""
        if self._playing is not None and film_id == self._playing.film.id:
            self._film_over_s = self._present_s = now_s
            self._rest()

    def _arrived(self, mood: Mood, now_s: float) -> bool:
        """Whether people came after an absence, and stayed."""
        if mood.people == 0:
            self._here_since_s = None
            return False
        if self._here_since_s is None:
            self._here_since_s = now_s
        if now_s - self._present_s < self._absence_s:
            self._present_s = now_s
            return False
        clear = mood.announced in EXPRESSIONS
        wanted_s = self._stay_s + (0 if clear else SETTLING_S)
        return now_s - self._here_since_s >= wanted_s

    def _settled(self, mood: Mood, now_s: float) -> bool:
        """Whether another mood than the slate's has held long enough, and no film made it."""
        clear = mood.people > 0 and mood.announced in EXPRESSIONS
        since_s = max(mood.since_s, self._film_over_s)
        held = now_s - since_s >= self._settled_mood_s
        return clear and held and mood.announced != self._slate_mood

    def _rest(self) -> None:
        self._state, self._playing = "waiting", None
