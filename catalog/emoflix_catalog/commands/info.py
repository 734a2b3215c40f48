"""`emoflix-catalog info`."""

from pathlib import Path

import click

from emoflix_catalog.commands.options import catalogue_option, json_option
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.errors import UnknownFilmError
from emoflix_catalog.film import Film
from emoflix_catalog.search import Query, search
from emoflix_catalog.store import Catalogue, open_catalogue
from emoflix_catalog.vocabulary import EXPRESSIONS, LANGUAGES


@click.command()
@click.argument("film")
@catalogue_option
@json_option
def info(film: str, path: Path, *, as_json: bool) -> None:
    """Show everything that is known of FILM: its id, or words that only fit one film best."""
    with open_catalogue(path) as catalogue:
        number = _find(catalogue, film)
        found = catalogue.film_at(number)
        evoked = _evoked(catalogue, number)
    if as_json:
        print_json({"film": found, "evoked": evoked})
    else:
        told = ", ".join(f"{name} {value:.2f}" for name, value in evoked.items() if value)
        print_table(str(found), ("", ""), [*_lines(found), ("evokes", told)])


def _evoked(catalogue: Catalogue, number: int) -> dict[str, float]:
    """Valence, arousal, how sure they are, and the probability of each emotion."""
    columns = catalogue.columns
    point, emotions = columns["evoked"][number], columns["emotions"][number]
    names = ("valence", "arousal", "certainty", *EXPRESSIONS)
    values = (*point, columns["evoked_certainty"][number], *emotions)
    return {name: round(float(value), 3) for name, value in zip(names, values, strict=True)}


def _find(catalogue: Catalogue, film: str) -> int:
    by_id = catalogue.numbers([film])
    if by_id.size:
        return int(by_id[0])
    found = search(catalogue, Query(text=film), count=1)
    if not found:
        raise UnknownFilmError(f"{film}: no film of this id or title: try emoflix-catalog search")
    return found[0]


def _popularity(film: Film) -> str:
    if film.popularity is None:
        return ""
    day = f" on {film.popularity_on}" if film.popularity_on else ""
    return f"{film.popularity:g}{day}, by {film.popularity_by or film.source}"


def _lines(film: Film) -> list[tuple[str, object]]:
    rating = f"{film.rating} of 10, {film.votes or 0:,} votes" if film.rating is not None else ""
    liking = f"{film.liking:.0%} for it, of {film.reviews:,}" if film.liking is not None else ""
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
        ("reviews", liking),
        ("popularity", _popularity(film)),
        ("identifiers", ", ".join(f"{k} {v}" for k, v in film.identifiers.items())),
        ("source", f"{film.source} ({film.licence})"),
    ]
    return [line for line in lines if line[1]]
