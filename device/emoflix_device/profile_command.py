"""`emoflix profile`: who is known here, what is kept of one of them, what they saw elsewhere."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from emoflix_catalog.importers.contract import MOST_EXAMPLES, Request, Tally
from emoflix_catalog.importers.sources import SOURCES
from emoflix_device.config import load_settings
from emoflix_device.errors import StateError
from emoflix_device.household import (
    STORE,
    HouseholdStore,
    as_json,
    encrypt_household,
    export_profile,
    is_there,
    open_household,
)
from emoflix_device.options import config_option
from emoflix_device.privacy import HOLDS

_HISTORIES: Final = [name for name, source in SOURCES.items() if source.history]


@click.group()
def profile() -> None:
    """List, export, erase and add to what is kept of the people who watch."""


@profile.command("list")
@config_option
def list_profiles(config: Path) -> None:
    """Name the profiles, and say how much each has said and was shown."""
    with _store(config) as store:
        names, selected = store.profiles.names(), store.profiles.selected
        for name in names:
            said, shown = len(store.history.of(name)), len(store.slates.of(name))
            watching = "  (watching now)" if name == selected else ""
            click.echo(f"{name}: {said} answers, {shown} slates{watching}")
        if not names:
            click.echo("There are no profiles yet.")


@profile.command()
@click.argument("name")
@config_option
def export(name: str, config: Path) -> None:
    """Print all that is kept of the profile NAME, as JSON."""
    with _store(config) as store:
        document = as_json(export_profile(store, name, dt.datetime.now().astimezone()))
    click.echo(document, nl=False)


@profile.command()
@click.argument("name")
@config_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(name: str, config: Path, *, yes: bool) -> None:
    """Delete the profile NAME and all that is kept of it, for good."""
    with _store(config) as store:
        kept = store.profiles.named(name)
        if not yes:
            said = len(store.history.of(kept))
            click.confirm(f"Erase {kept} with {said} answers, for good?", abort=True)
        store.erase(kept)
    click.echo(f"{kept} is erased. A backup or an earlier export may still hold it.")


@profile.command("import")
@click.argument("name")
@click.argument("source", type=click.Choice(_HISTORIES))
@click.argument("where")
@config_option
@click.option(
    "--key-file", type=click.Path(path_type=Path), help="The key of a Jellyfin or Kodi server."
)
@click.option("--user", default="", help="Whose history it is, where a server has several users.")
def import_history(
    name: str, source: str, where: str, config: Path, *, key_file: Path | None, user: str
) -> None:
    """Take in what the profile NAME watched elsewhere: SOURCE is such as letterboxd, WHERE a file.

    What was taken in before is not kept twice, and what was said here outweighs it.
    """
    from emoflix_catalog.importers.history import read_history
    from emoflix_device.household.histories import answers_of
    from emoflix_device.recommender import open_films

    settings = load_settings(config)
    request = Request(where=where, key_file=key_file, user=user)
    with _store(config) as store:
        kept = store.profiles.named(name)
        with open_films(settings.recommender, settings.state_dir) as films:
            history = read_history(source, request, films, Tally())
        new = store.history.take_in(kept, source, answers_of(history.entries))
    click.echo(f"{kept}: {new} of {len(history.entries)} films were new.")
    if history.missing:
        some = ", ".join(film.title for film in history.missing[:MOST_EXAMPLES])
        click.echo(f"{len(history.missing)} are not in the catalogue, such as {some}.")
    for reason, rows in history.reasons.items():
        click.echo(f"{rows} rows were not read: {reason}.")


@profile.command()
@config_option
def encrypt(config: Path) -> None:
    """Encrypt a store that has been plain so far; the service must be stopped."""
    settings = load_settings(config)
    key = encrypt_household(settings.household, settings.state_dir)
    click.echo(
        f"{settings.state_dir / STORE} is encrypted with the key in {key}. What the plain"
        " file held may still be found on the card until it is written over."
    )


@profile.command()
@config_option
def sweep(config: Path) -> None:
    """Delete what has been kept long enough, as the service does each night."""
    with _store(config) as store:
        gone = store.sweep(dt.datetime.now().astimezone())
    rows = ", ".join(f"{count:,} {HOLDS[table][0]}" for table, count in gone.items() if count)
    click.echo(f"Deleted: {rows}." if rows else "Nothing has been kept long enough to be deleted.")


@contextmanager
def _store(config: Path) -> Iterator[HouseholdStore]:
    """The store, which these commands never make."""
    settings = load_settings(config)
    file = settings.state_dir / STORE
    if not is_there(file):
        raise StateError(f"{file}: nothing is kept yet, or state_dir in {config} is another folder")
    with open_household(settings.household, settings.state_dir) as store:
        yield store
