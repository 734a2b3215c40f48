"""`emoflix-catalog build`."""

from pathlib import Path

import click

from emoflix_catalog.build import build_catalogue
from emoflix_catalog.commands.options import catalogue_option, json_option
from emoflix_catalog.commands.printing import print_json
from emoflix_catalog.features.transforms import read_transforms
from emoflix_catalog.starter import starter_films


@click.command()
@click.option(
    "--films",
    "folder",
    type=click.Path(path_type=Path),
    help="The folder with the tables of films  [default: the starter catalogue]",
)
@click.option(
    "--transforms",
    "transforms",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What `emoflix-catalog fit` wrote  [default: what is shipped]",
)
@catalogue_option
@json_option
def build(folder: Path | None, transforms: Path | None, path: Path, *, as_json: bool) -> None:
    """Build the catalogue from tables of films."""
    fitted = read_transforms(transforms) if transforms else None
    built = build_catalogue(folder or starter_films(), path, fitted)
    if as_json:
        print_json({"path": str(built.path), "version": built.version, "films": built.films})
    else:
        click.echo(f"{built.path}: {built.films:,} films, version {built.version}")
