"""What the commands print."""

from pathlib import Path
from typing import TYPE_CHECKING

from .clip.produce import Produced
from .evaluate import Evaluation
from .export import Exported
from .labels import LABELS
from .metrics import Score
from .prepare import Counts

if TYPE_CHECKING:  # rich is imported only by the commands that print
    from rich.table import Table


def show_counts(counts: Counts, out: Path) -> None:
    """Print what `prepare` found, did and wrote."""
    from rich.table import Table

    found = Table("found in the file", "count", title="FER2013 as published")
    for usage, n in counts.rows.items():
        if n:
            found.add_row(f"rows of {usage}", f"{n}")
    for text, n in (
        ("groups of exactly equal images", counts.duplicate_groups),
        ("extra copies in them", counts.extra_copies),
        ("groups with conflicting labels", counts.conflicting_groups),
        ("pairs of near copies", counts.near_pairs),
        ("blank images", counts.blank),
        ("evaluation rows that also stand in Training", counts.evaluation_rows_also_in_training),
        ("further ones with a near copy in Training", counts.evaluation_rows_near_training),
    ):
        found.add_row(text, f"{n}")

    dropped = Table("dropped from Training", "count", title="Cleaning")
    for text, n in (
        ("copies of an image of an evaluation split", counts.dropped_for_evaluation),
        ("near copies of one", counts.dropped_near_evaluation),
        ("further copies of an image", counts.dropped_as_copy),
        ("copies with a minority's label", counts.dropped_minority_label),
        ("copies without a majority's label", counts.dropped_without_majority),
        ("blank images", counts.blank_dropped),
    ):
        dropped.add_row(text, f"{n}")

    splits = Table("split", *LABELS, "all", "distinct", title=f"Written to {out.name}")
    for split, per_label in counts.splits.items():
        if sum(per_label):
            splits.add_row(
                split, *map(str, per_label), f"{sum(per_label)}", f"{counts.unique[split]}"
            )

    _print(found, dropped, splits)


def show_exported(exported: Exported) -> None:
    """Print what `export` checked and wrote."""
    from rich.console import Console
    from rich.table import Table

    Console(soft_wrap=True).print(
        f"{exported.network}: {exported.size_bytes / 1e6:.2f} MB, "
        f"{exported.partitions} partition, temperature {exported.temperature:.3f}, "
        f"{' and '.join(exported.engines)} within {exported.largest_difference} step"
    )
    table = Table("split", "network", "accuracy, %", "distinct images, %", "macro F1")
    for pair in exported.evaluations:
        for name, evaluation in zip(("float", "int8"), pair, strict=True):
            table.add_row(
                evaluation.split,
                name,
                _percent(evaluation.full),
                _percent(evaluation.distinct),
                f"{evaluation.macro_f1:.3f}",
            )
    _print(table)


def show_evaluation(evaluation: Evaluation, network: Path) -> None:
    """Print everything `evaluate` measured."""
    from rich.table import Table

    summary = Table("measured", "value", title=f"{network.name} on {evaluation.split}")
    for text, value in (
        ("accuracy, %, 95 % interval", _percent(evaluation.full)),
        ("accuracy on distinct images, %", _percent(evaluation.distinct)),
        ("macro F1", f"{evaluation.macro_f1:.3f}"),
        ("calibration error, no temperature", f"{evaluation.calibration_error_raw:.3f}"),
        (
            f"calibration error at temperature {evaluation.temperature:.2f}",
            f"{evaluation.calibration_error:.3f}",
        ),
    ):
        summary.add_row(text, value)

    labels = Table("expression", "faces", "precision", "recall", "F1")
    for row in evaluation.per_label:
        labels.add_row(
            row.label,
            f"{row.count}",
            f"{row.precision:.3f}",
            f"{row.recall:.3f}",
            f"{row.f1:.3f}",
        )

    confusion = Table("is, below: answered", *LABELS, title="Confusion")
    for label, answers in zip(LABELS, evaluation.confusion, strict=True):
        confusion.add_row(label, *map(str, answers))
    _print(summary, labels, confusion)


def show_clip(produced: Produced) -> None:
    """Print what was seen in the finished clip."""
    from rich.table import Table

    check = produced.check
    table = Table("measured", "value", title=produced.clip.name)
    for text, value in (
        ("frames", f"{check.frames}"),
        ("size", f"{check.bytes / 1e6:.2f} MB"),
        ("frames with a face in which Haar finds one", f"{check.found:.1%}"),
        ("empty frames in which Haar finds one", f"{check.found_by_nobody:.1%}"),
        ("read as scripted, away from changes", f"{check.as_scripted:.1%}"),
        *((f"   {name}", f"{share:.1%}") for name, share in check.by_expression.items()),
        ("grey levels to the nearest training picture", f"{produced.to_training:.1f}"),
        ("   of as many as were never seen", f"{produced.to_training_sample:.1f}"),
        ("   to the nearest never seen", f"{produced.to_unseen:.1f}"),
        ("   between training pictures, median", f"{produced.between_pictures:.1f}"),
    ):
        table.add_row(text, value)
    _print(table)


def _percent(score: Score) -> str:
    low, high = (100 * bound for bound in score.interval)
    return f"{100 * score.accuracy:.2f} ({low:.1f} to {high:.1f}) of {score.count}"


def _print(*tables: "Table") -> None:
    """Numbers to the right; as wide as they are, also where the output is no terminal."""
    from rich.console import Console

    console = Console()
    wide = console if console.is_terminal else Console(width=120)
    for table in tables:
        for column in table.columns[1:]:
            column.justify = "right"
        wide.print(table)
