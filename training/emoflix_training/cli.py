"""`emoflix-train`: from FER2013 to the pair of files the device runs."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from .errors import TrainingError

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


class _Commands(click.Group):
    """Turns what a person can mend into one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TrainingError as error:
            click.echo(f"emoflix-train: {error}", err=True)
            sys.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Train, check and export the expression network."""
    # Before TensorFlow is imported: its log would drown ours.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@main.command()
@click.argument("source", type=FILE)
@click.option("--votes", type=FILE, help="FER+ votes (fer2013new.csv), row for row beside SOURCE.")
@click.option("--out", type=FILE, required=True, help="The .npz to write.")
@click.option("--validation", default=0.1, show_default=True, type=click.FloatRange(0.01, 0.5))
@click.option("--seed", default=20, show_default=True, help="Of the validation part's choice.")
def prepare(source: Path, votes: Path | None, out: Path, validation: float, seed: int) -> None:
    """Clean FER2013's CSV (SOURCE, also .gz) and split it honestly."""
    from . import prepared, tables
    from .fer2013 import read_rows
    from .prepare import prepare as clean

    faces, counts = clean(read_rows(source, votes), validation_fraction=validation, seed=seed)
    prepared.save(out, faces)
    tables.show_counts(counts, out)


@main.command()
@click.argument("recipe", type=FILE)
@click.option("--data", type=FILE, required=True, help="What `prepare` wrote.")
@click.option("--run", type=FOLDER, required=True, help="Folder of this run.")
@click.option("--resume", is_flag=True, help="Go on after the last finished epoch.")
def train(recipe: Path, data: Path, run: Path, resume: bool) -> None:  # noqa: FBT001
    """Train a network by RECIPE."""
    from . import prepared
    from .progress import training_progress
    from .recipe import read_recipe
    from .train import train as run_training

    read = read_recipe(recipe)
    with training_progress(read) as (on_step, on_epoch):
        run_training(
            read, prepared.load(data), run, resume=resume, on_step=on_step, on_epoch=on_epoch
        )
    click.echo(f"the best epoch's network: {run / 'model.keras'}")
