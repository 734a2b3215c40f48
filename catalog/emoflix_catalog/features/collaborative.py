"""What people who like these films like: fitted from ratings, kept beside a catalogue.

Films that enough people liked have EASE weights (`features.ease`), all that anybody liked have
factors (`features.factors`). A catalogue without the file works as if nobody had rated anything.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.arrays import open_arrays, write_arrays
from emoflix_catalog.errors import CatalogueError, StoreError
from emoflix_catalog.features.factors import Factors
from emoflix_catalog.features.neighbours import Neighbours

LEAST_LIKES: Final = 3
"""A film that fewer people liked has no EASE weights, but factors."""
EASE_SHARE: Final = 0.5
DOUBT: Final = 10
"""What EASE counts against the factors where both speak: EASE_SHARE n / (n + DOUBT) for n films
liked, since the factors know better what to make of a few; chosen in docs/evaluation.md."""
MOST_FILMS: Final = 10_000
"""So many films, the most liked, have EASE weights: fitting them takes 2 GB of memory."""


class Part(NamedTuple):
    """What the ratings say of films for one viewer."""

    score: NDArray[np.float32]
    """float32[films of the catalogue], higher is liked more; 0 where nothing is known."""
    known: NDArray[np.bool_]
    """Which films the ratings say something of."""


class Collaborative(NamedTuple):
    """EASE weights and factors of some of a catalogue's films."""

    films: int
    """How many the catalogue has."""
    held: NDArray[np.uint32]
    """uint32[m]: numbers of the films with EASE weights, rising."""
    neighbours: Neighbours
    factored: NDArray[np.uint32]
    """uint32[k]: numbers of the films with factors, rising; all of `held` are among them."""
    factors: Factors

    @property
    def nbytes(self) -> int:
        """Of all arrays."""
        own = self.held.nbytes + self.factored.nbytes
        return own + self.neighbours.nbytes + sum(array.nbytes for array in self.factors)

    def knows(self, films: NDArray[np.int64]) -> bool:
        """Whether the ratings say something of any of these films."""
        return bool(_places(self.factored, films).size)

    def scores(self, liked: NDArray[np.int64]) -> Part:
        """EASE, by its share, and factors for the films that have both; factors for the rest.

        The factors' scores f are brought to the unit of EASE's e by the one number that fits best
        on the films that have both, (f'e) / (f'f). Where EASE says nothing, the factors speak
        alone.
        """
        score = np.zeros(self.films, np.float32)
        known = np.zeros(self.films, np.bool_)
        known[self.factored] = True
        by_factors = self.factors.scores(_places(self.factored, liked))
        both = np.searchsorted(self.factored, self.held)
        seen = _places(self.held, liked)
        by_ease = self.neighbours.scores(seen, np.ones(len(seen), np.float32))
        length = float(by_factors[both] @ by_factors[both])
        fit = float(by_factors[both] @ by_ease) / length if length else 0.0
        score[self.factored] = by_factors * np.float32(fit if fit > 0 else 1)
        if by_ease.any():
            share = np.float32(EASE_SHARE * len(liked) / (len(liked) + DOUBT))
            score[self.held] += share * (by_ease - score[self.held])
        return Part(score, known)

    def speaks_most(self, liked: NDArray[np.int64], film: int) -> int | None:
        """Which of the films liked speaks most for `film`; None where none has a weight for it."""
        seen, wanted = _places(self.held, liked), _places(self.held, np.array([film]))
        if not seen.size or not wanted.size:
            return None
        weights = self.neighbours.weights_for(seen, int(wanted[0]))
        most = int(weights.argmax())
        return int(self.held[seen[most]]) if weights[most] > 0 else None

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "held": self.held,
            **{f"neighbours_{name}": value for name, value in self.neighbours._asdict().items()},
            "factored": self.factored,
            **{f"factors_{name}": value for name, value in self.factors._asdict().items()},
        }

    @classmethod
    def of(cls, films: int, arrays: Any) -> Self:
        """Put together what `arrays` took apart.

        Raises:
            KeyError: One is missing.
        """
        return cls(
            films,
            arrays["held"],
            Neighbours(*(arrays[f"neighbours_{name}"] for name in Neighbours._fields)),
            arrays["factored"],
            Factors(*(arrays[f"factors_{name}"] for name in Factors._fields)),
        )


