"""The command `emoflix`: a table of commands, each imported only when it is asked for."""

import io
import signal
import sys
from importlib.metadata import version
from typing import Final

import click

from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.late_commands import LateCommands
from emoflix_device.errors import EmoflixError

COMMANDS: Final = {
    "run": ("emoflix_device.run:run", "Run the service: camera, mood, slates, MQTT."),
    "demo": ("emoflix_device.demo:demo", "Broker, service and viewer in one, on the bundled clip."),
    "check": ("emoflix_device.check:check", "Test camera, model, catalogue and broker one by one."),
    "aim": ("emoflix_device.aim:aim", "Show what the camera sees, to turn it to the sofa."),
    "status": ("emoflix_device.status_command:status", "Say on one screen whether all is well."),
    "backup": ("emoflix_device.backup:backup", "Copy what the household said into one file."),
    "restore": ("emoflix_device.backup:restore", "Put a backup in the place of what is kept."),
    "update": ("emoflix_device.update:update", "Install signed catalogues and networks."),
    "bundle-model": (
        "emoflix_device.model_bundle:bundle_model",
        "Pack a network into one signed file.",
    ),
    "analyze": ("emoflix_device.analyze:analyze", "Read the expressions in a picture or video."),
    "watch": ("emoflix_device.watch:watch", "Print moods and slates as they arrive over MQTT."),
    "profile": (
        "emoflix_device.profile_command:profile",
        "List, export and erase what is kept of those who watch.",
    ),
    "privacy": ("emoflix_device.privacy:privacy", "Say what is kept, where, and who can read it."),
    "fetch-models": (
        "emoflix_device.fetch_models:fetch_models",
        "Download the YuNet face detector and check it.",
    ),
    "web": (
        "emoflix_device.web.command:web",
        "Serve the page for phones and the television.",
    ),
    "pair": ("emoflix_device.web.command:pair", "Show a QR code that lets one phone in."),
}
"""Name -> where the command stands, and its line in the help."""

EXTRAS: Final = {"aiohttp": "web", "segno": "web"}
"""Packages that whoever installed the service alone does not have, and what brings them."""


@click.group(cls=LateCommands, table=COMMANDS)
@click.version_option(version("emoflix"), prog_name="emoflix")
def emoflix() -> None:
    """A small box by the television that reads the room's mood and recommends films."""


def _end(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def main() -> None:
    """Run a command; an error a person can mend is one line and exit code 2."""
    # What is half done is taken back, as at Ctrl-C; `nohup` stays what it is.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Malayalam shows the rest
    try:
        emoflix()
    except (EmoflixError, CatalogueError) as error:
        click.echo(f"emoflix: {error}", err=True)
        sys.exit(2)
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        click.echo(
            f"emoflix: this command needs {error.name}, which is not installed:"
            f" pip install 'emoflix[{EXTRAS[error.name]}]'",
            err=True,
        )
        sys.exit(2)
