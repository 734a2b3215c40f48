"""Tables that are good to read, and JSON that is good to parse."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click
import msgspec

from emoflix_catalog.film import Film
from emoflix_catalog.vocabulary import LANGUAGES

_PIPE_WIDTH = 160


def print_json(value: Any) -> None:
    """One JSON document, indented, with its keys in a fixed order."""
    text = msgspec.json.encode(value, order="deterministic")
    click.echo(msgspec.json.format(text).decode())


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table as wide as the terminal; a column whose name begins with # is a number."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", box=SIMPLE_HEAD)
    for column in columns:
        right = column.startswith("#")
        table.add_column(column.removeprefix("#"), justify="right" if right else "left")
    for row in rows:
        # As text: a film may be called [REC].
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH).print(table)


FILM_COLUMNS = ("id", "title", "#year", "language", "#min", "genres", "director", "cast")


def film_cells(film: Film) -> tuple[object, ...]:
    """A film in the columns of `FILM_COLUMNS`."""
    original = "" if film.original_title in {"", film.title} else f" · {film.original_title}"
    return (
        film.id,
        f"{film.title}{original}",
        film.year,
        LANGUAGES.get(film.language, "?"),
        film.runtime_min,
        ", ".join(film.genres),
        ", ".join(film.directors),
        ", ".join(film.cast[:3]),
    )
