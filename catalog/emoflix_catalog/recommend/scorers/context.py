"""Films that suit the hour, the day, the company and the room."""

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.columns import NO_RUNTIME, any_of
from emoflix_catalog.film import Film
from emoflix_catalog.recommend.scorers.base import Scorer, fill_unknown
from emoflix_catalog.recommend.slate import Reason
from emoflix_catalog.recommend.viewer import Context
from emoflix_catalog.recommend.wishes import hours
from emoflix_catalog.store import Catalogue

LATE: Final = (dt.time(21, 30), dt.time(4))
"""From when to when an evening is late, where the next day is a working day."""
WORKING_EVES: Final = frozenset({6, 0, 1, 2, 3})
"""Days of the week, Monday 0, after which people get up early."""
SHORT_MIN, LONG_MIN = 95, 160
"""A film up to the one is short; from the other on it is as long as any."""
MANY: Final = 3
"""So many people are a company."""
FOR_MANY: Final = ("comedy", "adventure", "family", "music", "animation", "sport")
FOR_THE_DARK: Final = ("horror", "mystery", "thriller", "science fiction", "fantasy")

Array = NDArray[np.float32]


class _Circumstance(NamedTuple):
    holds: Callable[[Context], bool]
    score: Callable[[Catalogue], Array]
    """How well each film suits it, float32[n], from 0 to 1."""
    reason: Callable[[Film], str]
    """Why this film suits it; "" where it does not."""


def _late(context: Context) -> bool:
    start, end = LATE
    night = context.at - dt.timedelta(hours=end.hour)  # after midnight is still the evening before
    late = context.at.time() >= start or context.at.time() < end
    return late and night.weekday() in WORKING_EVES


def _short(catalogue: Catalogue) -> Array:
    runtime_min = catalogue.columns["runtime_min"]
    short = ((LONG_MIN - runtime_min.astype(np.float32)) / (LONG_MIN - SHORT_MIN)).clip(0, 1)
    return fill_unknown(short, (runtime_min != NO_RUNTIME).astype(np.float32))


def _short_reason(words: str) -> Callable[[Film], str]:
    def reason(film: Film) -> str:
        short = film.runtime_min is not None and film.runtime_min <= SHORT_MIN
        return f"{words}: {hours(film.runtime_min)}" if short and film.runtime_min else ""

    return reason


def _of(genres: tuple[str, ...]) -> Callable[[Catalogue], Array]:
    def score(catalogue: Catalogue) -> Array:
        columns = catalogue.columns
        return any_of(columns["genres"], columns.words["genres"], genres).astype(np.float32)

    return score


def _genre_reason(words: str, genres: tuple[str, ...]) -> Callable[[Film], str]:
    def reason(film: Film) -> str:
        shared = [genre for genre in film.genres if genre in genres]
        return f"{shared[0].capitalize()} {words}" if shared else ""

    return reason


CIRCUMSTANCES: Final = (
    _Circumstance(_late, _short, _short_reason("Short enough for a late evening")),
    _Circumstance(lambda context: context.restless, _short, _short_reason("Soon told")),
    _Circumstance(
        lambda context: context.people >= MANY,
        _of(FOR_MANY),
        _genre_reason("for a full sofa", FOR_MANY),
    ),
    _Circumstance(
        lambda context: context.light == "dark",
        _of(FOR_THE_DARK),
        _genre_reason("for a dark room", FOR_THE_DARK),
    ),
)
"""What may hold of an evening and what suits it then: the project's own judgement."""


class Circumstances(Scorer):
    """The mean over the circumstances that hold tonight of how well a film suits each."""

    name = "context"

    def weight(self) -> float:
        return 0.12 if self._tonight else 0.0

    @cached_property
    def _tonight(self) -> list[_Circumstance]:
        return [circumstance for circumstance in CIRCUMSTANCES if circumstance.holds(self.context)]

    def score(self) -> Array:
        scores = [circumstance.score(self.catalogue) for circumstance in self._tonight]
        score: Array = np.mean(scores, axis=0, dtype=np.float32)
        return score

    def reason(self, film: Film) -> Reason | None:
        told = (circumstance.reason(film) for circumstance in self._tonight)
        text = next(filter(None, told), "")
        return Reason(text) if text else None
