"""`emoflix-catalog fit`."""

from pathlib import Path

import click
import msgspec

from emoflix_catalog.commands.options import json_option
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.features.fitting import fit_transforms
from emoflix_catalog.features.transforms import write_transforms
from emoflix_catalog.starter import films_of, starter_films
from emoflix_catalog.store import open_catalogue


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--films",
    "folder",
    type=click.Path(path_type=Path),
    help="The folder with the tables of films  [default: the starter catalogue]",
)
@click.option(
    "--catalogue",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The films of a catalogue instead, with all that was imported into it.",
)
@json_option
def fit(out: Path, folder: Path | None, path: Path | None, *, as_json: bool) -> None:
    """Fit what turns films into vectors, on a desktop, and write it to OUT."""
    if path is None:
        films = films_of(folder or starter_films())
    else:
        with open_catalogue(path) as catalogue:
            films = [catalogue.film_at(number) for number in range(len(catalogue))]
    transforms, report = fit_transforms(films)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_transforms(out, transforms)
    except OSError as error:
        raise CatalogueError(f"{out}: cannot be written: {error.strerror}") from error
    if as_json:
        print_json(report)
    else:
        rows = (
            (name.replace("_", " "), value)
            for name, value in msgspec.structs.asdict(report).items()
        )
        cells = (
            (name, value if isinstance(value, int) else f"{value:.3f}") for name, value in rows
        )
        print_table(f"Fitted to {out}", ("", "#"), cells)
