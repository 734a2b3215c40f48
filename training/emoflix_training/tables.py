"""What the commands print."""

from pathlib import Path
from typing import TYPE_CHECKING

from .clip.produce import Produced
from .crossval import CrossValidation
from .export import Exported
from .labels import LABELS
from .measure import Findings
from .prepare import Counts
from .report import HARDSHIP_COLUMNS, endured, in_words, percent

if TYPE_CHECKING:  # rich is imported only by the commands that print
    from rich.table import Table


def show_counts(counts: Counts, out: Path) -> None:
    """Print what `prepare` found, did and wrote."""
    from rich.table import Table

    found = Table("found in the source", "count", title="As published")
    dropped = Table("dropped from Training", "count", title="Cleaning")
    for table, rows in ((found, counts.found()), (dropped, counts.dropped())):
        for text, n in rows:
            table.add_row(text, f"{n}")
    splits = Table("split", *LABELS, "all", "distinct", title=_plain(f"Written to {out.name}"))
    for row in counts.written():
        splits.add_row(*map(str, row))
    _print(found, dropped, splits)


def show_exported(exported: Exported) -> None:
    """Print what `export` checked and wrote."""
    from rich.console import Console
    from rich.table import Table

    Console(soft_wrap=True).print(
        f"{exported.network}: {exported.size_bytes / 1e6:.2f} MB, "
        f"{exported.partitions} partition, temperature {exported.temperature:.3f}, "
        f"{' and '.join(exported.engines)} within {exported.largest_difference} step; "
        f"epoch {exported.best_epoch}, the best of {exported.epochs} "
        f"({exported.planned_epochs} planned)",
        markup=False,
    )
    table = Table("split", "network", "accuracy, %", "distinct images, %", "macro F1")
    for pair in exported.evaluations:
        for name, evaluation in zip(("float", "int8"), pair, strict=True):
            table.add_row(
                evaluation.split,
                name,
                percent(evaluation.full),
                percent(evaluation.distinct),
                f"{evaluation.macro_f1:.3f}",
            )
    _print(table)


def show_evaluation(found: Findings) -> None:
    """Print everything `evaluate` measured."""
    from rich.console import Console
    from rich.table import Table

    evaluation = found.evaluation
    summary = Table(
        "measured", "value", title=_plain(f"{found.network.name} on {evaluation.split}")
    )
    for text, value in (
        ("accuracy, %, 95 % interval", percent(evaluation.full)),
        ("accuracy on distinct images, %", percent(evaluation.distinct)),
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
        labels.add_row(row.label, f"{row.count}", *map("{:.3f}".format, row.ratios))

    confusion = Table("is, below: answered", *LABELS, title="Confusion")
    for label, answers in zip(LABELS, evaluation.confusion, strict=True):
        confusion.add_row(label, *map(str, answers))
    surest = Table("answered, the surest first", "accuracy, %")
    for share, accuracy in evaluation.accuracy_at_coverage.items():
        surest.add_row(share, f"{100 * accuracy:.1f}")
    _print(summary, labels, confusion, surest)
    if found.hardships:
        hard = Table(*HARDSHIP_COLUMNS, title="Accuracy, %, under hardships")
        for entry in endured(found.hardships):
            hard.add_row(*entry)
        _print(hard)
    if found.comparison is not None:
        Console(soft_wrap=True).print(in_words(found), markup=False)


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


def _plain(text: str) -> str:
    """A name with brackets in it as it is: rich takes [red] for a colour."""
    from rich.markup import escape

    return escape(text)


def _print(*tables: "Table") -> None:
    """Numbers to the right; as wide as they are, also where the output is no terminal."""
    from rich.console import Console

    console = Console()
    wide = console if console.is_terminal else Console(width=120)
    for table in tables:
        for column in table.columns[1:]:
            column.justify = "right"
        wide.print(table)


def show_cross_validation(done: CrossValidation) -> None:
    """Print each fold's accuracy, their mean and standard deviation."""
    from rich.table import Table

    table = Table(
        "fold",
        "accuracy on its held-out faces, %",
        title="weights carried on" if done.carried_weights else "fresh weights in every fold",
    )
    for fold, accuracy in enumerate(done.accuracies, start=1):
        table.add_row(f"{fold}", f"{100 * accuracy:.2f}")
    table.add_row("mean ± sd", f"{100 * done.mean:.2f} ± {100 * done.standard_deviation:.2f}")
    _print(table)
