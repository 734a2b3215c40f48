"""Drawings for the reports, as PNG bytes."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from .evaluate import Hardship
from .labels import FER_PX, LABELS
from .metrics import log_softmax, risk_coverage

if TYPE_CHECKING:  # matplotlib is imported by what draws
    from matplotlib.figure import Figure

COLOURS: Final = ("#c0392b", "#6b8e23", "#7d5ba6", "#e0a100", "#3f6fb5", "#e2711d", "#7a7f87")
"""One for each label, told apart by most people with weak colour vision too."""

SEEN: Final = 8
"""Examples of each label in a montage."""


def distribution(counts: Sequence[int], title: str) -> bytes:
    """How many faces each label has, as a pie and as bars."""
    figure = _figure(9, 3.6)
    pie, bars = figure.subplots(1, 2)
    pie.pie(counts, labels=LABELS, colors=COLOURS, autopct="%.0f%%", startangle=90)
    bars.barh(LABELS, counts, color=COLOURS)
    bars.bar_label(bars.containers[0], padding=2)
    bars.margins(x=0.12)  # room for the longest bar's number
    bars.invert_yaxis()
    bars.set_xlabel("faces")
    figure.suptitle(title)
    return _png(figure)


def samples(images: NDArray[np.uint8], labels: NDArray[np.uint8], *, seed: int = 0) -> bytes:
    """A row of faces for each label: uint8[n, 48, 48] and uint8[n]."""
    generator = np.random.default_rng(seed)
    rows = []
    for label in range(len(LABELS)):
        chosen = generator.permutation(np.flatnonzero(labels == label))[:SEEN]
        row = np.full((SEEN, FER_PX, FER_PX), 255, np.uint8)
        row[: len(chosen)] = images[chosen]
        rows.append(np.hstack(list(row)))
    figure = _figure(6.4, 5.4)
    axes = figure.subplots()
    axes.imshow(np.vstack(rows), cmap="gray", vmin=0, vmax=255)
    axes.set_yticks((np.arange(len(LABELS)) + 0.5) * FER_PX, LABELS)
    axes.set_xticks([])
    return _png(figure)


def pairs(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> bytes:
    """Pictures above those that are like them: two uint8[n, 48, 48]."""
    figure = _figure(9, 9 * 2 / max(len(first), 1) + 0.3)
    axes = figure.subplots()
    axes.imshow(np.vstack([np.hstack(list(first)), np.hstack(list(second))]), cmap="gray")
    axes.set_axis_off()
    return _png(figure)


def confusion(matrix: Sequence[Sequence[int]]) -> bytes:
    """Shares of each true label (rows) that got each answer (columns), with the counts."""
    counts = np.asarray(matrix)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = _figure(5.6, 5)
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(counts.shape):
        axes.text(
            column,
            row,
            f"{shares[row, column]:.0%}\n{counts[row, column]}",
            ha="center",
            va="center",
            fontsize=7,
            color="white" if shares[row, column] > 0.5 else "black",  # noqa: PLR2004
        )
    axes.set_xticks(range(len(LABELS)), LABELS, rotation=45)
    axes.set_yticks(range(len(LABELS)), LABELS)
    axes.set(xlabel="answered", ylabel="is")
    return _png(figure)


def reliability(
    logits: NDArray[np.float32], labels: NDArray[np.uint8], temperature: float
) -> bytes:
    """Accuracy against confidence, before and after the temperature."""
    figure = _figure(3.9, 3.6)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="--")
    edges = np.linspace(0, 1, 11)
    right = logits.argmax(axis=1) == labels
    for name, scale in (("as it comes", 1.0), (f"temperature {temperature:.2f}", temperature)):
        sure = np.exp(log_softmax(logits, scale)).max(axis=1)
        held = np.digitize(sure, edges[1:-1])
        filled = [bin_ for bin_ in range(10) if (held == bin_).any()]
        axes.plot(
            [sure[held == bin_].mean() for bin_ in filled],
            [right[held == bin_].mean() for bin_ in filled],
            marker="o",
            label=name,
        )
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
    axes.legend()
    return _png(figure)


def coverage(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> bytes:
    """How wrong the surest answers are: the risk-coverage curve."""
    share, risk = risk_coverage(logits, labels)
    figure = _figure(3.9, 3.6)
    axes = figure.subplots()
    axes.plot(100 * share, 100 * risk)
    axes.set(xlabel="answered, %, the surest first", ylabel="wrong among them, %", ylim=(0, None))
    axes.grid(alpha=0.3)
    return _png(figure)


def robustness(hardships: Sequence[Hardship], unharmed: float) -> bytes:
    """Accuracy under every hardship, three strengths side by side."""
    names = list(dict.fromkeys(entry.hardship for entry in hardships))
    figure = _figure(8, 0.5 * len(names) + 1)
    axes = figure.subplots()
    axes.axvline(100 * unharmed, color="grey", linestyle="--", linewidth=1)
    for position, name in enumerate(names):
        scores = [100 * entry.score.accuracy for entry in hardships if entry.hardship == name]
        for strength, (score, shade) in enumerate(
            zip(scores, ("#9ecae1", "#4292c6", "#084594"), strict=True)
        ):
            axes.barh(position + 0.27 * (strength - 1), score, height=0.25, color=shade)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel("accuracy, %; darker is harder, the line is unharmed")
    return _png(figure)


def _figure(width_in: float, height_in: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width_in, height_in), layout="constrained")


def _png(figure: "Figure") -> bytes:
    memory = io.BytesIO()
    figure.savefig(memory, format="png", dpi=110)
    return memory.getvalue()
