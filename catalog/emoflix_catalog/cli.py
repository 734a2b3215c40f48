"""The command `emoflix-catalog`: a table of commands, each imported only when it is asked for."""

import sys
from importlib import import_module
from importlib.metadata import version
from typing import Final

import click

from emoflix_catalog.errors import CatalogueError

COMMANDS: Final = {
    "build": "Build the catalogue from tables of films.",
    "fit": "Fit what turns films into vectors, on a desktop.",
    "check": "Check tables of films, and hold their facts against others'.",
    "search": "Find films by title, person, language, genre, year or mood tag.",
    "info": "Show everything that is known of a film.",
    "stats": "Count the films by language, decade, genre and more.",
    "recommend": "Recommend films for a viewer and a mood.",
    "version": "Say which program and which catalogue this is.",
}
"""A command, in the module of its name, and its line in the help."""


class _LateCommands(click.Group):
    """Imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"emoflix_catalog.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_LateCommands)
@click.version_option(version("emoflix"), prog_name="emoflix-catalog")
def emoflix_catalog() -> None:
    """Films that can be found, felt and trusted."""


def main() -> None:
    """Run a command; an error a person can mend is one line and exit code 2."""
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
    sys.exit(2)
