"""From ranked lists to tables: every metric with its interval over viewers."""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.evaluate import metrics
from emoflix_catalog.evaluate.intervals import Estimate, mean_over
from emoflix_catalog.evaluate.rankers import (
    RANKERS,
    SLATE,
    Lists,
    best,
    parts_of,
    ranked,
    slates,
)
from emoflix_catalog.evaluate.study import LONGEST, Study
from emoflix_catalog.features.text import SCALE
from emoflix_catalog.recommend.calibration import genre_shares
from emoflix_catalog.recommend.scorers import SCORERS

DEPTHS: Final = (5, 10, LONGEST)
DEPTH: Final = 10
"""Of what is told in one number."""
PAIRS: Final = (
    ("EASE sparse", "EASE dense"),
    ("collaborative", "EASE dense"),
    ("all scorers", "collaborative"),
    ("content only", "popularity"),
)
"""Which rankers are held against which."""


class Measured(msgspec.Struct, frozen=True):
    """One ranker: metric, such as `ndcg@10`, to its mean and interval over viewers."""

    name: str
    metrics: dict[str, Estimate]
    coverage: dict[str, float]
    """The same of all lists together: it is one number, so it has no interval."""


class Compared(msgspec.Struct, frozen=True):
    """By how much one ranker is ahead of another."""

    name: str
    other: str
    ahead: Estimate
    """nDCG at DEPTH, over the same viewers."""
    share: float
    """The mean of it over the mean of the other's."""


class Ablated(msgspec.Struct, frozen=True):
    """What one scorer is worth to the sum of all."""

    scorer: str
    asked: int
    """How many queries it had anything to say to."""
    alone: Estimate | None
    """nDCG at DEPTH of its score alone."""
    loss: Estimate | None
    """What the sum of all loses without it, drawn over the same viewers: above 0 it helps."""


def lists_of(study: Study) -> dict[str, Lists]:
    """What all rankers, and the recommender's slates, answer."""
    lists = {name: ranked(study, fit(study)) for name, fit in RANKERS.items()}
    return {**lists, SLATE: slates(study)} if study.whole else lists


def measure_all(study: Study, lists: dict[str, Lists]) -> list[Measured]:
    """All that `lists_of` gave."""
    expected = lists["popularity"]
    return [measure(study, name, found, expected) for name, found in lists.items()]


def compare(study: Study, lists: dict[str, Lists]) -> list[Compared]:
    """The PAIRS, viewer by viewer: much closer than their intervals one by one."""
    found = []
    for name, other in PAIRS:
        one, another = (_ndcg(study, list(lists[ranker])) for ranker in (name, other))
        usual = over_viewers(study, another).mean
        ahead = over_viewers(study, one - another)
        found.append(Compared(name, other, ahead, ahead.mean / usual if usual else 0.0))
    return found


def measure(study: Study, name: str, lists: Lists, expected: Lists) -> Measured:
    """All metrics of one ranker's lists.

    Args:
        study: What was asked.
        name: Of the ranker.
        lists: Its answers.
        expected: The popularity ranker's answers.
    """
    hits, wanted = hits_of(study, lists), wanted_of(study)
    vectors = study.catalogue.columns["text"].astype(np.float32) / SCALE
    history = _shares(study, [query.liked for query in study.queries])
    found: dict[str, Estimate] = {}
    for k in DEPTHS:
        for metric, function in metrics.ACCURACY.items():
            found[f"{metric}@{k}"] = over_viewers(study, function(hits, wanted, k))
        shown = lists[:, :k]
        popular = np.array(
            [np.isin(one, usual) for one, usual in zip(lists, expected[:, :k], strict=True)]
        )
        viewers = study.likes.shape[0]
        for metric, values in {
            "novelty": metrics.novelty(study.popularity, viewers, shown),
            "diversity": metrics.diversity(vectors, shown),
            "miscalibration": metrics.miscalibration(history, _shares(study, list(shown))),
            "serendipity": metrics.serendipity(hits, popular, k),
        }.items():
            found[f"{metric}@{k}"] = over_viewers(study, values)
    candidates = int(study.candidates.sum())
    coverage = {f"coverage@{k}": metrics.coverage(lists[:, :k], candidates) for k in DEPTHS}
    return Measured(name, found, coverage)


def ablate(study: Study) -> list[Ablated]:
    """Each scorer alone, and what the sum of all loses without it."""
    names = [scorer.name for scorer in SCORERS]
    whole: list[Lists] = []
    alone: dict[str, list[Lists]] = {name: [] for name in names}
    without: dict[str, list[Lists]] = {name: [] for name in names}
    asked = dict.fromkeys(names, 0)
    for query in study.queries:
        parts = parts_of(study, query)
        total = np.sum(list(parts.values()), axis=0, dtype=np.float32)
        whole.append(best(study, query, total))
        for name in names:
            part = parts.get(name, np.zeros(len(total), np.float32))
            asked[name] += name in parts
            alone[name].append(best(study, query, part))
            without[name].append(best(study, query, total - part) if name in parts else whole[-1])
    usual = _ndcg(study, whole)
    return [
        Ablated(
            name,
            asked[name],
            over_viewers(study, _ndcg(study, alone[name])) if asked[name] else None,
            over_viewers(study, usual - _ndcg(study, without[name])) if asked[name] else None,
        )
        for name in names
    ]


def hits_of(study: Study, lists: Lists) -> NDArray[np.bool_]:
    """bool[queries, places]: which films of the lists were wanted."""
    return np.array(
        [np.isin(one, query.wanted) for one, query in zip(lists, study.queries, strict=True)]
    )


def wanted_of(study: Study) -> NDArray[np.int64]:
    return np.array([len(query.wanted) for query in study.queries], np.int64)


def over_viewers(study: Study, values: NDArray[np.float64]) -> Estimate:
    """The mean over viewers of each one's mean over their queries."""
    people = np.array([query.person for query in study.queries])
    _, place, count = np.unique(people, return_inverse=True, return_counts=True)
    return mean_over(np.bincount(place, values) / count)


def _ndcg(study: Study, lists: list[Lists]) -> NDArray[np.float64]:
    return metrics.ndcg(hits_of(study, np.array(lists)), wanted_of(study), DEPTH)


def _shares(study: Study, lists: list[NDArray[np.int64]]) -> NDArray[np.float64]:
    """float64[lists, genres]: the shares of the genres in each list, summing to 1 or 0."""
    total = np.array([genre_shares(study.catalogue, one).sum(axis=0) for one in lists], np.float64)
    shares: NDArray[np.float64] = total / np.maximum(total.sum(axis=1, keepdims=True), 1e-9)
    return shares
