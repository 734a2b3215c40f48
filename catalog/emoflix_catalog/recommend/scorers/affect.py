"""Films that evoke what the mood asks for: more of it, or a way out of it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.film import Film
from emoflix_catalog.recommend.scorers.base import Scorer, fill_unknown
from emoflix_catalog.recommend.slate import Reason
from emoflix_catalog.recommend.viewer import UNSURE_LABELS, MoodReading
from emoflix_catalog.vocabulary import EXPRESSIONS, MOOD_TAGS

GOAL: Final = (0.75, 0.25)
"""Where a lift leads, in valence and arousal: pleasant and lightly awake."""
WIDTH: Final = 0.45
"""How far from the target a film may lie until it counts exp(-1/2)."""
LIFTS: Final = ((0.7, "a lift for"), (0.4, "a gentle lift for"), (-2.0, "in step with"))
"""By how much more pleasant than the mood a film is at least, and what that is called."""
_LOOKS: Final = {
    "angry": "angry",
    "disgust": "put off",
    "fear": "afraid",
    "happy": "happy",
    "sad": "sad",
    "surprise": "surprised",
}


def target(mood: MoodReading, lift: float) -> NDArray[np.float32]:
    """Where the film should lie: state + lift * (goal - state), in valence and arousal."""
    state = np.array([mood.valence, mood.arousal], np.float32)
    return (state + np.float32(lift) * (np.array(GOAL, np.float32) - state)).astype(np.float32)


class Affect(Scorer):
    """exp(-d^2 / (2 WIDTH^2)), d from what the film evokes to the target.

    The weight is the mood's confidence times what is not neutral in it, so that an unsure or
    neutral reading leaves the lead to taste.
    """

    name = "affect"

    def weight(self) -> float:
        if self.mood is None or self.mood.label in UNSURE_LABELS:
            return 0.0
        return self.mood.confidence * (1 - self.mood.probabilities[EXPRESSIONS.index("neutral")])

    def score(self) -> NDArray[np.float32]:
        columns = self.catalogue.columns
        if self.mood is None:
            return np.zeros(len(self.catalogue), np.float32)
        aim = target(self.mood, self.viewer.lift)
        # Column by column: over an axis this short, a sum takes several times as long.
        valence, arousal = (columns["evoked"][:, axis] - aim[axis] for axis in range(2))
        near = np.exp((valence**2 + arousal**2) / np.float32(-2 * WIDTH**2))
        return fill_unknown(near, columns["evoked_certainty"])

    def slope(self, number: int) -> float:
        """How fast a film's score rises with the lift at the viewer's: d score / d lift.

        score * (evoked - target) . (goal - state) / WIDTH^2, by the chain rule.
        """
        if self.mood is None:
            return 0.0
        columns = self.catalogue.columns
        away = columns["evoked"][number] - target(self.mood, self.viewer.lift)
        way = target(self.mood, 1.0) - target(self.mood, 0.0)
        near = np.exp(-away @ away / (2 * WIDTH**2))
        return float(near * (away @ way) / WIDTH**2 * columns["evoked_certainty"][number])

    def reason(self, film: Film) -> Reason | None:
        if self.mood is None or self.mood.label not in _LOOKS or not film.mood_tags:
            return None
        room = f"a room that looks {_LOOKS[self.mood.label]}"
        if self.mood.label == "happy":
            way = f"to keep {room} that way"
        else:
            way = f"{_way(film, self.mood)} {room}"
        tags = " and ".join(_nearest_tags(film, target(self.mood, self.viewer.lift)))
        return Reason(f"{tags.capitalize()}: {way}", reveals_mood=True)


def _way(film: Film, mood: MoodReading) -> str:
    """What the film does to the mood, told by its own tags and not by what was asked for."""
    pleasant = sum(MOOD_TAGS[tag].valence for tag in film.mood_tags) / len(film.mood_tags)
    return next(words for least, words in LIFTS if pleasant - mood.valence >= least)


def _nearest_tags(film: Film, point: NDArray[np.float32]) -> list[str]:
    """The two of a film's mood tags that lie nearest to `point`, in the film's own order."""

    def away(tag: str) -> float:
        place = MOOD_TAGS[tag]
        return float(np.hypot(place.valence - point[0], place.arousal - point[1]))

    nearest = sorted(film.mood_tags, key=away)[:2]
    return [tag for tag in film.mood_tags if tag in nearest]
