"""`emoflix-catalog keygen`, `bundle` and `install`."""

from pathlib import Path

import click

from emoflix_catalog import bundle as bundles
from emoflix_catalog.commands.options import catalogue_option, json_option
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.places import default_catalogue
from emoflix_catalog.signing import make_keys

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("name", type=_FILE)
@json_option
def keygen(name: Path, *, as_json: bool) -> None:
    """Make a pair of keys: NAME.key signs, and stays here; NAME.pub goes to the box."""
    keys = make_keys(name)
    if as_json:
        print_json({name: str(value) for name, value in keys._asdict().items()})
    else:
        click.echo(f"{keys.secret}: signs; show it to nobody")
        click.echo(f"{keys.public}: copy it to the box (fingerprint {keys.fingerprint})")


@click.command()
@click.argument("out", type=_FILE)
@click.option("--key", required=True, type=_FILE, help="The secret key, NAME.key.")
@catalogue_option
@json_option
def bundle(out: Path, key: Path, path: Path, *, as_json: bool) -> None:
    """Pack the catalogue, with all that belongs to it, into the signed file OUT."""
    packed = bundles.pack(path, out, key)
    if as_json:
        print_json(packed._asdict() | {"path": str(packed.path)})
        return
    rows = [(name, f"{size / 1e6:.1f}") for name, size in packed.members.items()]
    print_table("Packed", ("part", "#MB"), rows)
    facts = f"{packed.films:,} films, version {packed.version}, signed by {packed.key}"
    click.echo(f"{out}: {facts}")


@click.command()
@click.argument("bundle", type=_FILE)
@click.option("--key", required=True, type=_FILE, help="The public key of who signed, NAME.pub.")
@click.option(
    "--into",
    "path",
    type=_FILE,
    default=default_catalogue,
    envvar="EMOFLIX_CATALOGUE",
    show_envvar=True,
    help=f"The catalogue file to replace  [default: {default_catalogue()}]",
)
@json_option
def install(bundle: Path, key: Path, path: Path, *, as_json: bool) -> None:
    """Put the catalogue of BUNDLE into place, whole or not at all."""
    installed = bundles.install(bundle, key, path)
    if as_json:
        print_json(installed._asdict() | {"path": str(installed.path)})
        return
    before = f", in place of {installed.former}" if installed.former else ""
    click.echo(f"{path}: {installed.films:,} films, version {installed.version}{before}")
