"""Accuracy against diversity: what a slate loses of the one as it wins of the other."""

from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.evaluate import metrics
from emoflix_catalog.evaluate.intervals import Estimate
from emoflix_catalog.evaluate.measuring import DEPTH, hits_of, over_viewers, wanted_of
from emoflix_catalog.evaluate.rankers import all_scorers
from emoflix_catalog.evaluate.study import Study
from emoflix_catalog.features.text import SCALE
from emoflix_catalog.recommend.choosing import RELEVANCE, Chooser

RELEVANCES: Final = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5)
MOST_QUERIES: Final = 200
"""Slates are slow to make, and the curve is smooth."""


class Point(msgspec.Struct, frozen=True):
    """Slates of DEPTH films at one relevance."""

    relevance: float
    """How much fitting counts against being unlike the other films (MMR's lambda)."""
    ndcg: Estimate
    diversity: Estimate


def curve(study: Study) -> list[Point]:
    """The recommender's own choice of places, without calibration, as its lambda moves."""
    study = study._replace(queries=study.queries[:MOST_QUERIES])
    ranker = all_scorers(study)
    vectors = study.catalogue.columns["text"].astype(np.float32) / SCALE
    slates: dict[float, list[list[int]]] = {relevance: [] for relevance in RELEVANCES}
    for query in study.queries:
        score = ranker(query)
        open_ = study.candidates.copy()
        open_[query.seen] = False
        for relevance, found in slates.items():
            random = np.random.default_rng(query.person)
            chooser = Chooser(study.catalogue.vectors, (), random, relevance)
            chooser.choose(score, chooser.pool(score, open_, DEPTH), DEPTH)
            found.append(chooser.numbers)
    points = []
    for relevance, found in slates.items():
        lists = np.array(found, np.int64)
        ndcg = metrics.ndcg(hits_of(study, lists), wanted_of(study), DEPTH)
        points.append(
            Point(
                relevance,
                over_viewers(study, ndcg),
                over_viewers(study, metrics.diversity(vectors, lists)),
            )
        )
    return points


def plot(points: list[Point], path: Path) -> None:
    """Draw the curve into a PNG, SVG or PDF, by the ending of `path`.

    Raises:
        CatalogueError: matplotlib is not installed, or the file cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise CatalogueError(
            f"--plot needs {error.name}: install it by pip install emoflix[plot]"
        ) from error
    figure = Figure(figsize=(6, 4.2), layout="constrained")
    axes = figure.add_subplot()
    across = [point.diversity.mean for point in points]
    up = [point.ndcg.mean for point in points]
    axes.fill_between(
        across,
        [point.ndcg.low for point in points],
        [point.ndcg.high for point in points],
        alpha=0.15,
        label="95 % interval over viewers",
    )
    axes.plot(across, up, marker="o")
    for point, x, y in zip(points, across, up, strict=True):
        mark = " (as shipped)" if point.relevance == RELEVANCE else ""
        axes.annotate(
            f"λ = {point.relevance:g}{mark}", (x, y), (4, 6), textcoords="offset points", fontsize=8
        )
    axes.set(xlabel=f"diversity of the first {DEPTH}", ylabel=f"nDCG@{DEPTH}")
    axes.legend(loc="lower left", fontsize=8)
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{path}: the plot cannot be written ({error})") from error
