"""`emoflix-catalog version`."""

from importlib.metadata import version as version_of
from pathlib import Path

import click

from emoflix_catalog.commands.options import catalogue_option, json_option
from emoflix_catalog.commands.printing import print_json
from emoflix_catalog.store import open_catalogue


@click.command()
@catalogue_option
@json_option
def version(path: Path, *, as_json: bool) -> None:
    """Say which program and which catalogue this is."""
    program = version_of("emoflix")
    with open_catalogue(path) as catalogue:
        films = len(catalogue)
        if as_json:
            print_json({"program": program, "catalogue": catalogue.version, "films": films})
        else:
            click.echo(f"emoflix {program}, catalogue {catalogue.version} of {films:,} films")
