"""How well a film is liked, drawn towards the average while few have voted."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film


def bayesian_average(films: Sequence[Film]) -> NDArray[np.float32]:
    """The weighted rating (v R + m C) / (v + m), from 0 to 1.

    R is a film's mean rating and v its votes, C the mean rating of all films and m the median of
    their votes. The formula is the one IMDb gives for its Top 250.

    Returns:
        float32[n]; NaN where a film has no rating or no votes.
    """
    ratings = np.array([_known(film.rating) for film in films])
    votes = np.array([_known(film.votes) for film in films])
    rated = ~np.isnan(ratings) & (votes > 0)
    quality = np.full(len(films), np.nan, np.float32)
    if rated.any():
        ratings, votes = ratings[rated], votes[rated]
        doubt = np.median(votes)
        quality[rated] = (votes * ratings + doubt * ratings.mean()) / (votes + doubt) / 10
    return quality


def _known(value: float | None) -> float:
    return float("nan") if value is None else value
