"""The arrays a ranking needs of every film at once, made when a catalogue is built."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.features.affect import evoked
from emoflix_catalog.features.popularity import popularity
from emoflix_catalog.features.quality import bayesian_average
from emoflix_catalog.features.text import embed
from emoflix_catalog.features.transforms import Transforms
from emoflix_catalog.film import Film
from emoflix_catalog.vocabulary import GENRES, LANGUAGES, MOOD_TAGS

WORDS = {"languages": tuple(LANGUAGES), "genres": GENRES, "mood_tags": tuple(MOOD_TAGS)}
LAYOUT = 6
"""Counted up when the arrays, or what the search is made of, change in name, form or meaning: part
of every catalogue's version."""
NO_LANGUAGE = 255
NO_AGE = -1
NO_RUNTIME = 0


def columns(films: Sequence[Film], transforms: Transforms) -> dict[str, NDArray[Any]]:
    """Everything a ranking looks at, one row a film.

    `year` int16, `runtime_min` int16, `age` int8, `language` uint8 (the main one, a place in the
    vocabulary); `languages`, `genres` and `mood_tags` as bits, uint64[n, words / 64]; `evoked`
    float32[n, 2], `emotions` float32[n, 7] and `evoked_certainty` as in `features.affect`;
    `quality` float32; `popularity` float32 and `popularity_day` int32 as in `features.popularity`;
    `text` int8[n, 64] as in `features.text`.
    """
    main = {code: number for number, code in enumerate(LANGUAGES)}
    point, emotions, certainty = evoked(films, transforms.terms, transforms.affect)
    rank, day = popularity(films)
    return {
        "year": np.array([film.year for film in films], np.int16),
        "runtime_min": np.array([film.runtime_min or NO_RUNTIME for film in films], np.int16),
        "age": np.array([NO_AGE if film.age is None else film.age for film in films], np.int8),
        "language": np.array([main.get(film.language, NO_LANGUAGE) for film in films], np.uint8),
        **{kind: bits([getattr(film, kind) for film in films], WORDS[kind]) for kind in WORDS},
        "evoked": point,
        "emotions": emotions,
        "evoked_certainty": certainty,
        "quality": bayesian_average(films),
        "popularity": rank,
        "popularity_day": day,
        "text": embed(films, transforms.terms, transforms.components),
    }


def bits(rows: Sequence[Iterable[str]], vocabulary: Sequence[str]) -> NDArray[np.uint64]:
    """Each row's words as bits, in the order of `vocabulary`.

    Raises:
        KeyError: A word is not in the vocabulary.
    """
    place = {word: number for number, word in enumerate(vocabulary)}
    packed = np.zeros((len(rows), -(-len(vocabulary) // 64)), np.uint64)
    for row, words in enumerate(rows):
        for word in words:
            block, bit = divmod(place[word], 64)
            packed[row, block] |= np.uint64(1 << bit)
    return packed


def any_of(
    packed: NDArray[np.uint64], vocabulary: Sequence[str], words: Iterable[str]
) -> NDArray[np.bool_]:
    """Which rows of `bits` hold at least one of `words`; a word nobody knows is in no row."""
    wanted = bits([[word for word in words if word in vocabulary]], vocabulary)
    # Block by block: over an axis this short, any() takes ten times as long.
    blocks = range(packed.shape[1])
    found: NDArray[np.bool_] = np.logical_or.reduce(
        [(packed[:, block] & wanted[0, block]) != 0 for block in blocks]
    )
    return found
