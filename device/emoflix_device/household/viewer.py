"""From what a profile asked for and said to the viewer that the recommender takes."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from emoflix_catalog.recommend import Viewer
from emoflix_device.household.feedback import Said
from emoflix_device.household.preferences import Preferences

Verdict = Literal["liked", "disliked", "declined", "neither"]

LIKED_FROM: Final = 7.0
DISLIKED_TO: Final = 4.0
"""Ratings in between say that it was seen, and neither."""
CLEAR_SENTIMENT: Final = 0.3
"""A review that is less for or against than this is neither."""
DECLINED_LATELY: Final = 200
"""The latest so many count: by order, since the clock may be wrong."""

_SEEN: Final = frozenset({"watched", "rating", "review"})
_WORDS: Final[dict[str, Verdict]] = {
    "like": "liked",
    "dislike": "disliked",
    "not_interested": "declined",
}


def viewer_of(preferences: Preferences, history: Iterable[Said]) -> Viewer:
    """The viewer: of each film its latest verdict counts.

    Args:
        preferences: What the profile asks for.
        history: What it said, the latest last.
    """
    history = tuple(history)
    rated = {said.source for said in history if said.rating is not None}
    verdicts: dict[str, Verdict] = {}
    seen = set()
    for said in history:
        against_film = said.kind == "stopped_early" and said.because == "film"
        if said.kind in _SEEN or against_film:
            seen.add(said.film)
        verdict = "disliked" if against_film else _verdict(said)
        if said.kind == "watched" and said.source is not None and said.source not in rated:
            verdict = "liked"  # a source that knows no ratings: it was chosen
        if verdict is not None:
            verdicts.pop(said.film, None)  # to the end: the latest last
            verdicts[said.film] = verdict
    films = {
        verdict: [film for film, found in verdicts.items() if found == verdict]
        for verdict in ("liked", "disliked", "declined")
    }
    return msgspec.structs.replace(
        preferences.viewer(),
        liked=tuple(films["liked"]),
        disliked=tuple(films["disliked"]),
        seen=frozenset(seen),
        declined=frozenset(films["declined"][-DECLINED_LATELY:]),
    )


def _verdict(said: Said) -> Verdict | None:
    """What is said of the film; None where nothing is, so that an earlier verdict stands."""
    if said.rating is not None:
        return _by_value(said.rating, DISLIKED_TO, LIKED_FROM)
    if said.sentiment is not None:
        return _by_value(said.sentiment, -CLEAR_SENTIMENT, CLEAR_SENTIMENT)
    return _WORDS.get(said.kind)


def _by_value(value: float, least: float, most: float) -> Verdict:
    if value >= most:
        return "liked"
    return "disliked" if value <= least else "neither"
