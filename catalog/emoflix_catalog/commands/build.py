"""`emoflix-catalog build`."""

import datetime as dt
from pathlib import Path

import click

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.commands.options import catalogue_option, json_option
from emoflix_catalog.commands.printing import print_json
from emoflix_catalog.features.transforms import keep_transforms
from emoflix_catalog.importers.records import records_path
from emoflix_catalog.importers.run import merged_films
from emoflix_catalog.starter import films_of, starter_films
from emoflix_catalog.whole import alone


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
    help="What `emoflix-catalog fit` wrote; it is kept beside the catalogue for later builds and"
    " imports  [default: what is kept there, or else what is shipped]",
)
@catalogue_option
@json_option
def build(folder: Path | None, transforms: Path | None, path: Path, *, as_json: bool) -> None:
    """Build the catalogue from tables of films, and from what was imported for it."""
    films = films_of(folder or starter_films())
    with alone(path):
        if transforms:
            keep_transforms(transforms, path)
        if records_path(path).exists():
            films = merged_films(path, films, today=dt.datetime.now(dt.UTC).date())
        built = write_catalogue(films, path)
    if as_json:
        print_json({"path": str(built.path), "version": built.version, "films": built.films})
    else:
        click.echo(f"{built.path}: {built.films:,} films, version {built.version}")
