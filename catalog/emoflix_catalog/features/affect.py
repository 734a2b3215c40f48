"""What a film is likely to evoke: from its mood tags, or guessed where it has none."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.features.text import Terms
from emoflix_catalog.film import Film
from emoflix_catalog.vocabulary import EXPRESSION_POINTS, EXPRESSIONS, GENRES, MOOD_TAGS

TAG_DECAY: Final = 0.75
"""The weight of a tag against that of the one before it: the strongest stands first."""
GENRE_DECAY: Final = 0.85
"""The same of a genre."""
REACH: Final = 0.35
"""How far from an expression's place a tag may lie until it speaks exp(-1/2) for it."""
TARGETS: Final = 2 + len(EXPRESSIONS)
"""What is guessed of a film: valence, arousal, and the seven probabilities."""


class Evoked(NamedTuple):
    """What n films evoke."""

    point: NDArray[np.float32]
    """float32[n, 2]: valence and arousal."""
    emotions: NDArray[np.float32]
    """float32[n, 7]: how likely each of the expressions' emotions is, summing to 1."""
    certainty: NDArray[np.float32]
    """float32[n]: 1 from tags; from a guess the share of the variance that it explains; 0 where
    nothing is known, and then the point is 0, 0."""


class AffectModel(NamedTuple):
    """Ridge regression from genres and terms to what a film evokes; fitted in `fitting.py`."""

    genres: NDArray[np.float32]
    """float32[genres, TARGETS]"""
    terms: NDArray[np.float32]
    """float32[terms, TARGETS]"""
    base: NDArray[np.float32]
    """float32[TARGETS]"""
    certainty: float
    """The cross-validated share of the variance of valence and arousal that it explains."""


def evoked(films: Sequence[Film], known: Terms, model: AffectModel) -> Evoked:
    """What each film evokes: by its tags where it has any, else guessed by `model`."""
    tagged = by_tags(films)
    blank = np.flatnonzero(tagged.certainty == 0)
    guessed, told = guess([films[number] for number in blank], known, model)
    tagged.point[blank] = guessed[:, :2].clip(-1, 1) * told[:, None]
    likely = guessed[:, 2:].clip(0.01)
    tagged.emotions[blank] = likely / likely.sum(axis=1, keepdims=True)
    tagged.certainty[blank] = told * np.float32(model.certainty)
    return tagged


def by_tags(films: Sequence[Film]) -> Evoked:
    """Where each film's mood tags lie, on average, and which expressions' emotions are near them.

    With w_i = TAG_DECAY^i for the i-th tag, scaled to sum 1:
    point = sum_i w_i place(tag_i), and
    P(emotion) ~ sum_i w_i exp(-|place(tag_i) - place(emotion)|^2 / (2 REACH^2)).
    """
    names = list(MOOD_TAGS)
    places = np.array([(tag.valence, tag.arousal) for tag in MOOD_TAGS.values()], np.float32)
    emotions = np.array([EXPRESSION_POINTS[name] for name in EXPRESSIONS], np.float32)
    away = ((places[:, None] - emotions[None]) ** 2).sum(axis=2)
    near = np.exp(-away / (2 * REACH**2))
    weights = decaying([film.mood_tags for film in films], names, TAG_DECAY)
    total = weights.sum(axis=1, keepdims=True)
    weights /= np.where(total, total, 1)
    likely = weights @ near + np.float32(1e-6)
    return Evoked(
        weights @ places,
        likely / likely.sum(axis=1, keepdims=True),
        (total[:, 0] > 0).astype(np.float32),
    )


def guess(
    films: Sequence[Film], known: Terms, model: AffectModel
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the model says of films, whatever their tags.

    Returns:
        float32[n, TARGETS], and float32[n]: 1 where a genre or a known term spoke, 0 where none.
    """
    genres = decaying([film.genres for film in films], GENRES, GENRE_DECAY)
    guessed = genres @ model.genres + model.base
    told = genres.any(axis=1)
    for number, film in enumerate(films):
        places, weights = known.untagged_row(film)
        guessed[number] += weights @ model.terms[places]
        told[number] |= bool(places.size)
    return guessed, told.astype(np.float32)


def decaying(
    rows: Sequence[Sequence[str]], vocabulary: Sequence[str], decay: float
) -> NDArray[np.float32]:
    """Each row's words as weights decay^i at their places in `vocabulary`, float32[n, words]."""
    place = {word: number for number, word in enumerate(vocabulary)}
    weights = np.zeros((len(rows), len(vocabulary)), np.float32)
    for row, words in enumerate(rows):
        for number, word in enumerate(words):
            weights[row, place[word]] = decay**number
    return weights
