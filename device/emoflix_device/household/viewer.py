"""From what a profile asked for and said to the viewer that the recommender takes."""

from collections import defaultdict
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


class Verdicts:
    """What a profile makes of films; of each film its latest verdict counts.

    It can be told of another answer, so that an answer costs the same after a long history as
    after a short one.
    """

    def __init__(self, history: Iterable[Said] = ()) -> None:
        """Read what was said.

        Args:
            history: the latest last, and what was imported before what was said here.
        """
        history = tuple(history)
        self._rated = {said.source for said in history if said.rating is not None}
        self._verdicts: dict[str, Verdict] = {}
        self._seen: set[str] = set()
        for said in history:
            self.hear(said)

    def hear(self, said: Said) -> None:
        """Take in the next answer that was given here."""
        against_film = said.kind == "stopped_early" and said.because == "film"
        if said.kind in _SEEN or against_film:
            self._seen.add(said.film)
        verdict = "disliked" if against_film else _verdict(said)
        if said.kind == "watched" and said.source is not None and said.source not in self._rated:
            verdict = "liked"  # a source that knows no ratings: it was chosen
        if verdict is not None:
            self._verdicts.pop(said.film, None)  # to the end: the latest last
            self._verdicts[said.film] = verdict

    def viewer(self, preferences: Preferences) -> Viewer:
        """The viewer that the recommender takes, with these wishes."""
        films: dict[Verdict, list[str]] = defaultdict(list)
        for film, verdict in self._verdicts.items():
            films[verdict].append(film)
        return msgspec.structs.replace(
            preferences.viewer(),
            liked=tuple(films["liked"]),
            disliked=tuple(films["disliked"]),
            seen=frozenset(self._seen),
            declined=frozenset(films["declined"][-DECLINED_LATELY:]),
        )


def viewer_of(preferences: Preferences, history: Iterable[Said]) -> Viewer:
    """The viewer of these wishes who said this, the latest last."""
    return Verdicts(history).viewer(preferences)


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
