"""The timeline of a video as a picture: what the looks say, and the mood they add up to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.annotate import COLOURS
from emoflix_device.outputs import OutputError, written
from emoflix_device.review import Moment
from emoflix_device.timeline import Stretch

NOT_ONE: Final = {"uncertain": "#e4e4e4", "nobody": "#ffffff"}
BAND: Final = (1.03, 0.09)
"""Where the announced mood is drawn: its lower edge and height, above probabilities up to 1."""
SHORTEST_NAMED: Final = 0.06
"""A stretch that takes less of the whole has no room for its name."""


def check_plot() -> None:
    """Find out before the work whether a plot can be made.

    Raises:
        OutputError: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl  # noqa: F401
    except ImportError as error:
        raise OutputError(
            "--timeline: matplotlib is not installed; `pip install 'emoflix[plot]'`"
        ) from error


def plot_timeline(
    output: Path, title: str, moments: Sequence[Moment], stretches: Sequence[Stretch]
) -> None:
    """Write a PNG: a line an expression over the seconds, the announced mood as a band above.

    Raises:
        OutputError: it cannot be written.
    """
    from matplotlib.figure import Figure

    end_s = stretches[-1].end_s
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.add_subplot()
    times_s = [moment.time_s for moment in moments]
    lines = np.array([moment.probabilities for moment in moments])
    for name, line in zip(EXPRESSIONS, lines.T, strict=True):
        axes.plot(times_s, line, color=_rgb(name), label=name, linewidth=1.8)
    for part in stretches:
        colour = NOT_ONE.get(part.mood) or _rgb(part.mood)
        axes.broken_barh([(part.start_s, part.length_s)], BAND, color=colour)
        if part.length_s >= SHORTEST_NAMED * end_s:
            middle_s = part.start_s + part.length_s / 2
            axes.text(middle_s, BAND[0] + BAND[1] / 2, part.mood, ha="center", va="center", size=9)
    axes.set_xlim(0, end_s)
    axes.set_ylim(0, sum(BAND))
    axes.set_yticks(np.linspace(0, 1, 5))
    axes.set_xlabel("seconds")
    axes.set_ylabel("belief")
    # A dollar sign in a file's name is no formula.
    axes.set_title(title.replace("$", r"\$"), loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside right center", frameon=False)
    with written(output) as part_file:
        figure.savefig(part_file)


def _rgb(expression: str) -> tuple[float, float, float]:
    blue, green, red = COLOURS[expression]
    return red / 255, green / 255, blue / 255
