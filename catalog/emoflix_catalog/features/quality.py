"""How well a film is liked, drawn towards the average while few have voted."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film


def bayesian_average(films: Sequence[Film]) -> NDArray[np.float32]:
    """The weighted rating (v R + m C) / (v + m), from 0 to 1.

    R is a film's mean rating and v its votes, C the mean rating of all films and m the median of
    their votes. The formula is the one IMDb gives for its Top 250. A review is a vote more: r of
    them that like the film by l, from 0 to 1, are r votes of 1 + 9 l.

    Returns:
        float32[n]; NaN where a film has no votes and no reviews.
    """
    known = [_votes(film) for film in films]
    votes = np.array([count for count, _ in known])
    ratings = np.array([rating for _, rating in known])
    rated = ~np.isnan(ratings) & (votes > 0)
    quality = np.full(len(films), np.nan, np.float32)
    if rated.any():
        ratings, votes = ratings[rated], votes[rated]
        doubt = np.median(votes)
        quality[rated] = (votes * ratings + doubt * ratings.mean()) / (votes + doubt) / 10
    return quality


def _votes(film: Film) -> tuple[float, float]:
    """How many people spoke, and their mean from 0 to 10; NaN where nobody did."""
    votes = film.votes if film.rating is not None and film.votes else 0
    reviews = film.reviews if film.liking is not None and film.reviews else 0
    if not votes + reviews:
        return 0, float("nan")
    total = votes * (film.rating or 0) + reviews * (1 + 9 * (film.liking or 0))
    return votes + reviews, total / (votes + reviews)
