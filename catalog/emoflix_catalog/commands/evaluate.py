"""`emoflix-catalog evaluate`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from emoflix_catalog.commands.options import catalogue_option, json_option
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.evaluate.context import ContextReport, measure_context, refuse_leaks
from emoflix_catalog.evaluate.films import films_of_catalogue, films_of_movielens
from emoflix_catalog.evaluate.measuring import (
    DEPTH,
    DEPTHS,
    Ablated,
    Compared,
    Measured,
    ablate,
    compare,
    lists_of,
    measure_all,
)
from emoflix_catalog.evaluate.off_policy import evaluate_log
from emoflix_catalog.evaluate.slate_log import read_log
from emoflix_catalog.evaluate.splits import SPLITS
from emoflix_catalog.evaluate.study import open_study
from emoflix_catalog.evaluate.tradeoff import Point, curve, plot
from emoflix_catalog.features.fitting import fit_text
from emoflix_catalog.features.transforms import shipped_transforms
from emoflix_catalog.film import Film
from emoflix_catalog.importers.sources import SOURCES
from emoflix_catalog.ratings import CATALOGUE_ID, Ratings, read_ratings
from emoflix_catalog.starter import films_of, starter_films
from emoflix_catalog.store import open_catalogue

_ACCURACY: Final = (*(f"ndcg@{k}" for k in DEPTHS), f"precision@{DEPTH}", f"recall@{DEPTH}")
_BEYOND: Final = ("novelty", "diversity", "miscalibration", "serendipity")


@click.command()
@click.option(
    "--ratings",
    "source",
    type=click.Path(exists=True, path_type=Path),
    help="A MovieLens folder, or a CSV of user,film,rating.",
)
@click.option(
    "--split",
    "splits",
    type=click.Choice(list(SPLITS)),
    multiple=True,
    help="What is held out; or several  [default: random]",
)
@click.option(
    "--with",
    "others",
    type=(click.Choice([name for name, source in SOURCES.items() if source.films]), str),
    metavar="SOURCE PATH",
    multiple=True,
    help="What else is known of MovieLens' films, such as `tmdb5000 PATH`; or several.",
)
@click.option(
    "--validation", is_flag=True, help="Ask the viewers that are kept for choosing, not the others."
)
@click.option(
    "--log",
    "logs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A profile that `emoflix profile export` wrote, instead of ratings; or several.",
)
@click.option("--context", default="", metavar="COLUMN", help="The mood before the film, in a CSV.")
@click.option(
    "--plot",
    "picture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw accuracy against diversity as lambda moves, in the first split, into a PNG or SVG.",
)
@catalogue_option
@json_option
def evaluate(
    source: Path | None,
    splits: tuple[str, ...],
    path: Path,
    *,
    others: tuple[tuple[str, str], ...],
    logs: tuple[Path, ...],
    context: str,
    picture: Path | None,
    validation: bool,
    as_json: bool,
) -> None:
    """Measure how good the recommender is: on held-out ratings, or on a household's own slates."""
    if (source is None) == (not logs):
        raise click.UsageError("nothing to measure on: give either --ratings or --log")
    if source is None:
        _evaluate_logs(logs, as_json=as_json)
        return
    if context:
        refuse_leaks(context)
        splits = ("time",)
    try:
        import implicit
        import scipy  # noqa: F401 - these two are asked for deep inside
        import sklearn  # noqa: F401
    except ImportError as error:
        raise CatalogueError(
            f"evaluating needs {error.name}: install it by pip install emoflix[catalog]"
        ) from error
    del implicit
    ratings = read_ratings(source, context)
    films = _films(ratings, source, others, path)
    transforms = fit_text(films, shipped_transforms())
    reports: list[dict[str, Any]] = []
    for split in splits or ("random",):
        with open_study(ratings, source, films, split, transforms, validation=validation) as study:
            lists = lists_of(study)
            report: dict[str, Any] = {
                "split": split,
                "asked": len({query.person for query in study.queries}),
                "wanted": sum(len(query.wanted) for query in study.queries),
                "candidates": int(study.candidates.sum()),
                "rankers": measure_all(study, lists),
                "compared": compare(study, lists),
                "scorers": ablate(study),
            }
            if context:
                report["context"] = measure_context(study)
            if picture is not None and not reports:
                report["relevance"] = curve(study)
                plot(report["relevance"], picture)
        reports.append(report)
        if not as_json:
            _print(report, ratings.viewers)
    if as_json:
        counts = {"ratings": len(ratings.rating), "viewers": ratings.viewers}
        print_json({**counts, "splits": reports})


