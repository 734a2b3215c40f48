"""`make evaluate-mood`: how steady and how quick the announced mood is, beside simpler filters.

The filter's constants were chosen on evenings of one half of the validation crops; what is reported
comes from the other half. The plot goes to docs/mood-filters.svg.
"""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from rich.table import Table

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.camera.frame import Frame
from emoflix_device.config import CameraSettings, MoodSettings, VisionSettings
from emoflix_device.run import DETECT_EVERY
from emoflix_device.vision.card import BUNDLED_MODEL
from emoflix_device.vision.expression import open_expression_model
from emoflix_device.vision.look import open_observer
from tests.benchmarks.crops import halves, is_prepared, validation
from tests.benchmarks.sequences import (
    LENGTH_S,
    LOOKS_PER_S,
    Sequence,
    drawn_anew,
    invented,
    readings,
)
from tests.benchmarks.shared import SHARED, YUNET
from tests.benchmarks.smoothers import SMOOTHERS, Labels, by_the_filter, unfiltered

ALL_CROPS: Final = 2720
SEEDS: Final = range(11, 23)
REDRAWN: Final = 40
"""For the interval of our own figures, crops are drawn anew from the same so many times, ..."""
REDRAWN_SEQUENCES: Final = 8
"""... with so many evenings each."""
SETTLED_S: Final = 3.0
"""So long after a change the label is expected to keep still."""
PLOT: Final = Path(__file__).resolve().parents[2] / "docs" / "mood-filters.svg"
VIDEOS: Final = ("crying_then_smiling.mp4", "neutral_to_smile.mp4", "none_then_face.mov")

Smoother = Callable[[Sequence], Labels]


@dataclass(frozen=True)
class Score:
    """Of one smoother.

    Attributes:
        flips_per_min: changes of the label while the truth has held for `SETTLED_S` and longer.
        median_s: from a change of the truth until it is announced; of all changes.
        nine_of_ten_s: within it nine of ten changes were announced; infinite where they were not.
        right: share of the settled time in which the truth is announced.
    """

    flips_per_min: float
    median_s: float
    nine_of_ten_s: float
    right: float


def tables() -> Iterator[Table]:
    """Sequences, then real videos; writes the plot."""
    if not is_prepared("mood"):
        return
    model = open_expression_model(BUNDLED_MODEL)
    prior = model.card.prior
    tuned_on, read = (readings(model, half, seed=2) for half in halves(validation(ALL_CROPS, 1)))
    sequences = [invented(read, prior, seed) for seed in SEEDS]
    scores = {
        name: {time_s: scored(lambda s, f=smooth, t=time_s: f(s, t), sequences) for time_s in times}
        for name, (smooth, times) in SMOOTHERS.items()
    }
    alone = scored(unfiltered, sequences)
    plot(alone, scores)
    table = by_constant(alone, scores, sequences)
    table.add_section()
    ours = [scored(by_our_filter, redrawn(read, prior, seed)) for seed in range(REDRAWN)]
    table.add_row("* 95 % interval, crops drawn anew", "", *intervals(ours))
    tuning = [invented(tuned_on, prior, seed) for seed in SEEDS]
    table.add_row("* where it was tuned", "", *cells(scored(by_our_filter, tuning)))
    by_default = [invented(read, prior, seed, CameraSettings().frames_per_s) for seed in SEEDS]
    name = f"* at {by_default[0].looks_per_s:g} looks a second"
    table.add_row(name, "", *cells(scored(by_our_filter, by_default)))
    yield table
    if SHARED.is_dir():
        yield on_videos()


def scored(smooth: Smoother, sequences: list[Sequence]) -> Score:
    """Over all sequences."""
    flips, settled_min, delays_s, right = 0, 0.0, [], []
    for sequence in sequences:
        labels, rate = smooth(sequence), sequence.looks_per_s
        skipped = round(SETTLED_S * rate)
        changes = [0, *(np.flatnonzero(np.diff(sequence.truth)) + 1), len(labels)]
        for start, end in pairwise(changes[1:]):
            announced = np.flatnonzero(labels[start:end] == sequence.truth[start])
            delays_s.append(announced[0] / rate if len(announced) else np.inf)
            still = labels[start + skipped : end]
            flips += int((np.diff(still) != 0).sum())
            settled_min += len(still) / rate / 60
            right.append(still == sequence.truth[start])
    return Score(
        flips_per_min=flips / settled_min,
        median_s=float(np.median(delays_s)),
        nine_of_ten_s=float(np.quantile(delays_s, 0.9, method="higher")),
        right=float(np.concatenate(right).mean()),
    )


def by_our_filter(sequence: Sequence) -> Labels:
    """What the program announces as it is shipped."""
    return by_the_filter(sequence, MoodSettings().memory_s)


def redrawn(read: Any, prior: tuple[float, ...], seed: int) -> list[Sequence]:
    """Evenings that other crops of the same kind could have made."""
    generator = np.random.default_rng(seed)
    crops = drawn_anew(read, generator)
    return [
        invented(crops, prior, int(each))
        for each in generator.integers(1 << 31, size=REDRAWN_SEQUENCES)
    ]


