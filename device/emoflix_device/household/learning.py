"""What was shown, why, and with what chance: the log that learning and its evaluation read."""

import datetime as dt
from typing import Annotated, Final

from msgspec import Meta, Struct

Chance = Annotated[float, Meta(gt=0, le=1)]


class Offer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One film of a slate, in its place."""

    film: str
    propensity: Chance
    """The probability with which the policy puts this film in this place."""
    parts: dict[str, float] = {}
    """Scorer's name to its share of the score: what an answer to this film teaches of."""


class SlateRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One slate as it was shown."""

    slate: str
    at: dt.datetime
    offers: tuple[Offer, ...]
    policy: str
    """The version of what chose."""
    context: dict[str, str | int | float | bool] = {}
    """The evening around it: part of the day, people in the room, light, whether they are
    restless. Never a mood."""
    mood: str | None = None
    """The announced word and nothing finer; kept only with the consent to keep moods."""


LATELY_SLATES: Final = 3
"""What stood in the last so many slates is what was shown lately."""