def _films(
    ratings: Ratings, source: Path, others: Sequence[tuple[str, str]], catalogue: Path
) -> list[Film]:
    if ratings.scheme != CATALOGUE_ID:
        return films_of_movielens(source, films_of(starter_films()), others)
    if others:
        raise click.UsageError("--with: goes with a MovieLens folder; import it instead")
    with open_catalogue(catalogue) as opened:
        return films_of_catalogue(opened)


def _evaluate_logs(logs: Sequence[Path], *, as_json: bool) -> None:
    found = evaluate_log([decision for path in logs for decision in read_log(path)])
    if as_json:
        print_json(found)
        return
    print_table(
        f"{found.slates:,} slates, the first film of {found.answered:,} was answered",
        ("the same films", "#SNIPS", "#doubly robust", "#worth so many slates", "#mean weight"),
        [
            (
                policy.name,
                policy.snips,
                policy.doubly_robust,
                f"{policy.effective:.1f}",
                f"{policy.mean_weight:.2f}",
            )
            for policy in found.policies
        ],
    )


def _print(report: dict[str, Any], viewers: int) -> None:
    rankers: list[Measured] = report["rankers"]
    print_table(
        f"{report['split']}: {report['asked']:,} of {viewers:,} viewers asked,"
        f" {report['wanted']:,} held-out likes, {report['candidates']:,} films ranked",
        ("", *(f"#{name}" for name in _ACCURACY), f"#map@{DEPTH}", "#95 % of the nDCG"),
        [_accuracy(ranker) for ranker in rankers],
    )
    print_table(
        f"Beyond accuracy, of the first {DEPTH}",
        ("", "#coverage", *(f"#{name}" for name in _BEYOND)),
        [_beyond(ranker) for ranker in rankers],
    )
    compared: list[Compared] = report["compared"]
    print_table(
        f"One against another: nDCG@{DEPTH}, over the same viewers",
        ("", "of", "#ahead by", "#which is"),
        [(pair.name, pair.other, pair.ahead, f"{100 * pair.share:+.1f} %") for pair in compared],
    )
    print_table(
        f"What each scorer is worth: nDCG@{DEPTH}",
        ("scorer", "#asked", "#alone", "#lost without it"),
        [_ablated(row) for row in report["scorers"]],
    )
    if "context" in report:
        found: ContextReport = report["context"]
        rows = [(name.replace("_", " "), value) for name, value in _fields(found)]
        print_table(f"What the mood before the film is worth: nDCG@{DEPTH}", ("", "#"), rows)
    if "relevance" in report:
        points: list[Point] = report["relevance"]
        print_table(
            "Accuracy against diversity",
            ("#relevance", f"#nDCG@{DEPTH}", "#diversity"),
            [(f"{point.relevance:g}", point.ndcg, point.diversity) for point in points],
        )


def _accuracy(ranker: Measured) -> tuple[object, ...]:
    of = ranker.metrics
    ndcg = of[f"ndcg@{DEPTH}"]
    cells = [f"{of[name].mean:.3f}" for name in (*_ACCURACY, f"map@{DEPTH}")]
    return ranker.name, *cells, f"{ndcg.low:.3f} to {ndcg.high:.3f}"


def _beyond(ranker: Measured) -> tuple[object, ...]:
    covered = f"{100 * ranker.coverage[f'coverage@{DEPTH}']:.1f} %"
    cells = (f"{ranker.metrics[f'{name}@{DEPTH}'].mean:.3f}" for name in _BEYOND)
    return ranker.name, covered, *cells


def _ablated(row: Ablated) -> tuple[object, ...]:
    if row.alone is None or row.loss is None:
        return row.scorer, "never", "", ""
    return row.scorer, f"{row.asked:,}", f"{row.alone.mean:.3f}", row.loss


def _fields(struct: msgspec.Struct) -> list[tuple[str, Any]]:
    return [(name, getattr(struct, name)) for name in struct.__struct_fields__]
