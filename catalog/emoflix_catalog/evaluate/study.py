"""One evaluation at hand: the catalogue, what is learnt from, and the questions that are asked."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.evaluate.films import rated_by
from emoflix_catalog.evaluate.splits import LEAST_RATINGS, SPLITS, validates
from emoflix_catalog.features.collaborative import fit_collaborative
from emoflix_catalog.features.factors import by_implicit
from emoflix_catalog.features.transforms import Transforms
from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import SourceError
from emoflix_catalog.ratings import (
    CATALOGUE_ID,
    DISLIKED_TO,
    LIKED_FROM,
    NO_MOOD,
    UNDATED,
    UNKNOWN,
    Ratings,
    film_numbers,
)
from emoflix_catalog.recommend import Context, MoodReading, Viewer, mood_of
from emoflix_catalog.store import Catalogue, open_catalogue
from emoflix_catalog.vocabulary import EXPRESSIONS

LONGEST: Final = 20
"""Places of a list."""
UNDATED_EVENING: Final = dt.datetime(2020, 1, 1, 20, tzinfo=dt.UTC)
"""When a question is asked whose viewer's ratings have no time."""

Numbers = NDArray[np.int64]


class Query(NamedTuple):
    """One viewer as known, and what they liked among what is held out."""

    person: int
    """The viewer's place in the ratings."""
    viewer: Viewer
    liked: Numbers
    disliked: Numbers
    seen: Numbers
    wanted: Numbers
    context: Context
    mood: MoodReading | None = None


class Study(NamedTuple):
    """All that rankers are fitted to and asked."""

    catalogue: Catalogue
    """With the factors learnt from `likes`."""
    likes: Any
    """Sparse float32[viewers, films]: the likes that are learnt from."""
    popularity: Numbers
    """int64[films]: how many of those each film has."""
    candidates: NDArray[np.bool_]
    """Which films are ranked: all that the source of the ratings knows, but for a split's tail."""
    whole: bool
    """Whether nothing was left out of them: a viewer cannot ask the recommender to."""
    queries: tuple[Query, ...]


@contextmanager
def open_study(
    ratings: Ratings,
    source: Path,
    films: list[Film],
    split_name: str,
    transforms: Transforms | None = None,
    *,
    validation: bool = False,
) -> Iterator[Study]:
    """Split the ratings, build a catalogue that knows what is learnt from, fit all to it.

    Args:
        ratings: All of them.
        source: Where they were read.
        films: Of `films.py`, without any rating.
        split_name: One of SPLITS.
        transforms: What turns the films into vectors; None: the shipped ones.
        validation: Ask those viewers that are kept for choosing, and not the others.

    Raises:
        SourceError: Nobody is left to ask, or there are too few films to rank.
        CatalogueError: There is too little to learn from.
    """
    from scipy.sparse import csr_matrix

    split = SPLITS[split_name](ratings)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "evaluated.sqlite"
        write_catalogue(rated_by(films, ratings, split.learnt), path, transforms)
        with open_catalogue(path) as catalogue:
            number = film_numbers(ratings, source, catalogue)
            film = number[ratings.film]
            there = film != UNKNOWN
            liked = split.learnt & there & (ratings.rating >= LIKED_FROM)
            likes = csr_matrix(
                (np.ones(int(liked.sum()), np.float32), (ratings.viewer[liked], film[liked])),
                (ratings.viewers, len(catalogue)),
            )
            likes.data[:] = 1
            popularity = np.asarray(likes.sum(axis=0), np.int64).ravel()
            catalogue.collaborative, _ = fit_collaborative(
                len(catalogue), ratings.viewer[liked], film[liked], by_implicit
            )
            candidates = _candidates(catalogue, ratings.scheme)
            if split.tail:
                candidates[np.argsort(-popularity, kind="stable")[: split.tail]] = False
            asked = split.held_out & there & (validates(ratings.viewer) == validation)
            queries = tuple(
                _queries(
                    ratings,
                    film,
                    catalogue,
                    known=split.known & there,
                    asked=asked,
                    candidates=candidates,
                )
            )
            if not queries:
                raise SourceError(
                    f"{source}: nobody can be asked: {LEAST_RATINGS} viewers with"
                    f" {LEAST_RATINGS} ratings are too few for a split, give more"
                )
            least = int(candidates.sum()) - max(len(query.seen) for query in queries)
            if least < LONGEST:
                raise SourceError(
                    f"{source}: {int(candidates.sum())} films are too few to rank: somebody knows"
                    f" all but {least}, and lists have {LONGEST}"
                )
            yield Study(catalogue, likes, popularity, candidates, not split.tail, queries)


def _candidates(catalogue: Catalogue, scheme: str) -> NDArray[np.bool_]:
    if scheme == CATALOGUE_ID:
        return np.ones(len(catalogue), np.bool_)
    found = np.zeros(len(catalogue), np.bool_)
    rows = catalogue.rows("SELECT film FROM identifier WHERE scheme = ?", (scheme,))
    found[np.array(rows, np.int64).ravel()] = True
    return found


def _queries(
    ratings: Ratings,
    film: Numbers,
    catalogue: Catalogue,
    *,
    known: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    candidates: NDArray[np.bool_],
) -> Iterator[Query]:
    """One query a viewer and mood, of those who liked a candidate among what is held out."""
    ids = [film_id for (film_id,) in catalogue.rows("SELECT id FROM film ORDER BY number")]
    libraries = () if ratings.scheme == CATALOGUE_ID else (ratings.scheme,)
    wanted = asked & (ratings.rating >= LIKED_FROM) & candidates[film]
    for person in np.unique(ratings.viewer[wanted]):
        own = ratings.viewer == person
        of_known = own & known
        liked = np.unique(film[of_known & (ratings.rating >= LIKED_FROM)])
        disliked = np.setdiff1d(film[of_known & (ratings.rating <= DISLIKED_TO)], liked)
        seen = np.unique(film[of_known])
        viewer = Viewer(
            liked=tuple(ids[number] for number in liked),
            disliked=tuple(ids[number] for number in disliked),
            seen=frozenset(ids[number] for number in seen),
            libraries=libraries,
        )
        context = Context(at=_evening(ratings.at[of_known]))
        for mood in np.unique(ratings.mood[own & wanted]):
            now = np.setdiff1d(film[own & wanted & (ratings.mood == mood)], seen)
            reading = None if mood == NO_MOOD else mood_of(EXPRESSIONS[mood])
            if now.size:
                yield Query(int(person), viewer, liked, disliked, seen, now, context, reading)


def _evening(at: Numbers) -> dt.datetime:
    """When somebody is asked: at the last of their ratings that are known."""
    last = int(at.max(initial=UNDATED))
    return UNDATED_EVENING if last == UNDATED else dt.datetime.fromtimestamp(last, dt.UTC)
