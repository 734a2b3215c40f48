"""Which few films to ask a new viewer about: those whose answers tell most of all the others."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.recommend.taste import taste_of
from emoflix_catalog.recommend.viewer import Viewer
from emoflix_catalog.store import Catalogue

COUNT: Final = 6
NOISE: Final = 0.5
"""The variance of an answer against that of a liking: people answer roughly."""
KNOWN_FILMS: Final = 300
"""A film so far down the list of the best known is known to half as many as the first."""
FORGOTTEN_YEARS: Final = 25
"""Where nobody counted votes, a film so much older than the newest is known to half as many."""
CANDIDATES: Final = 2000
SAMPLE: Final = 4000
"""So many of the best known come into question, and stand for all the rest."""


def films_to_ask(catalogue: Catalogue, viewer: Viewer, *, count: int = COUNT) -> list[int]:
    """The films to ask about, the one that tells most first.

    A liking is taken to be linear in a film's text vector (less the mean of them all, since what
    pleases everybody tells nothing), u ~ N(0, I). Each film chosen is the argmax of

        known(film) * |V S v|^2 / (NOISE + v . S v) / n,    S -= S v (S v) / (NOISE + v . S v)

    how much its answer is expected to lower the variance of what is believed of all n films V
    (Cohn, Ghahramani and Jordan, "Active learning with statistical models", 1996), times how
    likely it is that the viewer knows the film at all.

    Args:
        catalogue: Open.
        viewer: Only films that keep their wishes are asked about.
        count: How many; fewer only where fewer fit.

    Returns:
        Numbers of films.
    """
    taste = taste_of(catalogue, viewer)
    fits = np.flatnonzero(taste.fits & taste.spoken)
    known = _known(catalogue)
    fits = fits[np.argsort(-known[fits], kind="stable")][:SAMPLE]
    if not fits.size:
        return []
    rows = catalogue.columns["text"][fits].astype(np.float64)
    rows -= rows.mean(axis=0)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
    all_films = rows.T @ rows / len(rows)
    asked, belief = rows[:CANDIDATES], np.eye(rows.shape[1])
    open_ = known[fits][:CANDIDATES].astype(np.float64)
    chosen: list[int] = []
    for _ in range(min(count, len(asked))):
        told = asked @ belief
        variance = NOISE + np.einsum("ij,ij->i", told, asked)
        gain = np.einsum("ij,jk,ik->i", told, all_films, told, optimize=True) / variance
        best = int(np.where(open_ > 0, open_ * gain, -1).argmax())
        belief -= np.outer(told[best], told[best]) / variance[best]
        open_[best] = 0
        chosen.append(int(fits[best]))
    return chosen


def _known(catalogue: Catalogue) -> NDArray[np.float32]:
    """How likely a viewer knows each film, float32[n], to a factor."""
    columns = catalogue.columns
    if np.isnan(columns["quality"]).all():
        age = columns["year"].max(initial=0) - columns["year"]
        halvings = age.astype(np.float32) / FORGOTTEN_YEARS
    else:  # films are numbered by their votes
        halvings = np.log2(1 + np.arange(len(catalogue), dtype=np.float32) / KNOWN_FILMS)
    known: NDArray[np.float32] = np.exp2(-halvings)
    return known
