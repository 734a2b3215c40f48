"""`emoflix-catalog info`."""

from pathlib import Path

import click

from emoflix_catalog.commands.options import catalogue_option, json_option
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.errors import UnknownFilmError
from emoflix_catalog.film import Film
from emoflix_catalog.search import Query, search
from emoflix_catalog.store import Catalogue, open_catalogue
from emoflix_catalog.vocabulary import LANGUAGES


@click.command()
@click.argument("film")
@catalogue_option
@json_option
def info(film: str, path: Path, *, as_json: bool) -> None:
    """Show everything that is known of FILM: its id, or words that only fit one film best."""
    with open_catalogue(path) as catalogue:
        number = _find(catalogue, film)
        found = catalogue.film_at(number)
        valence, arousal = (float(value) for value in catalogue.columns["evoked"][number])
    if as_json:
        print_json({"film": found, "evoked": {"valence": valence, "arousal": arousal}})
    else:
        lines = [*_lines(found), ("evokes", f"valence {valence:+.2f}, arousal {arousal:+.2f}")]
        print_table(str(found), ("", ""), lines)


def _find(catalogue: Catalogue, film: str) -> int:
    by_id = catalogue.numbers([film])
    if by_id.size:
        return int(by_id[0])
    found = search(catalogue, Query(text=film), count=1)
    if not found:
        raise UnknownFilmError(f"{film}: no film of this id or title: try emoflix-catalog search")
    return found[0]


def _lines(film: Film) -> list[tuple[str, object]]:
    rating = f"{film.rating} of 10, {film.votes or 0:,} votes" if film.rating is not None else ""
    lines: list[tuple[str, object]] = [
        ("id", film.id),
        ("original title", film.original_title),
        ("languages", ", ".join(LANGUAGES[code] for code in film.languages)),
        ("countries", ", ".join(film.countries)),
        ("length", f"{film.runtime_min} min" if film.runtime_min else ""),
        ("age", "" if film.age is None else f"from {film.age}"),
        ("genres", ", ".join(film.genres)),
        ("directors", ", ".join(film.directors)),
        ("cast", ", ".join(film.cast)),
        ("writers", ", ".join(film.writers)),
        ("mood tags", ", ".join(film.mood_tags)),
        ("keywords", ", ".join(film.keywords)),
        ("synopsis", film.synopsis),
        ("rating", rating),
        ("identifiers", ", ".join(f"{k} {v}" for k, v in film.identifiers.items())),
        ("source", f"{film.source} ({film.licence})"),
    ]
    return [line for line in lines if line[1]]
