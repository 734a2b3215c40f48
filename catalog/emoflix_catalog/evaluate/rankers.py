"""What is compared: baselines, and the parts and the whole of the recommender."""

import warnings
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.evaluate.study import LONGEST, Query, Study
from emoflix_catalog.features.collaborative import Collaborative
from emoflix_catalog.features.ease import dense_ease
from emoflix_catalog.recommend import recommend
from emoflix_catalog.recommend.scorers import SCORERS
from emoflix_catalog.recommend.scorers.content import Content

KNN: Final = 100

Scores = NDArray[np.float32]
Lists = NDArray[np.int64]
"""int64[queries, LONGEST]: numbers of films, the first place first."""
Ranker = Callable[[Query], Scores]


def popularity(study: Study) -> Ranker:
    """How many people liked it."""
    likes = study.popularity.astype(np.float32)
    return lambda _: likes


def item_knn(study: Study) -> Ranker:
    """The sum of the cosines with the films liked, of each film's KNN nearest.

    Sarwar and others, "Item-based collaborative filtering recommendation algorithms", 2001; by the
    library implicit.
    """
    from implicit.nearest_neighbours import CosineRecommender

    model = CosineRecommender(K=KNN)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the form of a matrix of its own making
        model.fit(study.likes, show_progress=False)
    likeness = model.similarity.tocsr()
    return lambda query: _sum_of_rows(likeness, query.liked)


def content(study: Study) -> Ranker:
    """The recommender's content scorer alone."""

    def ranker(query: Query) -> Scores:
        return Content(study.catalogue, query.viewer, None, query.context).score()

    return ranker


def ease_dense(study: Study) -> Ranker:
    """EASE with all weights in float32, of all films that anybody liked."""
    films = np.flatnonzero(study.popularity)
    weights = dense_ease(study.likes[:, films])
    place = np.full(len(study.catalogue), -1)
    place[films] = np.arange(len(films))

    def ranker(query: Query) -> Scores:
        known = place[query.liked]
        scores = np.zeros(len(study.catalogue), np.float32)
        scores[films] = weights[known[known >= 0]].sum(axis=0)
        return scores

    return ranker


def ease_sparse(study: Study) -> Ranker:
    """EASE as a Pi keeps it."""
    fitted = _fitted(study)

    def ranker(query: Query) -> Scores:
        seen = np.flatnonzero(np.isin(fitted.held, query.liked))
        scores = np.zeros(len(study.catalogue), np.float32)
        scores[fitted.held] = fitted.neighbours.scores(seen, np.ones(len(seen), np.float32))
        return scores

    return ranker


def factors(study: Study) -> Ranker:
    """The factors alone."""
    fitted = _fitted(study)

    def ranker(query: Query) -> Scores:
        seen = np.flatnonzero(np.isin(fitted.factored, query.liked))
        scores = np.zeros(len(study.catalogue), np.float32)
        scores[fitted.factored] = fitted.factors.scores(seen)
        return scores

    return ranker


def collaborative(study: Study) -> Ranker:
    """Sparse EASE and factors together, as the recommender's scorer has them."""
    fitted = _fitted(study)
    return lambda query: fitted.scores(query.liked).score


def all_scorers(study: Study) -> Ranker:
    """The sum of all scorers of the recommender, by their own weights."""
    return lambda query: np.sum(list(parts_of(study, query).values()), axis=0, dtype=np.float32)


RANKERS: Final[dict[str, Callable[[Study], Ranker]]] = {
    "popularity": popularity,
    "item-kNN": item_knn,
    "content only": content,
    "EASE dense": ease_dense,
    "EASE sparse": ease_sparse,
    "factors": factors,
    "collaborative": collaborative,
    "all scorers": all_scorers,
}
SLATE: Final = "slate"
"""The recommender's answer itself: calibrated, diversified, with a surprise."""


def parts_of(study: Study, query: Query) -> dict[str, Scores]:
    """By scorer that has anything to say: its weight times its score."""
    asked = (kind(study.catalogue, query.viewer, query.mood, query.context) for kind in SCORERS)
    return {
        scorer.name: np.float32(weight) * scorer.score()
        for scorer in asked
        if (weight := scorer.weight())
    }


def ranked(study: Study, ranker: Ranker) -> Lists:
    """The best of all candidates for each query; at a tie the more popular film."""
    return np.array([best(study, query, ranker(query)) for query in study.queries])


def best(study: Study, query: Query, scores: Scores) -> Lists:
    """int64[LONGEST]: the candidates of the highest scores that the viewer does not know."""
    open_ = study.candidates.copy()
    open_[query.seen] = False
    numbers = np.flatnonzero(open_)
    order = np.argsort(-scores[numbers], kind="stable")[:LONGEST]
    found: Lists = numbers[order]
    return found


def slates(study: Study) -> Lists:
    """What `recommend` answers."""
    number = dict(study.catalogue.rows("SELECT id, number FROM film"))
    lists = []
    for query in study.queries:
        slate = recommend(
            study.catalogue,
            query.viewer,
            query.mood,
            query.context,
            count=LONGEST,
            seed=query.person,
        )
        lists.append([number[recommendation.film.id] for recommendation in slate.films])
    return np.array(lists, np.int64)


def _fitted(study: Study) -> Collaborative:
    if study.catalogue.collaborative is None:
        raise ValueError("a study has factors")
    return study.catalogue.collaborative


def _sum_of_rows(matrix: Any, rows: NDArray[np.int64]) -> Scores:
    return np.asarray(matrix[rows].sum(axis=0), np.float32).ravel()
