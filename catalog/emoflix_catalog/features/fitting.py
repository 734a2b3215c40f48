"""Fits the transforms of `transforms.py` to a set of films; needs the `catalog` extra."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.features.affect import GENRE_DECAY, AffectModel, by_tags, decaying
from emoflix_catalog.features.text import DIMENSIONS, Row, Terms, count_terms
from emoflix_catalog.features.transforms import Transforms
from emoflix_catalog.film import Film
from emoflix_catalog.vocabulary import GENRES

FOLDS: Final = 5
ALPHAS: Final = (0.3, 1.0, 3.0, 10.0)
"""Strengths of the regularisation to choose from, by leaving one out of each training fold."""


class FitReport(msgspec.Struct, frozen=True, kw_only=True):
    """How well the transforms fit; the errors are cross-validated over FOLDS folds."""

    films: int
    terms: int
    explained: float
    """The share of the TF-IDF's variance that the components keep."""
    valence_error: float
    """Mean absolute error of the guess, on a scale from -1 to 1."""
    arousal_error: float
    valence_error_of_mean: float
    """The same for always guessing the mean."""
    arousal_error_of_mean: float
    valence_explained: float
    """R squared."""
    arousal_explained: float


def fit_transforms(films: Sequence[Film]) -> tuple[Transforms, FitReport]:
    """Fit TF-IDF, its components and the guess of what untagged films evoke.

    The components are the truncated SVD of the TF-IDF rows (Halko and others, "Finding structure
    with randomness", 2011, as scikit-learn has it, seed 0). The guess is ridge regression from the
    genres and the text of the tagged films to what their tags say (`affect.by_tags`).

    Raises:
        CatalogueError: There are too few films, or scikit-learn is not installed.
    """
    try:
        import sklearn  # noqa: F401 - it is asked for below
        from scipy.sparse import csr_matrix, hstack
    except ImportError as error:
        raise CatalogueError(
            f"fitting needs {error.name}: install it by pip install emoflix[catalog]"
        ) from error
    tagged = [film for film in films if film.mood_tags]
    known = count_terms(films)
    if len(tagged) < 2 * DIMENSIONS or len(known.place) <= DIMENSIONS:
        raise CatalogueError(
            f"{len(tagged)} films with mood tags are too few to fit on:"
            f" give {2 * DIMENSIONS} or more"
        )
    components, explained = _components(films, known)
    genres = decaying([film.genres for film in tagged], GENRES, GENRE_DECAY)
    text = _matrix([known.untagged_row(film) for film in tagged], known, csr_matrix)
    evoked = by_tags(tagged)
    affect, errors = _fit_affect(
        hstack([csr_matrix(genres), text]).tocsr(), np.hstack([evoked.point, evoked.emotions])
    )
    transforms = Transforms(known, components, affect)
    report = FitReport(
        films=len(films),
        terms=len(known.place),
        explained=explained,
        **errors,
    )
    return transforms, report


def fit_text(films: Sequence[Film], affect_of: Transforms) -> Transforms | None:
    """Fit TF-IDF and its components alone, and take over what is guessed of untagged films.

    What `affect_of` guesses from a word that these films do not have is lost.

    Returns:
        None where the films have too few words for DIMENSIONS components.
    """
    known = count_terms(films)
    if len(known.place) <= DIMENSIONS:
        return None
    components, _ = _components(films, known)
    guess = affect_of.affect
    terms = np.zeros((len(known.place), guess.terms.shape[1]), np.float32)
    for term, number in known.place.items():
        if term in affect_of.terms.place:
            terms[number] = guess.terms[affect_of.terms.place[term]]
    return Transforms(known, components, guess._replace(terms=terms))


def _components(films: Sequence[Film], known: Terms) -> tuple[NDArray[np.float32], float]:
    """float32[terms, DIMENSIONS], and the share of the variance that they keep."""
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import TruncatedSVD

    svd = TruncatedSVD(DIMENSIONS, n_iter=7, random_state=0)
    svd.fit(_matrix([known.row(film) for film in films], known, csr_matrix))
    components = np.ascontiguousarray(svd.components_.T, np.float32)
    return components, float(svd.explained_variance_ratio_.sum())


def _matrix(rows: Sequence[Row], known: Terms, csr_matrix: Any) -> Any:
    """Sparse float32[films, terms]."""
    start = np.cumsum([0, *(len(row.places) for row in rows)])
    places = np.concatenate([row.places for row in rows])
    weights = np.concatenate([row.weights for row in rows])
    return csr_matrix((weights, places, start), shape=(len(rows), len(known.place)))


def _fit_affect(
    features: Any, targets: NDArray[np.float32]
) -> tuple[AffectModel, dict[str, float]]:
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict

    folds = KFold(FOLDS, shuffle=True, random_state=0)
    ridge = RidgeCV(ALPHAS)
    guessed = cross_val_predict(ridge, features, targets, cv=folds)
    away = (targets - guessed)[:, :2]
    spread = (targets - targets.mean(axis=0))[:, :2]
    explained = 1 - (away**2).sum(axis=0) / (spread**2).sum(axis=0)
    errors = {
        "valence_error": float(np.abs(away[:, 0]).mean()),
        "arousal_error": float(np.abs(away[:, 1]).mean()),
        "valence_error_of_mean": float(np.abs(spread[:, 0]).mean()),
        "arousal_error_of_mean": float(np.abs(spread[:, 1]).mean()),
        "valence_explained": float(explained[0]),
        "arousal_explained": float(explained[1]),
    }
    ridge.fit(features, targets)
    weights = ridge.coef_.T.astype(np.float32)
    count = len(GENRES)
    base = np.asarray(ridge.intercept_, np.float32)
    certainty = float(explained.clip(0).mean())
    return AffectModel(weights[:count], weights[count:], base, certainty), errors
