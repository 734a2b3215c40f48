"""`emoflix profile`: who is known here, all that is kept of one of them, and its erasing."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from emoflix_device.config import load_settings
from emoflix_device.errors import StateError
from emoflix_device.household import (
    STORE,
    HouseholdStore,
    as_json,
    encrypt_household,
    export_profile,
    open_household,
)
from emoflix_device.options import config_option


@click.group()
def profile() -> None:
    """List, export and erase what is kept of the people who watch."""


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


@contextmanager
def _store(config: Path) -> Iterator[HouseholdStore]:
    """The store, which these commands never make."""
    settings = load_settings(config)
    file = settings.state_dir / STORE
    if not file.exists():
        raise StateError(f"{file}: nothing is kept yet, or state_dir in {config} is another folder")
    with open_household(settings.household, settings.state_dir) as store:
        yield store
