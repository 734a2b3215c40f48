"""Who rated which film how, when and in what mood: MovieLens folders and tables of our own form."""

import datetime as dt
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.importers import movielens
from emoflix_catalog.importers.contract import Request, SourceError, Tally
from emoflix_catalog.importers.files import csv_rows, split_rows
from emoflix_catalog.importers.history import find
from emoflix_catalog.store import Catalogue
from emoflix_catalog.vocabulary import EXPRESSIONS

LIKED_FROM: Final = 7.0
"""From this rating of 10 on a film was liked: 3.5 of MovieLens' five stars."""
DISLIKED_TO: Final = 4.0
HIGHEST: Final = 10.0
UNDATED: Final = -1
NO_MOOD: Final = -1
CATALOGUE_ID: Final = "id"
"""The scheme of a table that names films as the catalogue does."""
UNKNOWN: Final = -1


class Ratings(NamedTuple):
    """n ratings, each viewer's last of each film, in the order in which they stand."""

    viewer: NDArray[np.int32]
    """int32[n]: a viewer's place among all, from 0."""
    film: NDArray[np.int32]
    """int32[n]: a film's place in `names`."""
    rating: NDArray[np.float32]
    """float32[n]: 0 to 10."""
    at: NDArray[np.int64]
    """int64[n]: seconds since 1970, or UNDATED."""
    mood: NDArray[np.int8]
    """int8[n]: a place in EXPRESSIONS, or NO_MOOD."""
    names: tuple[str, ...]
    """The films, as the source names them."""
    scheme: str
    """Of those names: a scheme of `Film.identifiers`, or CATALOGUE_ID."""

    @property
    def viewers(self) -> int:
        return int(self.viewer.max(initial=-1)) + 1


class _Row(NamedTuple):
    line: str
    viewer: str
    film: str
    rating: str
    at: str
    mood: str = ""


class _Form(NamedTuple):
    rows: Callable[[Path, Tally, str], Iterator[_Row]]
    scheme: str
    most: float
    """The highest rating, in the unit of the form."""


