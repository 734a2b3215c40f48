"""An open catalogue: every film's numbers at hand, every film's facts when they are asked for."""

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.arrays import Arrays, arrays_path, open_arrays
from emoflix_catalog.errors import StoreError, UnknownFilmError
from emoflix_catalog.features.collaborative import Collaborative, open_collaborative
from emoflix_catalog.features.vectors import Vectors
from emoflix_catalog.film import Film
from emoflix_catalog.schema import CATALOGUE, verify
from emoflix_catalog.store_writer import ROLES, TERMS, person_key


class Catalogue:
    """A catalogue file, open for reading; a rebuild beside it does not disturb it.

    A film has a number from 0 to `len(catalogue) - 1`, its row in every array of `columns`. The
    numbers hold for this version only; what is kept must be the film's id.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        columns: Arrays,
        version: str,
        films: int,
        collaborative: Collaborative | None = None,
    ) -> None:
        self._connection = connection
        self._films = films
        self._numbers: dict[str, int | None] = {}
        self._read: dict[int, Film] = {}
        self.columns = columns
        self.version = version
        self.collaborative = collaborative
        """What ratings taught; None where `emoflix-catalog factors` did not run."""
        self.remembered: dict[type, Any] = {}
        """What was computed of it, by its kind: here, so that it goes when the catalogue goes."""

    def __len__(self) -> int:
        return self._films

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    @cached_property
    def vectors(self) -> Vectors:
        """What the films are about, for likeness between them."""
        return Vectors(self.columns["text"])

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What one SELECT answers.

        Raises:
            StoreError: The file is damaged.
        """
        with self._reading():
            return self._connection.execute(statement, values).fetchall()

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The same row by row: what is not taken is not looked for."""
        with self._reading():
            yield from self._connection.execute(statement, values)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"catalogue {self.version}: its file is damaged ({error}):"
                " run emoflix-catalog build"
            ) from error

    def languages(self) -> tuple[str, ...]:
        """The codes of all languages that its films speak, in alphabetical order."""
        found = self.rows("SELECT name FROM term WHERE kind = 'language' ORDER BY name")
        return tuple(name for (name,) in found)

    def film(self, film_id: str) -> Film:
        """The film of that id.

        Raises:
            UnknownFilmError: The catalogue does not hold it.
        """
        numbers = self.numbers([film_id])
        if not numbers.size:
            raise UnknownFilmError(
                f"{film_id}: no film of this id: find it by emoflix-catalog search"
            )
        return self.film_at(int(numbers[0]))

    def film_at(self, number: int) -> Film:
        """The film of that number.

        Raises:
            UnknownFilmError: There are not so many films.
        """
        if number not in self._read:
            if len(self._read) >= _FILMS_KEPT:
                self._read.clear()
            self._read[number] = self._film_from_file(number)
        return self._read[number]

    def _film_from_file(self, number: int) -> Film:
        found = self.rows(_FILM, (number,))
        if not found:
            raise UnknownFilmError(f"film {number}: the catalogue has {len(self)} films, from 0")
        row: dict[str, Any] = dict(zip(_FILM_FIELDS, found[0], strict=True))
        row["original_title"] = row["original_title"] or row["title"]
        if row["popularity_on"] is not None:
            row["popularity_on"] = dt.date.fromisoformat(row["popularity_on"])
        lists: dict[str, list[str]] = {}
        for field, name in self.rows(_LISTS, (number, number)):
            lists.setdefault(_FIELD_OF[field], []).append(name)
        identifiers = dict(
            self.rows("SELECT scheme, value FROM identifier WHERE film = ?", (number,))
        )
        row.update({field: tuple(names) for field, names in lists.items()})
        return Film(**row, identifiers=identifiers)

    def numbers(self, ids: Iterable[str]) -> NDArray[np.int64]:
        """The numbers of the films with these ids, rising; ids that nobody knows are left out.

        An id made of an identifier (`imdb-tt0111161`, `wikidata-q172241`) still names its film
        after another source gave the film an id of its own.
        """
        wanted = set(ids)
        if unknown := wanted.difference(self._numbers):
            if len(self._numbers) + len(unknown) > _NUMBERS_KEPT:
                self._numbers.clear()
                unknown = wanted
            text = json.dumps(list(unknown))  # in ASCII, so that no text at all makes it fail
            self._numbers.update(dict.fromkeys(unknown))
            self._numbers.update(self.rows(_NUMBERS, (text,)))
            self._numbers.update(self._former(wanted))
        found = {number for film in wanted if (number := self._numbers[film]) is not None}
        return np.sort(np.array(list(found), np.int64))

    def _former(self, ids: Iterable[str]) -> list[tuple[str, int]]:
        """The ids that are no film's own but made of an identifier, with the film's number."""
        left = [film.partition("-") for film in ids if self._numbers[film] is None]
        text = json.dumps([(scheme, value) for scheme, hyphen, value in left if hyphen])
        return self.rows(_FORMER, (text,))

    def credited(self, name: str, role: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The films in which a person has a role, rising, and the place in each: 0 is first.

        Args:
            name: As people write it; accents, case and blanks do not matter.
            role: `director`, `cast` or `writer`.
        """
        found = self.rows(
            "SELECT film, min(position) FROM person JOIN credit ON person = person.id"
            " JOIN role ON role.id = role"
            " WHERE folded = ? AND role.name = ? GROUP BY film ORDER BY film",
            (person_key(name), role),
        )
        films, places = np.array(found, np.int64).reshape(-1, 2).T
        return films, places


