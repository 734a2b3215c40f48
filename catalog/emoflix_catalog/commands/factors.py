"""`emoflix-catalog factors`."""

from pathlib import Path
from typing import Final

import click
import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.commands.options import catalogue_option, json_option
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.features.collaborative import fit_collaborative, write_collaborative
from emoflix_catalog.features.factors import ENGINES
from emoflix_catalog.importers.contract import Request, SourceError, Tally
from emoflix_catalog.importers.history import read_history
from emoflix_catalog.importers.sources import SOURCES
from emoflix_catalog.ratings import LIKED_FROM, UNKNOWN, film_numbers, read_ratings
from emoflix_catalog.store import Catalogue, open_catalogue
from emoflix_catalog.whole import alone

_Likes = tuple[NDArray[np.int32], NDArray[np.int64], int]
"""Viewers, numbers of films liked, and how many films the catalogue lacks."""
_HISTORIES: Final = [name for name, source in SOURCES.items() if source.history]


@click.command()
@click.option(
    "--ratings",
    "tables",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="A MovieLens folder, or a CSV of user,film,rating; or several.",
)
@click.option(
    "--history",
    "histories",
    type=(click.Choice(_HISTORIES), str),
    metavar="SOURCE PATH",
    multiple=True,
    help="What one more viewer rated, from a list such as `letterboxd ratings.csv`; or several.",
)
@click.option("--engine", type=click.Choice(list(ENGINES)), default="implicit", show_default=True)
@catalogue_option
@json_option
def factors(
    tables: tuple[Path, ...],
    histories: tuple[tuple[str, str], ...],
    engine: str,
    path: Path,
    *,
    as_json: bool,
) -> None:
    """Learn from ratings who likes what else, and put it beside the catalogue.

    A film counts as liked from 7 of 10 on. What is learnt stays with its films in later builds and
    imports; run it again for the films that came since.
    """
    if not (tables or histories):
        raise click.UsageError("nothing to learn from: give --ratings or --history")
    # A build meanwhile would leave what is learnt to a version that is gone.
    with open_catalogue(path) as catalogue, alone(path):
        found = [_likes_of(table, catalogue) for table in tables]
        found += [_history_of(source, where, catalogue) for source, where in histories]
        viewers, likes, missing, first = [], [], 0, 0
        for viewer, film, unknown in found:
            viewers.append(viewer + first)
            likes.append(film)
            missing += unknown
            first += int(viewer.max(initial=-1)) + 1
        collaborative, fitted = fit_collaborative(
            len(catalogue), np.concatenate(viewers), np.concatenate(likes), ENGINES[engine]
        )
        version = catalogue.version
        file = write_collaborative(path, version, collaborative)
    facts = {**msgspec.structs.asdict(fitted), "films_not_in_the_catalogue": missing}
    if as_json:
        print_json({"path": str(file), "catalogue": version, **facts})
    else:
        rows = [(name.replace("_", " "), f"{value:,}") for name, value in facts.items()]
        print_table(f"Fitted to {file}", ("", "#"), rows)


def _likes_of(table: Path, catalogue: Catalogue) -> _Likes:
    ratings = read_ratings(table)
    numbers = film_numbers(ratings, table, catalogue)
    if (numbers == UNKNOWN).all():
        raise SourceError(
            f"{table}: the catalogue holds none of its {len(numbers):,} films:"
            " import them first (emoflix-catalog import)"
        )
    film = numbers[ratings.film]
    liked = (film != UNKNOWN) & (ratings.rating >= LIKED_FROM)
    return ratings.viewer[liked], film[liked], int((numbers == UNKNOWN).sum())


def _history_of(source: str, where: str, catalogue: Catalogue) -> _Likes:
    history = read_history(source, Request(where=where), catalogue, Tally())
    liked = [
        entry.film
        for entry in history.entries
        if entry.rating is not None and entry.rating >= LIKED_FROM
    ]
    film = catalogue.numbers(liked)
    return np.zeros(len(film), np.int32), film, len(history.missing)
