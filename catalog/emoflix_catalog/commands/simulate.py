"""`emoflix-catalog simulate`."""

from pathlib import Path
from typing import Final

import click
import msgspec
import numpy as np

from emoflix_catalog.commands.options import catalogue_option, json_option
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.errors import CatalogueError, InvalidRequestError
from emoflix_catalog.evaluate.intervals import Estimate, mean_over
from emoflix_catalog.recommend import cold_start
from emoflix_catalog.simulation import COUNT, Study, regret, study
from emoflix_catalog.store import open_catalogue

SPAN: Final = 10
"""Evenings in one row of the table."""


class _Told(msgspec.Struct):
    """The study as JSON."""

    viewers: int
    evenings: int
    change: int
    seed: int
    best_fixed: dict[str, float]
    liking: dict[str, list[Estimate]]
    """Way to the mean liking in each span of evenings."""
    ahead_of_static: list[Estimate]
    """By how much learning is ahead of the order that is best for other viewers, in each span."""
    regret: dict[str, Estimate]
    """Way to what was lost in all against the best fixed weights."""


@click.command()
@click.option("--viewers", type=click.IntRange(2, 1000), default=16, show_default=True)
@click.option(
    "--evenings",
    type=click.IntRange(2, 1000),
    default=40,
    show_default=True,
    help="Half-way everybody's taste changes.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw liking and regret here."
)
@catalogue_option
@json_option
def simulate(
    path: Path, *, viewers: int, evenings: int, seed: int, plot: Path | None, as_json: bool
) -> None:
    """Let the recommender learn from simulated viewers whose taste changes."""
    with open_catalogue(path) as catalogue:
        most = (len(catalogue) - cold_start.COUNT) // COUNT
        if evenings > most:
            raise InvalidRequestError(
                f"--evenings {evenings}: the catalogue's films last for {max(most, 0)}: say fewer,"
                " or name another by --catalogue"
            )
        done = study(catalogue, viewers=viewers, evenings=evenings, seed=seed)
    told = _told(done, viewers, evenings, seed)
    if plot is not None:
        _plot(done, plot)
    if as_json:
        print_json(told)
    else:
        _print(told)


def _told(done: Study, viewers: int, evenings: int, seed: int) -> _Told:
    spans = range(0, evenings, SPAN)
    learning, static = done.liking["learning"], done.liking["static"]
    return _Told(
        viewers,
        evenings,
        done.change,
        seed,
        dict(done.best_fixed.factors),
        {
            way: [mean_over(rows[:, span : span + SPAN].mean(axis=1)) for span in spans]
            for way, rows in done.liking.items()
        },
        [mean_over((learning - static)[:, span : span + SPAN].mean(axis=1)) for span in spans],
        {way: mean_over(regret(done, way)[:, -1]) for way in done.liking},
    )


def _print(told: _Told) -> None:
    ways = list(told.liking)
    rows = [
        (
            f"{span * SPAN + 1}-{min((span + 1) * SPAN, told.evenings)}",
            *(f"{told.liking[way][span].mean:.3f}" for way in ways),
            str(told.ahead_of_static[span]),
        )
        for span in range(len(told.ahead_of_static))
    ]
    print_table(
        f"Mean liking of a slate, {told.viewers} simulated viewers, six answers before the first"
        f" evening and one on each; taste changes after {told.change}",
        ("evenings", *(f"#{way}" for way in ways), "#learning - static"),
        [*rows, ("regret in all", *(f"{told.regret[way].mean:.2f}" for way in ways), "")],
    )
    best = ", ".join(f"{name} x {factor:g}" for name, factor in told.best_fixed.items())
    click.echo(f"Best fixed weights in hindsight: {best or 'as they are'}.")


def _plot(done: Study, path: Path) -> None:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise CatalogueError(
            f"--plot needs {error.name}: install it by pip install matplotlib"
        ) from error
    figure = Figure(figsize=(9, 4), layout="constrained")
    liking, lost = figure.subplots(1, 2)
    smooth = np.ones(5) / 5
    for way, rows in done.liking.items():
        mean = rows.mean(axis=0)
        if len(mean) >= len(smooth):
            liking.plot(np.arange(3, len(mean) - 1), np.convolve(mean, smooth, "valid"), label=way)
        losses = regret(done, way)
        doubt = losses.std(axis=0, ddof=1) / np.sqrt(len(losses))
        evenings = np.arange(1, losses.shape[1] + 1)
        lost.plot(evenings, losses.mean(axis=0), label=way)
        lost.fill_between(
            evenings, losses.mean(axis=0) - doubt, losses.mean(axis=0) + doubt, alpha=0.15
        )
    for axes in (liking, lost):
        axes.axvline(done.change + 0.5, color="grey", linestyle=":", label="taste changes")
        axes.set_xlabel("evening")
    liking.set_ylabel("mean liking of a slate, over five evenings")
    lost.set_ylabel("regret, with one standard error")
    lost.legend(fontsize=8)
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{path}: the plot cannot be written ({error})") from error
