"""What a film is about and who made it: TF-IDF over its words and people, reduced to 64 numbers.

Latent semantic analysis (Deerwester and others, "Indexing by latent semantic analysis", 1990):
fitted on a desktop, shipped as plain arrays, applied anywhere with numpy.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.text import fold

DIMENSIONS: Final = 64
SCALE: Final = 127
"""A vector of length 1 is kept as int8: each number times this."""
LEAST_FILMS: Final = 2
"""A word or person in fewer films likens no two of them."""
MOST_FILMS: Final = 0.2
"""A word of a synopsis or keyword in a larger share of the films says nothing."""
_LEADS: Final = 4
_SHORTEST: Final = 3
_WEIGHTS: Final = {"genre": 1.0, "tag": 0.6, "keyword": 1.0, "word": 0.5, "person": 0.7}
"""How much a term of each kind counts before its rarity does."""
_TEXT_WEIGHTS: Final = {"keyword": 1.0, "word": 0.5, "person": 0.7}


def terms(film: Film) -> Counter[tuple[str, str]]:
    """The terms of a film, as (kind, word), and how often each stands there."""
    words = [
        word
        for text in (*film.keywords, film.synopsis)
        for word in fold(text).split()
        if len(word) >= _SHORTEST
    ]
    people = (*film.directors, *film.cast[:_LEADS])
    return Counter(
        [
            *(("genre", genre) for genre in film.genres),
            *(("tag", tag) for tag in film.mood_tags),
            *(("keyword", fold(keyword)) for keyword in film.keywords),
            *(("word", word) for word in words),
            *(("person", fold(name)) for name in people),
        ]
    )


class Row(NamedTuple):
    """One sparse row of length 1."""

    places: NDArray[np.int64]
    """Rising."""
    weights: NDArray[np.float32]


class Terms(NamedTuple):
    """The terms that count, and how rare each is."""

    place: dict[tuple[str, str], int]
    rarity: NDArray[np.float32]
    """float32[terms]: 1 + ln((1 + n) / (1 + df)), the smoothed inverse document frequency."""

    def row(self, film: Film) -> Row:
        """One film as TF-IDF."""
        return self._row(film, _WEIGHTS)

    def untagged_row(self, film: Film) -> Row:
        """The same without genres and mood tags: what is known of a film from its text alone."""
        return self._row(film, _TEXT_WEIGHTS)

    def _row(self, film: Film, kinds: Mapping[str, float]) -> Row:
        found = {
            self.place[term]: kinds[term[0]] * math.sqrt(count)
            for term, count in terms(film).items()
            if term in self.place and term[0] in kinds
        }
        places = np.array(sorted(found), np.int64)
        weights = np.array([found[place] for place in sorted(found)], np.float32)
        weights *= self.rarity[places]
        length = float(np.linalg.norm(weights))
        return Row(places, weights / np.float32(length or 1))


def count_terms(films: Sequence[Film]) -> Terms:
    """The terms of these films that are neither too rare nor too common to tell."""
    frequency: Counter[tuple[str, str]] = Counter()
    for film in films:
        frequency.update(terms(film).keys())
    kept = sorted(
        term
        for term, count in frequency.items()
        if count >= LEAST_FILMS
        and (term[0] in {"genre", "tag"} or count <= MOST_FILMS * len(films))
    )
    counts = np.array([frequency[term] for term in kept], np.float32)
    rarity = 1 + np.log((1 + len(films)) / (1 + counts))
    return Terms({term: n for n, term in enumerate(kept)}, rarity.astype(np.float32))


def embed(films: Iterable[Film], known: Terms, components: NDArray[np.float32]) -> NDArray[np.int8]:
    """Each film's TF-IDF row on the components, brought to length 1.

    Args:
        films: Any films; words that are not among the known terms do not count.
        known: The terms the components were fitted on.
        components: float32[terms, DIMENSIONS].

    Returns:
        int8[n, DIMENSIONS], SCALE times the vector; zeros where no term is known.
    """
    rows = []
    for film in films:
        places, weights = known.row(film)
        vector = weights @ components[places]
        length = float(np.linalg.norm(vector))
        rows.append(np.rint(vector * (SCALE / length)) if length > 0 else vector)
    return np.array(rows, np.int8).reshape(-1, components.shape[1])