def open_catalogue(path: Path) -> Catalogue:
    """Open the catalogue at `path` for reading, with the arrays beside it.

    Raises:
        StoreError: It is missing, foreign, damaged, of another version, or its arrays are.
    """
    try:
        return _opened(path)
    except StoreError:
        # A build that ended just now took away the arrays of the store that was opened.
        return _opened(path)


def _opened(path: Path) -> Catalogue:
    verify(path, CATALOGUE)
    # Nobody writes to a catalogue in place, so no locks are needed, nor a folder to keep them in.
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
    try:
        version, films = connection.execute("SELECT version, films FROM catalogue").fetchone()
        columns = open_arrays(arrays_path(path, version), version)
        collaborative = open_collaborative(path, version, films)
    except (sqlite3.DatabaseError, TypeError) as error:
        connection.close()
        raise StoreError(f"{path}: is damaged ({error}): run emoflix-catalog build") from error
    except StoreError:
        connection.close()
        raise
    return Catalogue(connection, columns, version, films, collaborative)


_NUMBERS = "SELECT film.id, number FROM json_each(?) JOIN film ON film.id = value"
_FORMER = (
    "SELECT concat_, film FROM (SELECT json_extract(value, '$[0]') AS scheme_,"
    " json_extract(value, '$[1]') AS value_,"
    " json_extract(value, '$[0]') || '-' || json_extract(value, '$[1]') AS concat_"
    " FROM json_each(?)) JOIN identifier"
    " ON scheme = scheme_ AND identifier.value IN (value_, upper(value_))"
)
"""Ids are in lower case, Wikidata's names begin with a capital."""
_NUMBERS_KEPT = 20_000
"""So many ids are remembered: those of a household's histories, asked for again and again."""
_FILMS_KEPT = 1_000
"""So many films are remembered: an evening's slates show few, and name few others in reasons."""
_FILM_FIELDS = (
    "id",
    "title",
    "original_title",
    "year",
    "runtime_min",
    "age",
    "synopsis",
    "rating",
    "votes",
    "popularity",
    "popularity_on",
    "source",
    "licence",
    "liking",
    "reviews",
    "popularity_by",
)
_FILM = (
    "SELECT film.id, title, original_title, year, runtime_min, age, synopsis, rating, votes,"
    " popularity, popularity_on, source.name, licence, liking, reviews,"
    " popularity_by"
    " FROM film JOIN source ON source.id = film.source WHERE number = ?"
)
_LISTS = (
    "SELECT kind, name FROM (SELECT kind, name, position FROM film_term"
    " JOIN term ON term.id = term WHERE film = ? ORDER BY position)"
    " UNION ALL SELECT role, name FROM (SELECT role.name AS role, person.name AS name FROM credit"
    " JOIN person ON person.id = person JOIN role ON role.id = role"
    " WHERE film = ? ORDER BY role.id, position)"
)
_FIELD_OF = {**TERMS, **ROLES}