def factors_path(path: Path, version: str) -> Path:
    """Where the factors of the catalogue at `path` lie: the version is part of their name."""
    return path.with_name(f"{path.stem}-{version}.factors")


def write_collaborative(path: Path, version: str, collaborative: Collaborative) -> Path:
    """Write what was fitted beside the catalogue at `path`, whole or not at all.

    Raises:
        CatalogueError: The folder cannot be written, or is full.
    """
    file = factors_path(path, version)
    try:
        write_arrays(file, version, collaborative.arrays(), {})
    except OSError as error:
        raise CatalogueError(f"{file}: cannot be written ({error.strerror}): make room") from error
    return file


def open_collaborative(path: Path, version: str, films: int) -> Collaborative | None:
    """What was fitted for the catalogue at `path`; None where nothing was.

    Raises:
        StoreError: The file is broken, or belongs to another catalogue.
    """
    file = factors_path(path, version)
    if not file.exists():
        return None
    renew = "run emoflix-catalog factors, or remove it"
    try:
        found = Collaborative.of(films, open_arrays(file, version, renew=renew))
    except KeyError as error:
        raise StoreError(f"{file}: lacks {error}: {renew}") from error
    for numbers in (found.held, found.factored):
        if numbers.size and int(numbers[-1]) >= films:
            raise StoreError(f"{file}: knows more films than the catalogue: {renew}")
    return found


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """What a fit was made from and came to."""

    viewers: int
    likes: int
    held: int
    """Films with EASE weights."""
    factored: int
    """Films with factors."""
    weights: int
    bytes: int
    dense_bytes: int
    """What all EASE weights of the films held would take as float32."""


def fit_collaborative(
    films: int,
    viewer: NDArray[np.int32],
    film: NDArray[np.int64],
    engine: Callable[[Any], NDArray[np.float32]],
) -> tuple[Collaborative, Fitted]:
    """Fit EASE and factors to likes.

    Args:
        films: How many the catalogue has.
        viewer: int32[likes]: who.
        film: int64[likes]: the number of the film liked.
        engine: One of `factors.ENGINES`.

    Raises:
        CatalogueError: There are too few likes, or the engine is not installed.
    """
    try:
        from scipy.sparse import csr_matrix
    except ImportError as error:
        raise CatalogueError(
            f"factors need {error.name}: install it by pip install emoflix[catalog]"
        ) from error
    from emoflix_catalog.features.ease import ease

    viewers, row = np.unique(viewer, return_inverse=True)
    likes = csr_matrix((np.ones(len(film), np.float32), (row, film)), (len(viewers), films))
    likes.data[:] = 1  # a film that two names stand for was liked once
    count = np.asarray(likes.sum(axis=0)).ravel()
    factored = np.flatnonzero(count)
    order = np.argsort(-count, kind="stable")[:MOST_FILMS]
    held = np.sort(order[count[order] >= LEAST_LIKES])
    if not held.size:
        raise CatalogueError(
            f"{len(film)} likes of {len(viewers)} viewers are too few: no film was liked by"
            f" {LEAST_LIKES} of them"
        )
    neighbours = ease(likes[:, held])
    factors = Factors.of(engine(likes[:, factored]))
    found = Collaborative(
        films, held.astype(np.uint32), neighbours, factored.astype(np.uint32), factors
    )
    return found, Fitted(
        viewers=len(viewers),
        likes=int(likes.nnz),
        held=len(held),
        factored=len(factored),
        weights=len(neighbours.weight),
        bytes=found.nbytes,
        dense_bytes=len(held) ** 2 * 4,
    )


def _places(rising: NDArray[np.uint32], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places in `rising` of those of `wanted` that it has."""
    if not rising.size:
        return np.zeros(0, np.int64)
    place = np.searchsorted(rising, wanted).clip(max=len(rising) - 1)
    found: NDArray[np.int64] = place[rising[place] == wanted]
    return found
