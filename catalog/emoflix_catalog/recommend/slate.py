"""What a recommendation is: an ordered answer of films, each with its score and its reasons."""

import datetime as dt

import msgspec

from emoflix_catalog.film import Film


class Reason(msgspec.Struct, frozen=True):
    """One sentence, or a piece of one, why a film stands in the slate."""

    text: str
    reveals_mood: bool = False
    """True where the words tell the room's mood: only for those who may read it."""


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """A film, how well it fits, and why."""

    film: Film
    score: float
    """The sum of `parts`; higher fits better. Only the order within a slate means something."""
    parts: dict[str, float]
    """Scorer's name to its weighted share of the score."""
    reasons: tuple[Reason, ...]
    """The weightiest first; at least one does not reveal the mood."""
    surprise: bool = False
    """True for the one film that is outside what the viewer usually likes."""
    evidence: dict[str, float] = {}
    """What an answer to this film teaches of (`learning.Policy.learnt`): the parts as they would
    be without what was learnt of the viewer, and under `lift` how fast they rise with the lift."""
    propensity: float = 1.0
    """The chance with which this film was drawn for this place, given the films before it and the
    viewer's weights, above 0."""


class Slate(msgspec.Struct, frozen=True, kw_only=True):
    """One ordered answer."""

    id: str
    """The same question to the same catalogue has the same id."""
    made: dt.datetime
    """`Context.at` of the question."""
    films: tuple[Recommendation, ...]
    note: str = ""
    """Which wishes were relaxed, or why there are no or too few films; "" where nothing was."""
