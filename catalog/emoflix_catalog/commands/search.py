"""`emoflix-catalog search`."""

from pathlib import Path
from typing import Any

import click

from emoflix_catalog.commands.options import (
    GENRE,
    LANGUAGE,
    MOOD_TAG,
    Years,
    catalogue_option,
    count_option,
    json_option,
)
from emoflix_catalog.commands.printing import FILM_COLUMNS, film_cells, print_json, print_table
from emoflix_catalog.search import Query
from emoflix_catalog.search import search as find
from emoflix_catalog.store import open_catalogue


@click.command()
@click.argument("text", nargs=-1)
@click.option("--person", default="", help="An actor, director or writer.")
@click.option("--language", "languages", type=LANGUAGE, multiple=True, help="Or several.")
@click.option("--genre", "genres", type=GENRE, multiple=True, help="All that are given.")
@click.option("--tag", "mood_tags", type=MOOD_TAG, multiple=True, help="All that are given.")
@click.option("--year", "years", type=Years(), help="1994, 1990-1999, 1990- or -1999.")
@count_option(20)
@catalogue_option
@json_option
def search(text: tuple[str, ...], path: Path, *, count: int, as_json: bool, **wanted: Any) -> None:
    """Find films by the words of TEXT, in any spelling or script, and by facts."""
    query = Query(text=" ".join(text), **wanted)
    with open_catalogue(path) as catalogue:
        films = [catalogue.film_at(number) for number in find(catalogue, query, count=count)]
    if as_json:
        print_json(films)
    elif films:
        print_table(f"{len(films)} films", FILM_COLUMNS, map(film_cells, films))
    else:
        click.echo("No film fits.")
