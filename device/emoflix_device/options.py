"""Options that several commands have."""

from pathlib import Path

import click

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    required=True,
    help="The configuration, as for `emoflix run`.",
)
