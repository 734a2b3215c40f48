"""The room's slate: made for those who watch, shown, and told of."""

from collections.abc import Mapping
from typing import Any

import msgspec

from emoflix_catalog.recommend import MoodReading
from emoflix_device.clock import Clock
from emoflix_device.evening import Evening
from emoflix_device.mqtt.messages import RecommendationsMessage
from emoflix_device.people import People
from emoflix_device.recommender import Recommender
from emoflix_device.telling import Tell
from emoflix_device.translate import recommended_event, slate_message
from emoflix_device.watching import Watching


class Offering:
    """Makes slates; belongs to the loop."""

    def __init__(
        self,
        *,
        recommender: Recommender,
        people: People,
        watching: Watching,
        evening: Evening,
        tell: Tell,
        clock: Clock,
        expires_s: float,
    ) -> None:
        """Offer nothing yet.

        Args:
            recommender: chooses the films.
            people: for whom.
            watching: the mood they are in.
            evening: is told that there is a slate.
            tell: for the slate, and for the reasons that tell the mood.
            clock: the time.
            expires_s: after so long the broker drops a slate.
        """
        self._recommender = recommender
        self._people = people
        self._watching = watching
        self._evening = evening
        self._tell = tell
        self._clock = clock
        self._expires_s = expires_s

    def offer(
        self,
        reading: MoodReading | None,
        *,
        wishes: Mapping[str, Any] | None = None,
        count: int | None = None,
    ) -> RecommendationsMessage:
        """Make a slate and show it to the room.

        Args:
            reading: the mood it is for; None where there is none: taste leads.
            wishes: fields of the viewer that hold for this slate alone.
            count: of films; as configured where not given.
        """
        mood = self._watching.mood
        viewer = msgspec.structs.replace(
            self._people.viewer(self._people.current), **(wishes or {})
        )
        slate = self._recommender.slate(
            viewer,
            reading,
            at=self._clock.wall(),
            people=mood.people,
            light=self._watching.light,
            count=count,
        )
        message = slate_message(slate)
        self._evening.slate_made(mood, self._clock.steady_s())
        self._tell("recommendations", message, expires_s=self._expires_s)
        self._tell("event", recommended_event(slate, mood))
        return message
