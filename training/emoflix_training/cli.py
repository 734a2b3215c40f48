"""`emoflix-train`: from FER2013 to the pair of files the device runs."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from .classifiers import ENGINES
from .errors import TrainingError
from .labels import EVALUATION_SPLITS
from .options import (
    FILE,
    FOLDER,
    SEED,
    Named,
    data_option,
    json_option,
    labelled_options,
    resume_option,
    run_option,
)


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
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--votes", type=FILE, help="FER+ votes (fer2013new.csv), row for row beside SOURCE.")
@click.option(
    "--out", type=Named(".npz"), required=True, help="The .npz to write; its report beside it."
)
@click.option("--validation", default=0.1, show_default=True, type=click.FloatRange(0.01, 0.5))
@click.option(
    "--seed", default=20, show_default=True, type=SEED, help="Of the validation part's choice."
)
@click.option(
    "--keep-leaks",
    is_flag=True,
    help="Leave Training's copies of evaluation images where they are: dishonest.",
)
@click.option(
    "--shifted",
    is_flag=True,
    help="Find copies of evaluation images cut up to 3 px elsewhere too: half a minute more.",
)
def prepare(
    *,
    source: Path,
    votes: Path | None,
    out: Path,
    validation: float,
    seed: int,
    keep_leaks: bool,
    shifted: bool,
) -> None:
    """Clean labelled faces and split them honestly.

    SOURCE is FER2013's CSV (also .gz), its folder form (train/angry/..., test/angry/...), or any
    folder of pictures in folders named for their expression, which then is training data.
    """
    from . import prepared, tables
    from .prepare import prepare as clean
    from .report import data_report
    from .sources import read_source

    rows = read_source(source, votes)
    faces, counts = clean(
        rows,
        validation_fraction=validation,
        seed=seed,
        keep_leaks=keep_leaks,
        shifted=shifted,
    )
    prepared.save(out, faces)
    data_report(out.with_suffix(".html"), rows, faces, counts)
    tables.show_counts(counts, out)


@main.command()
@click.argument("recipe", type=FILE)
@data_option
@run_option
@resume_option
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


@main.command()
@click.argument("recipe", type=FILE)
@click.option("--teacher", "teachers", type=FILE, multiple=True, help="A .keras network; several.")
@data_option
@run_option
@click.option("--start", type=FOLDER, help="A run of the same network, to go on from its weights.")
@resume_option
def distil(
    *,
    recipe: Path,
    teachers: tuple[Path, ...],
    data: Path,
    run: Path,
    start: Path | None,
    resume: bool,
) -> None:
    """Train a student by RECIPE, which has a `distillation`, on its teachers' answers."""
    from . import prepared
    from .distil import teach
    from .progress import spinner, training_progress
    from .recipe import read_recipe
    from .run_folder import weights_of
    from .train import train as run_training

    read, faces = read_recipe(recipe), prepared.load(data)
    weights = weights_of(start, read) if start else None
    with spinner("asking the teachers") as on_view:
        answers = teach(read, faces.of("train"), run, teachers, resume=resume, on_view=on_view)
    with training_progress(read) as (on_step, on_epoch):
        run_training(
            read,
            faces,
            run,
            teacher=answers,
            start=weights,
            resume=resume,
            on_step=on_step,
            on_epoch=on_epoch,
        )
    click.echo(f"the best epoch's network: {run / 'model.keras'}")


@main.command()
@click.argument("run", type=FOLDER)
@data_option
@click.option(
    "--out", type=Named(".tflite"), required=True, help="The .tflite to write; its card beside it."
)
@click.option(
    "--score",
    multiple=True,
    type=click.Choice(EVALUATION_SPLITS),
    help="Measure this split for the card too: once for a release; note it in RELEASES.md.",
)
@click.option(
    "--seed-run",
    "seeds",
    type=FOLDER,
    multiple=True,
    help="A run of the same recipe with another seed, for the card; several.",
)
def export(
    run: Path, data: Path, out: Path, score: tuple[str, ...], seeds: tuple[Path, ...]
) -> None:
    """Make the device's int8 file and its card from the network of RUN."""
    from . import prepared, tables
    from .export import export as export_run

    tables.show_exported(export_run(run, prepared.load(data), out, score=list(score), seeds=seeds))


