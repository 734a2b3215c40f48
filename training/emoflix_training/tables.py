"""What the commands print."""

from pathlib import Path

from .labels import LABELS
from .prepare import Counts


def show_counts(counts: Counts, out: Path) -> None:
    """Print what `prepare` found, did and wrote."""
    from rich.console import Console
    from rich.table import Table

    found = Table("found in the file", "count", title="FER2013 as published")
    for usage, n in counts.rows.items():
        if n:
            found.add_row(f"rows of {usage}", f"{n}")
    for text, n in (
        ("groups of exactly equal images", counts.duplicate_groups),
        ("extra copies in them", counts.extra_copies),
        ("groups with conflicting labels", counts.conflicting_groups),
        ("blank images", counts.blank),
        ("evaluation rows that also stand in Training", counts.evaluation_rows_also_in_training),
    ):
        found.add_row(text, f"{n}")

    dropped = Table("dropped from Training", "count", title="Cleaning")
    for text, n in (
        ("copies of an image of an evaluation split", counts.dropped_for_evaluation),
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

    console = Console()
    for table in (found, dropped, splits):
        for column in table.columns[1:]:
            column.justify = "right"
        console.print(table)
