"""`emoflix-catalog sentiment`."""

from collections import defaultdict
from pathlib import Path
from typing import Final

import click
import msgspec

from emoflix_catalog.commands.options import json_option
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.features.sentiment import film_score, read_sentiment, write_sentiment
from emoflix_catalog.features.sentiment_fitting import Labelled, fit_sentiment
from emoflix_catalog.importers.contract import SourceError, Tally
from emoflix_catalog.importers.files import csv_rows

_LABELS: Final = {"1": True, "0": False, "pos": True, "neg": False}
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def sentiment() -> None:
    """How much reviews like their films."""


@sentiment.command()
@click.argument("table", type=_FILE)
@click.argument("out", type=_FILE)
@json_option
def fit(table: Path, out: Path, *, as_json: bool) -> None:
    """Fit a classifier to the reviews of TABLE and write it to OUT.

    TABLE is a CSV (or one in gz or zip) with the columns text and label (1 or 0); rows whose column
    split says test are only measured on.
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
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_sentiment(out, fitted)
    except OSError as error:
        raise CatalogueError(f"{out}: cannot be written: {error.strerror}") from error
    if as_json:
        print_json(report)
        return
    rows = []
    for name, value in msgspec.structs.asdict(report).items():
        numbers = value if isinstance(value, tuple) else (value,)
        shown = (f"{n:.3f}" if isinstance(n, float) else str(n) for n in numbers if n is not None)
        rows.append((name.replace("_", " "), " to ".join(shown)))
    print_table(f"Fitted to {out}", ("", "#"), rows)


@sentiment.command()
@click.argument("reviews", type=_FILE)
@click.option("--model", required=True, type=_FILE, help="What `sentiment fit` wrote.")
@json_option
def score(reviews: Path, model: Path, *, as_json: bool) -> None:
    """Say how much the reviews of each film like it, from 0 to 1.

    REVIEWS is a CSV with the columns film and text. While a film has few reviews its score is drawn
    towards 0.5.
    """
    fitted = read_sentiment(model)
    texts: dict[str, list[str]] = defaultdict(list)
    for _, row in csv_rows(reviews, Tally(), ("film", "text")):
        texts[row["film"]].append(row["text"])
    scores = {
        film: (film_score(fitted.positive(each).tolist()), len(each))
        for film, each in texts.items()
    }
    ranked = sorted(scores.items(), key=lambda item: (-item[1][0], item[0]))
    if as_json:
        print_json([{"film": f, "score": round(s, 4), "reviews": n} for f, (s, n) in ranked])
    else:
        rows = [(film, f"{liked:.3f}", count) for film, (liked, count) in ranked]
        print_table(f"{len(ranked):,} films", ("film", "#score", "#reviews"), rows)
