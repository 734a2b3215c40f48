"""What ratings taught, taken over to a catalogue in which the films have other numbers."""

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.features.collaborative import Collaborative
from emoflix_catalog.features.factors import Factors
from emoflix_catalog.features.neighbours import Neighbours


def carried(found: Collaborative, place: NDArray[np.int64], films: int) -> Collaborative | None:
    """The same weights and factors under the films' numbers of today.

    A film that is gone takes its weights along; the others' stay as they were fitted.

    Args:
        found: What was fitted.
        place: int64[films then]: each one's number now, -1 where it is gone. Of two films that
            became one, the first stays.
        films: How many there are now.

    Returns:
        None where no film with EASE weights is left.
    """
    held, kept = _moved(found.held, place)
    if not held.size:
        return None
    old = found.neighbours
    among = np.full(len(found.held), -1)
    among[kept] = np.arange(len(kept))
    source = among[np.repeat(np.arange(len(found.held)), np.diff(old.start.astype(np.int64)))]
    target = among[old.target]
    both = (source >= 0) & (target >= 0)
    neighbours = Neighbours.of(source[both], target[both], old.weight[both], old.scale[kept])
    factored, kept = _moved(found.factored, place)
    rows, scale = found.factors.rows[kept], found.factors.scale[kept]
    films_as_fitted = rows * scale[:, None]
    gram = (films_as_fitted.T @ films_as_fitted).astype(np.float32)
    return Collaborative(films, held, neighbours, factored, Factors(rows, scale, gram))


def _moved(
    numbers: NDArray[np.uint32], place: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The films' numbers now, rising, and which of `numbers` each of them was."""
    now, kept = np.unique(place[numbers], return_index=True)
    stay = now >= 0
    return now[stay].astype(np.uint32), kept[stay]