def read_ratings(path: Path, context: str = "") -> Ratings:
    """Read a MovieLens folder (latest, 25M, 10M, 1M, 100k), or a CSV of `user,film,rating`.

    A CSV names films by the catalogue's ids, rates from 0 to 10, and may say `at` (ISO 8601 or
    seconds since 1970).

    Args:
        path: The folder or file.
        context: The column of a CSV that holds the mood before the film, one of EXPRESSIONS or
            empty; "" where none is to be read.

    Raises:
        SourceError: It is neither, lacks a column, is empty, or has a row that cannot be.
    """
    file, form = _form_of(path)
    if context and form.scheme != CATALOGUE_ID:
        raise SourceError(f"{path}: MovieLens has no moods: --context goes with a CSV of your own")
    tally = Tally()
    viewers: dict[str, int] = {}
    names: dict[str, int] = {}
    columns: tuple[array[Any], ...] = tuple(map(array, "iifqb"))
    for row in form.rows(file, tally, context):
        values = (
            viewers.setdefault(row.viewer, len(viewers)),
            names.setdefault(row.film, len(names)),
            _rating(file, row, form.most),
            _seconds(file, row),
            _mood(file, row, context),
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    if tally.reasons:
        reason, (place, *_) = next(iter(tally.examples.items()))
        raise SourceError(f"{path}: {reason} ({place}): get the file again, or mend the row")
    if not names:
        raise SourceError(f"{file}: holds no ratings: name another")
    viewer, film, rating, at, mood = (np.array(column) for column in columns)
    last = _last_of_each(viewer, film, len(names))
    return Ratings(
        viewer[last], film[last], rating[last], at[last], mood[last], tuple(names), form.scheme
    )


def film_numbers(ratings: Ratings, path: Path, catalogue: Catalogue) -> NDArray[np.int64]:
    """The number in `catalogue` of each of `ratings.names`, int64[names]; UNKNOWN where none is.

    By the identifier that the ratings use, and for MovieLens also by what its folder says of the
    film (IMDb, TMDB, title and year), so that it need not have been imported.

    Raises:
        SourceError: The MovieLens folder cannot be read.
    """
    if ratings.scheme == CATALOGUE_ID:
        known = dict(catalogue.rows("SELECT id, number FROM film"))
    else:
        statement = "SELECT value, film FROM identifier WHERE scheme = ?"
        known = dict(catalogue.rows(statement, (ratings.scheme,)))
    if ratings.scheme != CATALOGUE_ID and not all(name in known for name in ratings.names):
        for _, film in movielens.read(Request(where=str(path)), Tally()):
            name = film.identifiers[ratings.scheme]
            if name not in known and (
                found := find(catalogue, film.title, film.year, film.identifiers)
            ):
                known[name] = int(catalogue.numbers([found])[0])
    return np.array([known.get(name, UNKNOWN) for name in ratings.names], np.int64)


def _form_of(path: Path) -> tuple[Path, _Form]:
    if path.is_dir():
        for name, form in _MOVIELENS.items():
            if (path / name).is_file():
                return path / name, form
        raise SourceError(
            f"{path}: holds none of {', '.join(_MOVIELENS)}: name a MovieLens folder or a CSV"
        )
    return path, _OWN


def _latest(path: Path, tally: Tally, _: str) -> Iterator[_Row]:
    for place, row in csv_rows(path, tally, ("userId", "movieId", "rating", "timestamp")):
        line = place.rpartition(":")[2]
        yield _Row(line, row["userId"], row["movieId"], row["rating"], row["timestamp"])


def _dat(path: Path, tally: Tally, _: str) -> Iterator[_Row]:
    return _split(path, tally, "::")


def _data(path: Path, tally: Tally, _: str) -> Iterator[_Row]:
    return _split(path, tally, "\t")


def _split(path: Path, tally: Tally, separator: str) -> Iterator[_Row]:
    width = 4
    for line, row in split_rows(path, tally, separator, encoding="latin-1"):
        if len(row) == width:
            yield _Row(str(line), *row)
        elif row != [""]:
            tally.pass_by("another number of fields", f"{path.name}:{line}")


def _own(path: Path, tally: Tally, context: str) -> Iterator[_Row]:
    needed = ("user", "film", "rating")
    for place, row in csv_rows(path, tally, (*needed, *filter(None, [context]))):
        line = place.rpartition(":")[2]
        mood = row[context] if context else ""
        yield _Row(line, row["user"], row["film"], row["rating"], row.get("at", ""), mood)


_MOVIELENS: Final = {
    "ratings.csv": _Form(_latest, "movielens", 5.0),
    "ratings.dat": _Form(_dat, "movielens", 5.0),
    "u.data": _Form(_data, "movielens100k", 5.0),
}
_OWN: Final = _Form(_own, CATALOGUE_ID, HIGHEST)


def _rating(path: Path, row: _Row, most: float) -> float:
    try:
        rating = float(row.rating)
    except ValueError:
        rating = np.nan
    if not 0 <= rating <= most:
        raise SourceError(f"{path}:{row.line}: the rating {row.rating[:20]!r} is not 0 to {most:g}")
    return rating * HIGHEST / most


def _seconds(path: Path, row: _Row) -> int:
    text = row.at.strip()
    if not text:
        return UNDATED
    try:
        if text.isdigit():
            return int(text)
        at = dt.datetime.fromisoformat(text)
        return int((at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp())
    except (ValueError, OverflowError) as error:
        raise SourceError(
            f"{path}:{row.line}: the time {text[:40]!r} is neither ISO 8601 nor seconds since 1970"
        ) from error


def _mood(path: Path, row: _Row, context: str) -> int:
    word = row.mood.strip().lower()
    if not word:
        return NO_MOOD
    if word not in EXPRESSIONS:
        raise SourceError(
            f"{path}:{row.line}: the {context} {word[:20]!r} is none of {', '.join(EXPRESSIONS)}"
        )
    return EXPRESSIONS.index(word)


def _last_of_each(
    viewer: NDArray[np.int32], film: NDArray[np.int32], films: int
) -> NDArray[np.int64]:
    """Where each pair of viewer and film stands last, rising."""
    pair = viewer.astype(np.int64) * films + film
    _, from_behind = np.unique(pair[::-1], return_index=True)
    last: NDArray[np.int64] = np.sort(len(pair) - 1 - from_behind)
    return last
