"""The catalogue that is evaluated: its facts without anything that the held-out ratings told."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import Request, Tally
from emoflix_catalog.importers.sources import SOURCES, reader
from emoflix_catalog.merge import merge
from emoflix_catalog.ratings import CATALOGUE_ID, Ratings
from emoflix_catalog.store import Catalogue

MOVIELENS = "movielens"


def films_of_movielens(
    folder: Path, own: Iterable[Film], others: Sequence[tuple[str, str]]
) -> list[Film]:
    """Our own films, the folder's and those of other sources, merged, without any rating.

    What MovieLens' people tagged is left out too: a tag says that somebody saw the film, and the
    one who did may be among those asked.

    Args:
        folder: Of MovieLens.
        own: Of our own writing.
        others: Sources and where they lie, such as `("tmdb5000", "tmdb5000/")`.

    Raises:
        SourceError: One of them cannot be read.
    """
    found = list(own)
    for source, where in ((MOVIELENS, str(folder)), *others):
        marks = {"source": source, "licence": SOURCES[source].licence}
        blank = {"keywords": (), "mood_tags": ()} if source == MOVIELENS else {}
        found += [
            msgspec.structs.replace(film, **marks, **blank)
            for _, film in reader(source)(Request(where=where), Tally())
        ]
    return [_unrated(film) for film in merge(found)]


def films_of_catalogue(catalogue: Catalogue) -> list[Film]:
    """The films of a catalogue, without any rating."""
    return [_unrated(catalogue.film_at(number)) for number in range(len(catalogue))]


def rated_by(films: Iterable[Film], ratings: Ratings, learnt: NDArray[np.bool_]) -> list[Film]:
    """The films with the mean and the number of the ratings that are learnt from."""
    films_rated = ratings.film[learnt]
    votes = np.bincount(films_rated, minlength=len(ratings.names))
    total = np.bincount(films_rated, ratings.rating[learnt], minlength=len(ratings.names))
    place = {name: number for number, name in enumerate(ratings.names)}
    rated = []
    for film in films:
        name = film.id if ratings.scheme == CATALOGUE_ID else film.identifiers.get(ratings.scheme)
        number = place.get(name or "")
        if number is not None and votes[number]:
            mean, count = float(total[number] / votes[number]), int(votes[number])
            film = msgspec.structs.replace(film, rating=mean, votes=count)  # noqa: PLW2901
        rated.append(film)
    return rated


def _unrated(film: Film) -> Film:
    return msgspec.structs.replace(
        film, rating=None, votes=None, popularity=None, popularity_on=None
    )
