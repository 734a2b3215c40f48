"""Fits the classifier of `sentiment.py` to labelled reviews; needs the `catalog` extra."""

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.features.opinion import Opinions
from emoflix_catalog.features.sentiment import Sentiment, terms

STRENGTHS: Final = (1.0, 4.0, 16.0)
"""Inverse strengths of the regularisation to choose from, by cross-validation."""
FOLDS: Final = 5
MOST_TERMS: Final = 40_000
LEAST_REVIEWS: Final = 3
"""A term in fewer reviews is left out."""
_SEED: Final = 0


_Z: Final = 1.96
"""Of 95 %."""


class Labelled(NamedTuple):
    """A review and whether its writer liked the film."""

    text: str
    likes: bool


class SentimentReport(msgspec.Struct, frozen=True, kw_only=True):
    """How well a classifier does."""

    reviews: int
    terms: int
    strength: float
    """Chosen among STRENGTHS on the training reviews alone."""
    accuracy_cross_validated: float
    held_out: int
    """Reviews that were not fitted to; 0 where none were given."""
    accuracy: float | None
    """On those."""
    interval: tuple[float, float] | None
    """95 %, by Wilson's score."""
    accuracy_of_words: float | None
    """Of `opinion.Opinions` on those; a review that it does not understand is not right."""


def fit_sentiment(
    training: Sequence[Labelled], held_out: Sequence[Labelled] = ()
) -> tuple[Sentiment, SentimentReport]:
    """Fit a classifier to reviews and measure it on others.

    A review that stands among the held-out ones is not fitted to. The strength of the
    regularisation is the one with the best cross-validated accuracy on the training reviews; their
    terms are counted once for all folds.

    Raises:
        CatalogueError: There are too few reviews of either kind, or scikit-learn is not installed.
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold, cross_val_score
    except ImportError as error:
        raise CatalogueError(
            f"fitting needs {error.name}: install it by pip install emoflix[catalog]"
        ) from error
    kept_out = {review.text for review in held_out}
    fitted_to = [review for review in training if review.text not in kept_out]
    likes = np.array([review.likes for review in fitted_to])
    if min(likes.sum(), (~likes).sum()) < FOLDS * LEAST_REVIEWS:
        raise CatalogueError(
            f"{likes.sum()} good and {(~likes).sum()} bad reviews are too few to fit to:"
            f" give {FOLDS * LEAST_REVIEWS} or more of each"
        )

    counter = TfidfVectorizer(
        analyzer=terms,
        sublinear_tf=True,
        min_df=LEAST_REVIEWS,
        max_features=MOST_TERMS,
        dtype=np.float32,
    )
    rows = counter.fit_transform(review.text for review in fitted_to)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=_SEED)

    def model_of(strength: float) -> Any:
        return LogisticRegression(C=strength, solver="liblinear")

    accuracy = {
        strength: float(cross_val_score(model_of(strength), rows, likes, cv=folds).mean())
        for strength in STRENGTHS
    }
    best = max(accuracy, key=lambda strength: accuracy[strength])
    model = model_of(best).fit(rows, likes)
    place = {term: int(number) for term, number in sorted(counter.vocabulary_.items())}
    order = list(place.values())
    fitted = Sentiment(
        {term: number for number, term in enumerate(place)},
        counter.idf_[order].astype(np.float32),
        model.coef_[0][order].astype(np.float32),
        float(model.intercept_[0]),
    )
    share, interval, of_words = None, None, None
    if held_out:
        words = Opinions()
        of_words = sum(
            (read := words.sentiment(review.text)) is not None and (read > 0) == review.likes
            for review in held_out
        ) / len(held_out)
        guessed = fitted.positive(review.text for review in held_out) > 0.5  # noqa: PLR2004
        right = int((guessed == np.array([review.likes for review in held_out])).sum())
        share, interval = right / len(held_out), wilson(right, len(held_out))
    return fitted, SentimentReport(
        reviews=len(fitted_to),
        terms=len(place),
        strength=best,
        accuracy_cross_validated=accuracy[best],
        held_out=len(held_out),
        accuracy=share,
        interval=interval,
        accuracy_of_words=of_words,
    )


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, "Probable inference", 1927)."""
    share = right / n
    middle = share + _Z**2 / (2 * n)
    reach = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return (middle - reach) / (1 + _Z**2 / n), (middle + reach) / (1 + _Z**2 / n)
