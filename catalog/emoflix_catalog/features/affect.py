"""What a film is likely to evoke, as a point in valence and arousal, from its mood tags."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.vocabulary import MOOD_TAGS

TAG_DECAY = 0.75
"""The weight of a tag against that of the one before it: the strongest stands first."""


def evoked_by_tags(films: Sequence[Film]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where each film's mood tags lie, on average.

    point = sum_i w_i * place(tag_i) / sum_i w_i, with w_i = TAG_DECAY ** i

    Returns:
        The points, float32[n, 2] of valence and arousal, and how sure each is, float32[n]: 1 with
        tags, 0 (and the point 0, 0) without.
    """
    points = np.zeros((len(films), 2), np.float32)
    certainty = np.zeros(len(films), np.float32)
    for row, film in enumerate(films):
        if film.mood_tags:
            tags = [MOOD_TAGS[tag] for tag in film.mood_tags]
            weights = TAG_DECAY ** np.arange(len(tags))
            places = [(tag.valence, tag.arousal) for tag in tags]
            points[row] = np.average(places, axis=0, weights=weights)
            certainty[row] = 1
    return points, certainty
