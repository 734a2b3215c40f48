"""The room's slate: made for those who watch, shown, logged, and told of."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from emoflix_catalog.recommend import Context, MoodReading, Resemblance, Slate
from emoflix_device.clock import Clock
from emoflix_device.errors import StateError
from emoflix_device.evening import Evening
from emoflix_device.household import HouseholdStore, Offer, SlateRecord
from emoflix_device.mqtt.messages import Occasion, RecommendationsMessage
from emoflix_device.people import People
from emoflix_device.recommender import Recommender
from emoflix_device.shelf import Shelf
from emoflix_device.telling import Tell
from emoflix_device.translate import recommended_event, slate_message
from emoflix_device.watching import Watching

_LOG = logging.getLogger(__name__)

LEAST_CHANCE: Final = 1e-9
"""A chance that is rounded to nothing is logged as this."""

WITHDRAWN: Final = "The profile that these films were for is erased."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a slate is asked for with."""

    profiles: Sequence[str] = ()
    """Who watches; the one that is selected where none is named."""
    wishes: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the viewer that hold for this slate alone."""
    count: int | None = None
    """Of films; as configured where not given."""
    picture: Resemblance | None = None
    """What the films are to look like."""


ANYTHING: Final = Wanted()


class Offering:
    """Makes slates; belongs to the loop."""

    def __init__(
        self,
        *,
        recommender: Recommender,
        household: HouseholdStore,
        people: People,
        watching: Watching,
        evening: Evening,
        shelf: Shelf,
        tell: Tell,
        clock: Clock,
        expires_s: float,
    ) -> None:
        """Offer nothing yet.

        Args:
            recommender: chooses the films.
            household: keeps the log of slates.
            people: for whom.
            watching: the room around them.
            evening: is told that there is a slate.
            shelf: knows which films can be played.
            tell: for the slate, and for the reasons that tell the mood.
            clock: the time.
            expires_s: after so long the broker drops a slate.
        """
        self._recommender = recommender
        self._household = household
        self._people = people
        self._watching = watching
        self._evening = evening
        self._shelf = shelf
        self._tell = tell
        self._clock = clock
        self._expires_s = expires_s
        self._shown: RecommendationsMessage | None = None
        self._shown_to: frozenset[int] = frozenset()
        """The profiles' numbers."""

    def make(self, reading: MoodReading | None, wanted: Wanted = ANYTHING) -> Slate:
        """Make a slate and show it to nobody.

        Args:
            reading: the mood it is for; None where there is none: taste leads.
            wanted: for whom, and how it is to be.

        Raises:
            HouseholdError: there is no such profile.
        """
        names = self._names(wanted)
        seats = [self._people.seat(name, wanted.wishes) for name in names]
        watching = self._watching
        context = Context(
            at=self._clock.wall(),
            people=max(watching.mood.people, len(names)),
            light=watching.scene.light or "",
            restless=watching.scene.restless,
            picture=wanted.picture,
        )
        return self._recommender.slate(seats, reading, context, count=wanted.count)

    def offer(
        self,
        reading: MoodReading | None,
        wanted: Wanted = ANYTHING,
        *,
        occasion: Occasion = "request",
        note: str = "",
    ) -> RecommendationsMessage:
        """Make a slate, log it, and show it to the room unless a film plays; else as `make`.

        Args:
            reading: as for `make`.
            wanted: as for `make`; raises as it does.
            occasion: why it is made.
            note: what is to be said before the slate's own note.
        """
        slate = self.make(reading, wanted)
        slate = msgspec.structs.replace(slate, note=" ".join(filter(None, (note, slate.note))))
        message = slate_message(slate, occasion)
        names = self._names(wanted)
        self._log(slate, reading, names)
        if self._evening.state != "playing":
            mood = self._watching.mood
            self._evening.slate_made(mood, self._clock.steady_s())
            self._show(message)
            self._shown_to = frozenset(map(self._household.profiles.number, names))
            self._tell("event", recommended_event(slate, mood))
            self._shelf.ask([recommendation.film for recommendation in slate.films])
        return message

    def follow(self) -> None:
        """Show the slate again once it is known which of its films can be played.

        One that was made for a profile that is erased, here or by `emoflix profile`, is taken back:
        it tells of them.
        """
        if self._shown is not None and not self._shown_to <= self._people.numbers:
            self._shown_to = frozenset()
            self._shelf.ask(())
            self._show(msgspec.structs.replace(self._shown, films=(), note=WITHDRAWN))
        held = self._shelf.answer()
        if held and self._shown is not None:
            films = tuple(
                msgspec.structs.replace(film, playable=film.id in held)
                for film in self._shown.films
            )
            self._show(msgspec.structs.replace(self._shown, films=films))

    def _show(self, message: RecommendationsMessage) -> None:
        self._shown = message
        self._tell("recommendations", message, expires_s=self._expires_s)

    def _names(self, wanted: Wanted) -> tuple[str, ...]:
        named = tuple(dict.fromkeys(map(self._people.named, wanted.profiles)))
        return named or (self._people.current,)

    def _log(self, slate: Slate, reading: MoodReading | None, names: Sequence[str]) -> None:
        """For each who watches; a slate that cannot be logged is shown all the same."""
        offers = tuple(
            Offer(
                film=each.film.id,
                propensity=min(1.0, max(LEAST_CHANCE, each.propensity)),
                parts=each.evidence,
            )
            for each in slate.films
        )
        context: dict[str, str | int | float | bool] = {
            "hour": slate.made.hour,
            "weekday": slate.made.isoweekday(),
            "people": self._watching.mood.people,
            "light": self._watching.scene.light or "",
            "restless": self._watching.scene.restless,
            "profiles": len(names),
        }
        try:
            with self._household.transaction():
                for name in names:
                    record = SlateRecord(
                        slate=slate.id,
                        at=slate.made,
                        offers=offers,
                        policy=self._people.policy(name).version,
                        context=context,
                        mood=None if reading is None else reading.label,
                    )
                    self._household.slates.add(name, record)
        except StateError as error:
            _LOG.warning("the slate is not logged: %s", error)
