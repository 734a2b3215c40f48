"""The command `emoflix-catalog`: a table of commands, each imported only when it is asked for."""

import contextlib
import io
import sys
from importlib.metadata import version
from typing import Final

import click

from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.late_commands import LateCommands

_OWN: Final = "emoflix_catalog.commands"
_IMPORTERS: Final = "emoflix_catalog.importers.command"
COMMANDS: Final = {
    "build": (f"{_OWN}.build:build", "Build the catalogue from tables of films."),
    "import": (f"{_IMPORTERS}:import_command", "Take in films from another source."),
    "purge": (f"{_IMPORTERS}:purge_command", "Take out what a source brought in."),
    "history": (f"{_IMPORTERS}:history_command", "Read what somebody watched, from a list."),
    "fit": (f"{_OWN}.fit:fit", "Fit what turns films into vectors, on a desktop."),
    "factors": (f"{_OWN}.factors:factors", "Learn from ratings who likes what else."),
    "evaluate": (f"{_OWN}.evaluate:evaluate", "Measure how good the recommender is."),
    "check": (
        f"{_OWN}.check:check",
        "Check tables of films against rules and other tables.",
    ),
    "search": (
        f"{_OWN}.search:search",
        "Find films by title, person, language, genre, year or mood tag.",
    ),
    "info": (f"{_OWN}.info:info", "Show everything that is known of a film."),
    "stats": (f"{_OWN}.stats:stats", "Count the films by language, decade, genre and more."),
    "recommend": (f"{_OWN}.recommend:recommend", "Recommend films for a viewer and a mood."),
    "cold-start": (
        f"{_OWN}.cold_start:cold_start",
        "Show the films to ask a new viewer about.",
    ),
    "look": (f"{_OWN}.look:look", "Take in how films look, from posters or stills."),
    "like-picture": (f"{_OWN}.look:like_picture", "Find films that look like a picture."),
    "sentiment": (f"{_OWN}.sentiment:sentiment", "Learn from labelled reviews to read others."),
    "keygen": (f"{_OWN}.bundle:keygen", "Make the pair of keys that bundles are signed with."),
    "bundle": (f"{_OWN}.bundle:bundle", "Pack the catalogue into one signed file for a box."),
    "install": (f"{_OWN}.bundle:install", "Put the catalogue of a bundle into place, whole."),
    "simulate": (
        f"{_OWN}.simulate:simulate",
        "Let the recommender learn from simulated viewers.",
    ),
    "version": (f"{_OWN}.version:version", "Say which program and which catalogue this is."),
}
"""Name -> where the command stands, and its line in the help."""


@click.group(cls=LateCommands, table=COMMANDS)
@click.version_option(version("emoflix"), prog_name="emoflix-catalog")
def emoflix_catalog() -> None:
    """Films that can be found, felt and trusted."""


def main() -> None:
    """Run a command; an error a person can mend is one line and exit code 2."""
    if sys.stdout is None:  # it was closed: nobody wants to read
        sys.stdout = io.StringIO()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Malayalam shows the rest
    try:
        sys.exit(emoflix_catalog(standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as help_:
        click.echo(help_.format_message(), err=True)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "emoflix-catalog"
        click.echo(f"{command}: {error.format_message()} (see {command} --help)", err=True)
    except (CatalogueError, click.ClickException) as error:
        click.echo(f"emoflix-catalog: {error}", err=True)
    except (KeyboardInterrupt, click.Abort):
        click.echo("emoflix-catalog: stopped", err=True)
        sys.exit(130)
    except OSError as error:
        if error.filename is not None:
            raise  # a file: its command should have named it
        click.echo(
            f"emoflix-catalog: what is printed cannot be written ({error.strerror})", err=True
        )
        with contextlib.suppress(OSError):
            sys.stdout.close()  # what is left would fail again at the end
    sys.exit(2)