def intervals(scores: list[Score]) -> Iterator[str]:
    """As `cells`, the middle 95 of 100."""
    low, high = (
        Score(
            *np.quantile(
                [dataclasses.astuple(score) for score in scores], share, axis=0, method=way
            )
        )
        for share, way in ((0.025, "lower"), (0.975, "higher"))
    )
    yield from (f"{low} - {high}" for low, high in zip(cells(low), cells(high), strict=True))


def by_constant(
    alone: Score, scores: dict[str, dict[float, Score]], sequences: list[Sequence]
) -> Table:
    """One row for each smoother and constant; the program's own is marked."""
    seen = [sequence.looks[sequence.seen].argmax(axis=1) for sequence in sequences]
    truth = [sequence.truth[sequence.seen] for sequence in sequences]
    single = (np.concatenate(seen) == np.concatenate(truth)).mean()
    title = (
        f"{len(sequences)} x {LENGTH_S / 60:.0f} minutes at {LOOKS_PER_S:g} looks a second, "
        f"{single:.1%} of the single looks right"
    )
    columns = ("flips a minute", "half within", "nine of ten within", "right when settled")
    table = Table("filter", "constant", *columns, title=title)
    table.add_row("none", "", *cells(alone))
    for name, by_time in scores.items():
        for time_s, score in by_time.items():
            ours = name == "Bayesian filter" and time_s == MoodSettings().memory_s
            table.add_row(name, f"{time_s:g} s{' *' if ours else ''}", *cells(score))
    return table


def cells(score: Score) -> Iterator[str]:
    """As the table shows it."""
    yield f"{score.flips_per_min:.1f}"
    yield f"{score.median_s:.1f} s"
    yield f"{score.nine_of_ten_s:.1f} s" if np.isfinite(score.nine_of_ten_s) else "never"
    yield f"{score.right:.0%}"


def on_videos() -> Table:
    """How often the label changes in real videos; in the first two it should once."""
    time_s = {"average": 1.0, "majority window": 1.4, "Bayesian filter": MoodSettings().memory_s}
    table = Table("video", "looks", "none", *time_s, "announced", title="Changes of the label")
    observer = open_observer(VisionSettings(yunet_model=YUNET), detect_every=DETECT_EVERY)
    for name in VIDEOS:
        sequence = watched(SHARED / "data" / "video" / name, observer)
        labels = {
            each: SMOOTHERS[each][0](sequence, constant_s) for each, constant_s in time_s.items()
        }
        counts = (
            str(int((np.diff(each) != 0).sum()))
            for each in (unfiltered(sequence), *labels.values())
        )
        table.add_row(name, str(len(sequence.times_s)), *counts, told(labels["Bayesian filter"]))
    return table


def told(labels: Labels) -> str:
    """The labels in their order, without repetition."""
    kept = [int(label) for at, label in enumerate(labels) if at == 0 or label != labels[at - 1]]
    return " > ".join("-" if label < 0 else EXPRESSIONS[label] for label in kept)


def watched(video: Path, observer: Any) -> Sequence:
    """The video at `LOOKS_PER_S`; of a frame's faces the largest. Its truth is not known."""
    capture = cv2.VideoCapture(str(video))
    rate = capture.get(cv2.CAP_PROP_FPS)
    stride = max(1, round(rate / LOOKS_PER_S))
    times_s, looks, number = [], [], 0
    while capture.grab():
        if number % stride == 0:
            luma = cv2.cvtColor(capture.retrieve()[1], cv2.COLOR_BGR2GRAY)
            faces = observer.observe(Frame(np.asarray(luma), number / rate, number)).faces
            read = [face.probabilities for face in faces if face.quality > 0]
            times_s.append(number / rate)
            looks.append(read[0] if read else np.full(len(EXPRESSIONS), np.nan))
        number += 1
    capture.release()
    return Sequence(
        np.array(times_s),
        np.zeros(len(times_s), np.intp),
        np.array(looks),
        observer.model.card.prior,
    )


def plot(alone: Score, scores: dict[str, dict[float, Score]]) -> None:
    """Flips against delay: one line a filter, one point a constant."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "emoflix"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.5))
    axes.plot(alone.median_s, alone.flips_per_min, "x", color="grey", label="none")
    for name, by_time in scores.items():
        points = [(score.median_s, score.flips_per_min) for score in by_time.values()]
        axes.plot(*zip(*points, strict=True), "o-", markersize=4, label=name)
    now = scores["Bayesian filter"][MoodSettings().memory_s]
    axes.plot(now.median_s, now.flips_per_min, "o", markersize=11, fillstyle="none", color="black")
    axes.set_yscale("log")
    axes.set_xlabel("half of the changes announced within, s")
    axes.set_ylabel("flips a minute while nothing changes")
    axes.grid(visible=True, which="both", alpha=0.2)
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(PLOT, metadata={"Date": None})
    plt.close(figure)
