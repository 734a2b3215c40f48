"""`emoflix-catalog recommend`."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from emoflix_catalog.commands.options import (
    GENRE,
    LANGUAGE,
    MOOD_TAG,
    Share,
    catalogue_option,
    count_option,
    json_option,
)
from emoflix_catalog.commands.picture import resembling
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.commands.watched import read_entries, with_history
from emoflix_catalog.errors import InvalidRequestError
from emoflix_catalog.looks import describer
from emoflix_catalog.pictures import read_picture
from emoflix_catalog.recommend import Context, Slate, Viewer, mood_of
from emoflix_catalog.recommend import recommend as make_slate
from emoflix_catalog.search import Query, search
from emoflix_catalog.store import Catalogue, open_catalogue
from emoflix_catalog.table import FIRST_YEAR
from emoflix_catalog.vocabulary import AGES, EXPRESSIONS, LANGUAGES

_ROLES = {"actors": "cast", "directors": "director"}


@click.command()
@click.option("--mood", type=click.Choice(EXPRESSIONS), help="What the room looks like.")
@click.option("--confidence", type=Share(), default=0.8, show_default=True, help="In the mood.")
@click.option("--language", "languages", type=LANGUAGE, multiple=True, help="The dearest first.")
@click.option("--actor", "actors", multiple=True, help="A favourite; or several.")
@click.option("--director", "directors", multiple=True, help="A favourite; or several.")
@click.option("--liked", multiple=True, help="Id of a film that was liked; or several.")
@click.option("--disliked", multiple=True, help="Id of a film that was not; or several.")
@click.option("--seen", multiple=True, help="Id of a film not to show; or several.")
@click.option(
    "--history",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What emoflix-catalog history … --json printed.",
)
@click.option("--genre", "genres", type=GENRE, multiple=True, help="Only of these.")
@click.option("--without-genre", "genres_left_out", type=GENRE, multiple=True)
@click.option("--without-tag", "mood_tags_left_out", type=MOOD_TAG, multiple=True)
@click.option("--max-runtime", "max_runtime_min", type=click.IntRange(1), help="In minutes.")
@click.option("--max-age", type=click.Choice(AGES), help="Only films for this age or younger.")
@click.option(
    "--library",
    "libraries",
    multiple=True,
    help="Only what it holds: jellyfin, kodi, or a table such as csv-my-service.",
)
@click.option("--at", type=click.DateTime(), help="Local time of the evening.  [default: now]")
@click.option("--people", type=click.IntRange(0), default=1, show_default=True, help="Watching.")
@click.option("--light", type=click.Choice(("dark", "dim", "bright")), help="In the room.")
@click.option("--restless", is_flag=True, help="People do not settle.")
@click.option(
    "--lift",
    type=Share(),
    default=0.5,
    show_default=True,
    help="How far to move the mood: 0 matches it, 1 lifts it.",
)
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What the films are to look like.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed, other films.")
@click.option("--explain", is_flag=True, help="Show what each part of the score adds.")
@count_option(5)
@catalogue_option
@json_option
def recommend(
    path: Path,
    *,
    mood: str | None,
    confidence: float,
    seen: tuple[str, ...],
    history: Path | None,
    at: dt.datetime | None,
    people: int,
    light: str | None,
    restless: bool,
    picture: Path | None,
    seed: int,
    explain: bool,
    count: int,
    as_json: bool,
    **wishes: Any,
) -> None:
    """Recommend films for a viewer and a mood."""
    if at is not None and not FIRST_YEAR <= at.year < dt.MAXYEAR:
        raise InvalidRequestError(
            f"--at {at.date()}: is no evening: give one from {FIRST_YEAR} to {dt.MAXYEAR - 1}"
        )
    viewer = Viewer(seen=frozenset(seen), **wishes)
    reading = mood_of(mood, confidence) if mood else None
    look = None if picture is None else describer(path)(read_picture(picture))
    with open_catalogue(path) as catalogue:
        evening = Context(
            at=(at or dt.datetime.now(dt.UTC)).astimezone(),
            people=people,
            light=light or "",
            restless=restless,
            picture=None if look is None else resembling(catalogue, path, look),
        )
        _check_names(catalogue, viewer)
        viewer = viewer if history is None else with_history(viewer, read_entries(history))
        slate = make_slate(catalogue, viewer, reading, evening, count=count, seed=seed)
    if as_json:
        print_json(slate)
    else:
        _print(slate, explain=explain)


def _check_names(catalogue: Catalogue, viewer: Viewer) -> None:
    """A misspelt favourite would silently do nothing: say so, and who may be meant."""
    for field, role in _ROLES.items():
        for name in getattr(viewer, field):
            if not catalogue.credited(name, role)[0].size:
                raise InvalidRequestError(
                    f"{name}: no {field[:-1]} of this name{_near(catalogue, name, role)}"
                )
    for film in (*viewer.liked, *viewer.disliked, *viewer.seen):
        if not catalogue.numbers([film]).size:
            raise InvalidRequestError(
                f"{film}: no film of this id: find it by emoflix-catalog search"
            )


def _near(catalogue: Catalogue, name: str, role: str) -> str:
    from difflib import get_close_matches

    films = [catalogue.film_at(n) for n in search(catalogue, Query(person=name), count=20)]
    field = "cast" if role == "cast" else "directors"
    names = sorted({person for film in films for person in getattr(film, field)})
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    return f": did you mean {', '.join(near)}?" if near else ": try emoflix-catalog search --person"


def _print(slate: Slate, *, explain: bool) -> None:
    parts = list(slate.films[0].parts) if explain and slate.films else []
    columns = ("#", "film", "language", "#min", "why", "#score", *(f"#{part}" for part in parts))
    print_table(
        slate.note,
        columns,
        (
            (
                place,
                str(recommendation.film),
                LANGUAGES.get(recommendation.film.language, "?"),
                recommendation.film.runtime_min,
                "; ".join(reason.text for reason in recommendation.reasons),
                f"{recommendation.score:.2f}",
                *(f"{recommendation.parts[part]:.2f}" for part in parts),
            )
            for place, recommendation in enumerate(slate.films, start=1)
        ),
    )
