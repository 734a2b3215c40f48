"""The learning curves of a run, kept as CSV and drawn as PNG."""

import csv
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from .files import replacing


@dataclass(frozen=True)
class Epoch:
    """One finished epoch; loss and accuracy are means over it, on augmented faces."""

    epoch: int
    learning_rate: float
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float


def read_history(run: Path) -> list[Epoch]:
    path = run / "history.csv"
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as lines:
        return [
            Epoch(**{f.name: f.type(row[f.name]) for f in fields(Epoch)})  # type: ignore[operator]
            for row in csv.DictReader(lines)
        ]


def append(run: Path, finished: Epoch) -> None:
    """Add an epoch and redraw the curves; an epoch that is run again replaces its old line."""
    epochs = [e for e in read_history(run) if e.epoch < finished.epoch] + [finished]
    with (
        replacing(run / "history.csv") as temporary,
        temporary.open("w", newline="", encoding="utf-8") as lines,
    ):
        writer = csv.DictWriter(lines, [f.name for f in fields(Epoch)])
        writer.writeheader()
        writer.writerows(asdict(epoch) for epoch in epochs)
    draw(epochs, run / "curves.png")


def draw(epochs: list[Epoch], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    loss, accuracy = figure.subplots(1, 2)
    at = [e.epoch for e in epochs]
    loss.plot(at, [e.loss for e in epochs], label="training (augmented)")
    loss.plot(at, [e.validation_loss for e in epochs], label="validation")
    loss.set(xlabel="epoch", ylabel="cross-entropy")
    accuracy.plot(at, [100 * e.accuracy for e in epochs], label="training (augmented)")
    accuracy.plot(at, [100 * e.validation_accuracy for e in epochs], label="validation")
    accuracy.set(xlabel="epoch", ylabel="accuracy, %")
    for axes in (loss, accuracy):
        axes.grid(alpha=0.3)
        axes.legend()
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=110)
