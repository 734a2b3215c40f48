"""`emoflix-catalog cold-start`."""

from pathlib import Path

import click

from emoflix_catalog.commands.options import (
    GENRE,
    LANGUAGE,
    catalogue_option,
    count_option,
    json_option,
)
from emoflix_catalog.commands.printing import FILM_COLUMNS, film_cells, print_json, print_table
from emoflix_catalog.recommend import Viewer
from emoflix_catalog.recommend.cold_start import COUNT, films_to_ask
from emoflix_catalog.store import open_catalogue
from emoflix_catalog.vocabulary import AGES

_HOW_TO_ANSWER = "Answer with: emoflix-catalog recommend --liked ID … --disliked ID …"


@click.command("cold-start")
@click.option("--language", "languages", type=LANGUAGE, multiple=True, help="The dearest first.")
@click.option("--without-genre", "genres_left_out", type=GENRE, multiple=True)
@click.option("--max-age", type=click.Choice(AGES), help="Only films for this age or younger.")
@count_option(COUNT)
@catalogue_option
@json_option
def cold_start(
    path: Path,
    *,
    languages: tuple[str, ...],
    genres_left_out: tuple[str, ...],
    max_age: int | None,
    count: int,
    as_json: bool,
) -> None:
    """Show the films to ask a new viewer about: those whose answers tell most."""
    viewer = Viewer(languages=languages, genres_left_out=genres_left_out, max_age=max_age)
    with open_catalogue(path) as catalogue:
        films = [
            catalogue.film_at(number) for number in films_to_ask(catalogue, viewer, count=count)
        ]
    if as_json:
        print_json(films)
    elif not films:
        click.echo("No film fits.")
    else:
        print_table("Do you like these?", FILM_COLUMNS, map(film_cells, films))
        click.echo(_HOW_TO_ANSWER)
