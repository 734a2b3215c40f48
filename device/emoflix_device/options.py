"""Options that several commands have."""

from pathlib import Path

import click

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    required=True,
    help="The configuration, as for `emoflix run`.",
)

installed_config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("/etc/emoflix/emoflix.yaml"),
    show_default=True,
    help="The configuration, as for `emoflix run`.",
)
"""For commands of whoever looks after an installed service."""
