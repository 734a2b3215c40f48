"""What a recommendation is made from, besides the catalogue: who watches, the mood, the evening."""

import datetime as dt
from typing import Annotated, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.vocabulary import EXPRESSION_POINTS, EXPRESSIONS

Unit = Annotated[float, msgspec.Meta(ge=0, le=1)]
Signed = Annotated[float, msgspec.Meta(ge=-1, le=1)]
UNSURE_LABELS = frozenset({"neutral", "uncertain", "nobody"})
"""Announced moods that give no direction: taste leads."""


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """One person, or a household as if it were one. The empty viewer wants anything."""

    languages: tuple[str, ...] = ()
    """Codes of the languages wanted, the dearest first; () is any."""
    actors: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    """Only films of one of these; () is any."""
    genres_left_out: tuple[str, ...] = ()
    mood_tags_left_out: tuple[str, ...] = ()
    max_runtime_min: int | None = None
    """A film whose length is not known does not fit."""
    max_age: int | None = None
    """Only films meant for this age or younger; one whose age is not known does not fit."""
    libraries: tuple[str, ...] = ()
    """Only films that one of these holds: schemes of `Film.identifiers` such as `jellyfin`, or
    sources such as `csv-my-service`, a table of what a service has; () is any."""
    lift: Unit = 0.5
    """How far films are to move the mood: 0 matches it, 1 lifts it."""
    liked: tuple[str, ...] = ()
    """Ids of films that were liked, the latest last."""
    disliked: tuple[str, ...] = ()
    seen: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    """Ids of films said no to lately: not offered again."""
    resting: frozenset[str] = frozenset()
    """Ids of films shown just now and not chosen: offered again only where little else is left."""


class MoodReading(msgspec.Struct, frozen=True, kw_only=True):
    """The mood of the room as somebody announced it."""

    probabilities: tuple[float, float, float, float, float, float, float]
    """In the order of `EXPRESSIONS`, summing to 1."""
    valence: Signed
    arousal: Signed
    confidence: Unit
    label: str
    """One of `EXPRESSIONS`, or `uncertain`, or `nobody`."""


class Resemblance(NamedTuple):
    """How much films look like a picture that somebody showed."""

    likeness: NDArray[np.float32]
    """float32[n_films], 0 to 1."""
    known: NDArray[np.bool_]
    """bool[n_films]: of which films it is known how they look."""
    words: str
    """What the picture looks like, such as `dark and warm`; "" where nothing stands out."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The evening around the question."""

    at: dt.datetime
    """Local time of the question: the only clock a recommendation knows."""
    people: int = 1
    light: str = ""
    """`dark`, `dim` or `bright`; "" where nobody looked."""
    restless: bool = False
    """True where people move about and do not settle."""
    picture: Resemblance | None = None
    """What films are to look like; None where nobody showed a picture."""


def mood_of(label: str, confidence: float = 1.0) -> MoodReading:
    """A mood that was told instead of seen, such as `--mood sad`.

    The rest of the probability, 1 - confidence, is spread evenly. Valence and arousal are the
    expression's place in Russell's circumplex ("A circumplex model of affect", 1980), scaled by
    the confidence.

    Raises:
        KeyError: `label` is not one of `EXPRESSIONS`.
    """
    valence, arousal = EXPRESSION_POINTS[label]
    rest = (1 - confidence) / len(EXPRESSIONS)
    spread = [rest + confidence * (name == label) for name in EXPRESSIONS]
    angry, disgust, fear, happy, sad, surprise, neutral = spread
    return MoodReading(
        probabilities=(angry, disgust, fear, happy, sad, surprise, neutral),
        valence=valence * confidence,
        arousal=arousal * confidence,
        confidence=confidence,
        label=label,
    )
