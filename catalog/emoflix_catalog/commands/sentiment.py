"""`emoflix-catalog sentiment`."""

from pathlib import Path
from typing import Final

import click
import msgspec

from emoflix_catalog.commands.options import catalogue_option, json_option
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.features.sentiment import write_sentiment
from emoflix_catalog.features.sentiment_fitting import Labelled, fit_sentiment
from emoflix_catalog.importers.contract import SourceError, Tally
from emoflix_catalog.importers.files import csv_rows
from emoflix_catalog.reviews import sentiment_path

_LABELS: Final = {"1": True, "0": False, "pos": True, "neg": False}


@click.group()
def sentiment() -> None:
    """How much reviews like their films."""


@sentiment.command()
@click.argument("table", type=click.Path(dir_okay=False, path_type=Path))
@catalogue_option
@json_option
def fit(table: Path, path: Path, *, as_json: bool) -> None:
    """Fit a classifier to the reviews of TABLE, and keep it beside the catalogue.

    From then on it reads the reviews that are imported, and those that viewers write. TABLE is a
    CSV (or one in gz or zip) with the columns text and label (1 or 0); rows whose column split says
    test are only measured on.
    """
    parts: dict[bool, list[Labelled]] = {False: [], True: []}
    for place, row in csv_rows(table, Tally(), ("text", "label")):
        if row["label"] not in _LABELS:
            raise SourceError(
                f"{table.parent / place}: the label {row['label'][:20]!r} is none of"
                f" {', '.join(_LABELS)}: mend the row"
            )
        parts[row.get("split") == "test"].append(Labelled(row["text"], _LABELS[row["label"]]))
    fitted, report = fit_sentiment(parts[False], parts[True])
    out = sentiment_path(path)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_sentiment(out, fitted)
    except OSError as error:
        raise CatalogueError(f"{out}: cannot be written ({error.strerror}): make room") from error
    if as_json:
        print_json(report)
        return
    rows = []
    for name, value in msgspec.structs.asdict(report).items():
        numbers = value if isinstance(value, tuple) else (value,)
        shown = (f"{n:.3f}" if isinstance(n, float) else str(n) for n in numbers if n is not None)
        rows.append((name.replace("_", " "), " to ".join(shown)))
    print_table(f"Fitted to {out}", ("", "#"), rows)