@main.command()
@click.argument("recipe", type=FILE)
@data_option
@click.option("--run", "folder", type=FOLDER, required=True, help="Folder for the folds' runs.")
@click.option("--folds", default=3, show_default=True, type=click.IntRange(2, 20))
@click.option("--carry-weights", is_flag=True, help="Go on from the fold before: dishonest.")
@resume_option
@json_option
def crossval(
    *,
    recipe: Path,
    data: Path,
    folder: Path,
    folds: int,
    carry_weights: bool,
    resume: bool,
    as_json: bool,
) -> None:
    """Train and score RECIPE on stratified folds of the Training part."""
    import msgspec

    from . import prepared, tables
    from .crossval import cross_validate
    from .progress import folds_progress
    from .recipe import read_recipe

    read = read_recipe(recipe)
    with folds_progress(read, folds) as (on_step, on_epoch):
        done = cross_validate(
            read,
            prepared.load(data),
            folder,
            folds=folds,
            carry_weights=carry_weights,
            resume=resume,
            on_step=on_step,
            on_epoch=on_epoch,
        )
    if as_json:
        click.echo(msgspec.json.encode(done))
    else:
        tables.show_cross_validation(done)


@main.command()
@click.argument("network", type=FILE)
@labelled_options
@click.option("--engine", default="litert", show_default=True, type=click.Choice(list(ENGINES)))
@click.option("--against", type=FILE, help="A second network, compared by McNemar's test.")
@click.option("--robustness", is_flag=True, help="Also under ten hardships.")
@click.option("--plots", type=FOLDER, help="Folder for confusion, reliability and coverage PNGs.")
@json_option
def evaluate(
    *,
    network: Path,
    data: Path | None,
    split: str,
    folder: Path | None,
    engine: str,
    against: Path | None,
    robustness: bool,
    plots: Path | None,
    as_json: bool,
) -> None:
    """Score NETWORK (.tflite or .keras) on a split or on a folder of labelled faces."""
    import msgspec

    from . import tables
    from .measure import measure, write_plots
    from .sources import labelled_faces

    faces, name = labelled_faces(data, split, folder)
    found = measure(network, name, faces, engine=engine, against=against, hardships=robustness)
    if plots is not None:
        write_plots(plots, found)
    if as_json:
        click.echo(msgspec.json.encode(found.to_builtins()))
    else:
        tables.show_evaluation(found)


@main.command()
@click.argument("network", type=FILE)
@labelled_options
@click.option("--run", type=FOLDER, help="The run it came from: its curves, and the float network.")
@click.option("--against", type=FILE, help="A second network, compared by McNemar's test.")
@click.option("--out", type=Named(".html"), required=True, help="The .html to write.")
def report(
    *,
    network: Path,
    data: Path | None,
    split: str,
    folder: Path | None,
    run: Path | None,
    against: Path | None,
    out: Path,
) -> None:
    """Write one page with all that can be measured of NETWORK."""
    from .measure import measure
    from .report import network_report
    from .sources import labelled_faces

    faces, name = labelled_faces(data, split, folder)
    found = measure(network, name, faces, against=against, hardships=True)
    network_report(out, found, run)
    click.echo(f"{out}: {network.name} on {name}")


@main.command()
@click.argument("run", type=FOLDER)
@data_option
@click.option("--network", type=FILE, required=True, help="The exported .tflite, for the casting.")
@click.option(
    "--decoder", type=Named(".keras"), required=True, help="The .keras to train, or to use."
)
@click.option("--out", type=FOLDER, required=True, help="Folder for the clip and its script.json.")
@click.option(
    "--epochs",
    default=24,
    show_default=True,
    type=click.IntRange(min=1),
    help="Of the decoder's training.",
)
@click.option("--seed", default=4, show_default=True, type=SEED, help="Of the decoder's training.")
@click.option(
    "--casting", default=8, show_default=True, type=SEED, help="Seed of the faces drawn from it."
)
def clip(
    *,
    run: Path,
    data: Path,
    network: Path,
    decoder: Path,
    out: Path,
    epochs: int,
    seed: int,
    casting: int,
) -> None:
    """Invent faces and film the demo's clip, with the help of RUN's network."""
    from . import prepared, tables
    from .classifiers import KerasClassifier, TfliteClassifier
    from .clip.produce import produce

    produced = produce(
        prepared.load(data),
        KerasClassifier(run / "model.keras"),
        TfliteClassifier(network),
        decoder_path=decoder,
        out=out,
        epochs=epochs,
        seed=seed,
        casting_seed=casting,
    )
    tables.show_clip(produced)
