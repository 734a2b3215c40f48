"""Several people before one screen: what they want together, and films that none of them minds."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.recommend.viewer import Viewer
from emoflix_catalog.recommend.weights import AS_THEY_ARE, Weights

MISERY: Final = 0.25
"""The share of the films that fit which each may refuse: what they would like least."""

Mask = NDArray[np.bool_]
Array = NDArray[np.float32]


class Seat(NamedTuple):
    """One who watches, and what was learnt of them."""

    viewer: Viewer
    weights: Weights = AS_THEY_ARE


def together(viewers: Sequence[Viewer]) -> Viewer:
    """The wishes of all: what one leaves out is left out, what one has seen is seen.

    Languages that all of them named, or else all that were named; all libraries that were named,
    since what one of them holds can be played. One viewer stays as they are.
    """
    if len(viewers) == 1:
        return viewers[0]
    named = [viewer.languages for viewer in viewers if viewer.languages]
    common = [code for code in _all(named) if all(code in languages for languages in named)]
    wanted = [set(viewer.genres) for viewer in viewers if viewer.genres]
    return Viewer(
        languages=tuple(common) or _all(named),
        actors=_all(viewer.actors for viewer in viewers),
        directors=_all(viewer.directors for viewer in viewers),
        genres=tuple(sorted(set.intersection(*wanted) or set.union(*wanted))) if wanted else (),
        genres_left_out=_all(viewer.genres_left_out for viewer in viewers),
        mood_tags_left_out=_all(viewer.mood_tags_left_out for viewer in viewers),
        max_runtime_min=_least(viewer.max_runtime_min for viewer in viewers),
        max_age=_least(viewer.max_age for viewer in viewers),
        libraries=_all(viewer.libraries for viewer in viewers),
        lift=sum(viewer.lift for viewer in viewers) / len(viewers),
        liked=_all(viewer.liked for viewer in viewers),
        disliked=_all(viewer.disliked for viewer in viewers),
        seen=frozenset().union(*(viewer.seen for viewer in viewers)),
        declined=frozenset().union(*(viewer.declined for viewer in viewers)),
        resting=frozenset().union(*(viewer.resting for viewer in viewers)),
    )


def without_misery(scores: Sequence[Array], fits: Mask) -> Mask:
    """Which of the films that fit nobody would like least: above the MISERY quantile of each.

    Average without misery: Masthoff, "Group modeling: selecting a sequence of television items to
    suit a group of viewers", 2004. One viewer alone refuses nothing: the order is theirs.
    """
    if len(scores) == 1 or not fits.any():
        return fits
    bearable = fits.copy()
    for score in scores:
        bearable &= score >= np.quantile(score[fits], MISERY)
    return bearable


def _all(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Each word once, the first of everybody before the second."""
    ranked = [(place, word) for words in lists for place, word in enumerate(words)]
    return tuple(dict.fromkeys(word for _, word in sorted(ranked, key=lambda pair: pair[0])))


def _least(limits: Iterable[int | None]) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)
