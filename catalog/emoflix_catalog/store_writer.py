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
_RANK = "bm25(10.0, 8.0, 6.0, 2.0, 1.0, 3.0, 2.0)"
"""What a hit counts in each column of the search, in their order."""
_BOUNDARY = "\ue000"
"""A word to FTS5, being of private use, and to nobody else: `fold` takes it out of any query."""
_SEARCH = (
    "search (rowid, title, original_title, people, keywords, synopsis, title_sounds, people_sounds)"
)


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
    people = _numbered(
        connection,
        "person",
        (
            (name, person_key(name))
            for film in films
            for field in ROLES.values()
            for name in getattr(film, field)
        ),
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
        ("identifier", _identifiers(films)),
        ("credit", _credits(films, people)),
        ("film_term", _film_terms(films, terms)),
        (_SEARCH, (_search_row(n, film) for n, film in enumerate(films))),
    ):
        _insert(connection, table, rows)
    connection.execute("INSERT INTO search (search, rank) VALUES ('rank', ?)", (_RANK,))
    connection.execute("INSERT INTO search (search) VALUES ('optimize')")
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
    )


def _identifiers(films: Iterable[Film]) -> Iterator[tuple[str, str, int]]:
    for number, film in enumerate(films):
        for scheme, value in sorted(film.identifiers.items()):
            yield scheme, value, number


def _credits(
    films: Iterable[Film], people: dict[tuple[str, str], int]
) -> Iterator[tuple[int, str, int, int]]:
    for number, film in enumerate(films):
        for role, field in ROLES.items():
            for position, name in enumerate(getattr(film, field)):
                yield number, role, position, people[name, person_key(name)]


def _film_terms(
    films: Iterable[Film], terms: dict[tuple[str, str], int]
) -> Iterator[tuple[int, int, int]]:
    for number, film in enumerate(films):
        words = ((kind, word) for kind, field in TERMS.items() for word in getattr(film, field))
        for position, term in enumerate(words):
            yield number, position, terms[term]


def _search_row(number: int, film: Film) -> tuple[int | str, ...]:
    titles = tuple(dict.fromkeys((film.title, film.original_title)))
    people = tuple(dict.fromkeys((*film.directors, *film.cast, *film.writers)))
    return (
        number,
        fold(film.title),
        fold(film.original_title),
        _apart(map(fold, people)),
        _apart(map(fold, film.keywords)),
        fold(film.synopsis),
        _apart(map(sounds_like, titles)),
        _apart(map(sounds_like, people)),
    )


def _apart(texts: Iterable[str]) -> str:
    """Texts in one line, so that no phrase reaches from one into the next."""
    return f" {_BOUNDARY} ".join(filter(None, texts))
