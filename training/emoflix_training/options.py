"""What the commands take: kinds of values, and options that several of them share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from .labels import SPLITS
from .recipe import LARGEST_SEED

FILE: Final = click.Path(path_type=Path, dir_okay=False)
FOLDER: Final = click.Path(path_type=Path, file_okay=False)
SEED: Final = click.IntRange(0, LARGEST_SEED)

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Named(click.Path):
    """A file whose name must have the ending that numpy, Keras or the device looks at."""

    def __init__(self, suffix: str) -> None:
        super().__init__(path_type=Path, dir_okay=False)
        self._suffix = suffix

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(value)
        if path.suffix != self._suffix:
            self.fail(f"{path}: its name has to end in {self._suffix}", param, ctx)
        return super().convert(path, param, ctx)


data_option: Final = click.option("--data", type=FILE, required=True, help="What `prepare` wrote.")
run_option: Final = click.option("--run", type=FOLDER, required=True, help="Folder of this run.")
resume_option: Final = click.option(
    "--resume", is_flag=True, help="Go on after the last finished epoch."
)
json_option: Final = click.option("--json", "as_json", is_flag=True, help="For machines.")


def labelled_options(command: _Command) -> _Command:
    """Which labelled faces: a split of the prepared ones, or a folder."""
    for option in (
        click.option("--folder", type=FOLDER, help="Instead: pictures in folders by expression."),
        click.option("--split", default="validation", show_default=True, type=click.Choice(SPLITS)),
        click.option("--data", type=FILE, help="What `prepare` wrote."),
    ):
        command = option(command)
    return command
