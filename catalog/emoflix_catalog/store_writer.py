"""The facts of films into the tables of a new catalogue file."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from emoflix_catalog.film import Film
from emoflix_catalog.schema import CATALOGUE, upgrade
from emoflix_catalog.text import fold, sounds_like

ROLES: Final = {"director": "directors", "cast": "cast", "writer": "writers"}
"""The roles of a credit, and the field of `Film` that holds them."""
TERMS: Final = {
    "language": "languages",
    "country": "countries",
    "genre": "genres",
    "mood_tag": "mood_tags",
    "keyword": "keywords",
}
"""The kinds of term, and the field of `Film` that holds them."""
BOUNDARY: Final = "\ue000"
"""Before and after every text in the search, as a word: for whole titles and names, and so that no
phrase reaches from one into the next. Being of private use, it is in no query (see `fold`)."""
_ROLE_IDS: Final = {role: number for number, role in enumerate(ROLES)}


def write_store(connection: sqlite3.Connection, films: Sequence[Film], version: str) -> None:
    """Fill a new file; the place of a film in `films` becomes its number.

    Raises:
        sqlite3.OperationalError: The disk is full.
    """
    # Nobody sees this file before it is whole, so a journal would protect nothing.
    connection.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON;"
    )
    upgrade(connection, CATALOGUE)
    connection.execute("BEGIN")
    connection.execute("INSERT INTO catalogue VALUES (?, ?)", (version, len(films)))
    sources = _numbered(connection, "source", ((film.source, film.licence) for film in films))
    # The searches first: putting one in order frees pages, which what comes after it takes.
    for table, fields, texts in (
        ("name_search", "title, original_title, people", _name_rows(films)),
        ("word_search", "words", _word_rows(films)),
        ("sound_search", "sounds", _sound_rows(films)),
    ):
        _insert(connection, f"{table} (rowid, {fields})", texts)
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608
    names = dict.fromkeys(
        name for film in films for field in ROLES.values() for name in getattr(film, field)
    )
    people = {name: number for number, name in enumerate(names, start=1)}
    _insert(
        connection, "person", ((number, name, person_key(name)) for name, number in people.items())
    )
    terms = _numbered(
        connection,
        "term",
        (
            (kind, word)
            for film in films
            for kind, field in TERMS.items()
            for word in getattr(film, field)
        ),
    )
    for table, rows in (
        ("film", (_film_row(n, film, sources) for n, film in enumerate(films))),
        ("identifier", iter(sorted(_identifiers(films)))),  # in order its pages are full
        ("credit", _credits(films, people)),
        ("film_term", _film_terms(films, terms)),
    ):
        _insert(connection, table, rows)
    connection.execute("COMMIT")
    connection.execute("ANALYZE")


def person_key(name: str) -> str:
    """A name without accents, case and blanks: `Mohan Lal` and `Mohanlal` are one."""
    return fold(name).replace(" ", "")


def _insert(connection: sqlite3.Connection, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    first = next(rows, None)
    if first is not None:
        places = ", ".join("?" * len(first))
        statement = f"INSERT INTO {table} VALUES ({places})"  # noqa: S608 - the tables above
        connection.execute(statement, first)
        connection.executemany(statement, rows)


def _numbered(
    connection: sqlite3.Connection, table: str, rows: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Insert each different row once, numbered by where it was met first."""
    numbers: dict[tuple[str, str], int] = {}
    for row in rows:
        numbers.setdefault(row, len(numbers) + 1)
    _insert(connection, table, ((number, *row) for row, number in numbers.items()))
    return numbers


def _film_row(number: int, film: Film, sources: dict[tuple[str, str], int]) -> tuple[Any, ...]:
    return (
        number,
        film.id,
        film.title,
        film.original_title if film.original_title not in {"", film.title} else None,
        film.year,
        film.runtime_min,
        film.age,
        film.synopsis,
        film.rating,
        film.votes,
        film.popularity,
        film.popularity_on and film.popularity_on.isoformat(),
        sources[film.source, film.licence],
        film.liking,
        film.reviews,
        film.popularity_by,
    )


def _identifiers(films: Iterable[Film]) -> Iterator[tuple[str, str, int]]:
    for number, film in enumerate(films):
        for scheme, value in sorted(film.identifiers.items()):
            yield scheme, value, number


def _credits(films: Iterable[Film], people: dict[str, int]) -> Iterator[tuple[int, int, int, int]]:
    for number, film in enumerate(films):
        for role, field in ROLES.items():
            for position, name in enumerate(getattr(film, field)):
                yield number, _ROLE_IDS[role], position, people[name]


def _film_terms(
    films: Iterable[Film], terms: dict[tuple[str, str], int]
) -> Iterator[tuple[int, int, int]]:
    for number, film in enumerate(films):
        words = ((kind, word) for kind, field in TERMS.items() for word in getattr(film, field))
        for position, term in enumerate(words):
            yield number, position, terms[term]


def _name_rows(films: Iterable[Film]) -> Iterator[tuple[int, str, str, str]]:
    for number, film in enumerate(films):
        other = "" if film.original_title == film.title else film.original_title
        yield number, _bounded([film.title]), _bounded([other]), _bounded(_people(film))


def _word_rows(films: Iterable[Film]) -> Iterator[tuple[int, str]]:
    for number, film in enumerate(films):
        yield number, fold(" ".join((*film.keywords, film.synopsis)))


def _sound_rows(films: Iterable[Film]) -> Iterator[tuple[int, str]]:
    for number, film in enumerate(films):
        yield number, sounds_like(" ".join((film.title, film.original_title, *_people(film))))


def _people(film: Film) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*film.directors, *film.cast, *film.writers)))


def _bounded(texts: Iterable[str]) -> str:
    folded = [text for text in map(fold, texts) if text]
    return " ".join((BOUNDARY, f" {BOUNDARY} ".join(folded), BOUNDARY)) if folded else ""
