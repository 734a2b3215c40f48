"""`emoflix-catalog stats`."""

from pathlib import Path

import click

from emoflix_catalog.commands.options import catalogue_option, json_option
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.store import Catalogue, open_catalogue
from emoflix_catalog.vocabulary import LANGUAGES

_COUNTS = {
    "language": (
        "SELECT coalesce(name, ''), count(*) FROM film LEFT JOIN ("
        "SELECT film, name FROM film_term JOIN term ON term.id = term"
        " WHERE kind = 'language' AND position = 0"
        ") ON film = number GROUP BY 1 ORDER BY 2 DESC, 1"
    ),
    "decade": "SELECT (year / 10 * 10) || 's', count(*) FROM film GROUP BY 1 ORDER BY 1",
    "genre": (
        "SELECT name, count(*) FROM film_term JOIN term ON term.id = term"
        " WHERE kind = 'genre' GROUP BY name ORDER BY 2 DESC, name"
    ),
    "mood tag": (
        "SELECT name, count(*) FROM film_term JOIN term ON term.id = term"
        " WHERE kind = 'mood_tag' GROUP BY name ORDER BY 2 DESC, name"
    ),
    "age": (
        "SELECT coalesce('from ' || age, 'not known'), count(*) FROM film GROUP BY age ORDER BY age"
    ),
    "source": (
        "SELECT name || ' (' || licence || ')', count(*) FROM film"
        " JOIN source ON source.id = film.source GROUP BY source.id ORDER BY 2 DESC, 1"
    ),
}
"""What is counted, and how. A film's main language is its first term."""


@click.command()
@catalogue_option
@json_option
def stats(path: Path, *, as_json: bool) -> None:
    """Count the films by language, decade, genre, mood tag, age and source."""
    with open_catalogue(path) as catalogue:
        version, films = catalogue.version, len(catalogue)
        counts = {kind: _count(catalogue, kind) for kind in _COUNTS}
        learnt = catalogue.collaborative
        rated = 0 if learnt is None else len(learnt.factored)
        (people,) = catalogue.rows("SELECT count(*) FROM person")[0]
    if as_json:
        print_json({"version": version, "films": films, "people": people, "rated": rated, **counts})
        return
    click.echo(f"Catalogue {version}: {films:,} films, {people:,} people")
    told = f"ratings tell of {rated:,} of them" if rated else "nothing is learnt from ratings yet"
    click.echo(told if rated == films else f"{told}: see emoflix-catalog factors")
    for kind, rows in counts.items():
        cells = ((name, count, f"{100 * count / films:.1f} %") for name, count in rows.items())
        print_table(f"by {kind}", (kind, "#films", "#share"), cells)


def _count(catalogue: Catalogue, kind: str) -> dict[str, int]:
    rows = catalogue.rows(_COUNTS[kind])
    if kind == "language":
        return {LANGUAGES.get(code, "not known"): count for code, count in rows}
    return dict(rows)
