"""How much a review likes its film: logistic regression on its words, applied with numpy.

The terms are words and pairs of words, weighed as sublinear TF-IDF, (1 + ln count) * idf with
idf = 1 + ln((1 + n) / (1 + df)), brought to length 1 (Salton and Buckley, "Term-weighting
approaches in automatic text retrieval", 1988). Fitted in `sentiment_fitting.py`.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.arrays import open_arrays, write_arrays
from emoflix_catalog.errors import StoreError

LEAST_KNOWN: Final = 0.7
"""A review of whose words a smaller share stood in the training reviews is in another language: in
English it is 0.85 of nine hundred and ninety-nine reviews of a thousand, in its neighbours a half.
"""
_FORM: Final = "sentiment-1"
_WORD: Final = re.compile(r"[^\W_]+(?:'[a-z]+)?")


class Sentiment(NamedTuple):
    """A fitted classifier."""

    place: dict[str, int]
    """Term -> its row in the arrays."""
    rarity: NDArray[np.float32]
    """float32[terms]: the inverse document frequency."""
    weight: NDArray[np.float32]
    """float32[terms]"""
    base: float

    def positive(self, reviews: Iterable[str]) -> NDArray[np.float32]:
        """How likely each review is to like its film, float32[n]; 0.5 leans neither way."""
        scores = [self._score(review) for review in reviews]
        likely: NDArray[np.float32] = 1 / (1 + np.exp(-np.array(scores, np.float32)))
        return likely

    def sentiment(self, review: str) -> float | None:
        """From -1 (against) to 1 (for), 2 p - 1; None where it is in another language."""
        words = _words(review)
        if not words or sum(word in self.place for word in words) < LEAST_KNOWN * len(words):
            return None
        return 2 * float(self.positive([review])[0]) - 1

    def _score(self, review: str) -> float:
        counts = Counter(term for term in terms(review) if term in self.place)
        places = np.array([self.place[term] for term in counts], np.int64)
        values = np.array([1 + math.log(count) for count in counts.values()], np.float32)
        values *= self.rarity[places]
        length = float(np.linalg.norm(values))
        return self.base + (float(values @ self.weight[places]) / length if length else 0.0)


def terms(review: str) -> list[str]:
    """The words of a review and each two that follow one another."""
    words = _words(review)
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]


def _words(review: str) -> list[str]:
    return _WORD.findall(review.replace("<br />", " ").lower())


def write_sentiment(path: Path, fitted: Sentiment) -> None:
    """Write a classifier, whole or not at all.

    Raises:
        OSError: The folder cannot be written, or is full.
    """
    arrays = {
        "rarity": fitted.rarity,
        "weight": fitted.weight,
        "base": np.array([fitted.base], np.float32),
    }
    write_arrays(path, _FORM, arrays, {"terms": tuple(fitted.place)})


def read_sentiment(path: Path) -> Sentiment:
    """Read what `write_sentiment` wrote.

    Raises:
        StoreError: The file is missing, broken, or of another form.
    """
    renew = "run emoflix-catalog sentiment fit"
    try:
        arrays = open_arrays(path, _FORM, renew=renew)
        place = {term: number for number, term in enumerate(arrays.words["terms"])}
        return Sentiment(place, arrays["rarity"], arrays["weight"], float(arrays["base"][0]))
    except KeyError as error:
        raise StoreError(f"{path}: lacks {error}: {renew}") from error
