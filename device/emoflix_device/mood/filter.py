"""From single looks to a mood: a forward Bayesian filter over the seven expressions.

The room's expression is a hidden state that now and then jumps to another (a Markov chain in
continuous time). Between two looks `dt_s` apart the belief `b` leaks towards a uniform one,

    b <- s b + (1 - s) / 7,    s = exp(-dt_s / DWELL_S)

and a look with the network's probabilities `p` then multiplies it by the evidence

    b <- b * l ** (w c / memory_s),    normalised,    l = p / prior ** RARER,

where `w`, from 0 to 1, says how well the faces were seen, and `c` for how many seconds it counts.

The network's `p` already holds how frequent each expression was where it learnt, its `prior`.
Divided by that it says how likely such a face is under each expression, which is what a filter
wants (Bourlard and Morgan, "Connectionist Speech Recognition", 1994, chapter 7). Otherwise the
frequent ones would win a little with every look, and the rare ones would never be announced.

Looks at a face that holds still are not independent: they repeat each other, mistakes included. So
a look that shows something new counts for `NEW_S` and for the time that it stands for, and one that
shows the same again for that time only: the answer depends on seconds, not on the frame rate. After
Rabiner, "A tutorial on hidden Markov models" (1989), section III A (the forward procedure), with
tempered evidence.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.vocabulary import EXPRESSIONS

Announced = Literal[
    "angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "uncertain", "nobody"
]

DWELL_S: Final = 120.0
"""How long a room keeps one expression, on average."""

LEAST_LIKELIHOOD: Final = 0.008
"""No look rules anything out: the network is wrong about one face in three."""

RARER: Final = 0.75
"""How much of the prior is taken out. All of it would be right were the network never wrong in the
same way twice; a face that is read as a little of something rare all the time must stay what it
mostly is. 0.75 still lets no expression be overlooked: docs/perception.md."""

NEW_S: Final = 0.55
"""What a face shows anew counts for so much more than ..."""
NEW_WITHIN_S: Final = 0.12
"""... the seconds that it is shown, nearly all of that at once: a time constant. It also keeps what
flickers from frame to frame from being new each time."""
NEWNESS: Final = 0.42
"""New is what differs by so much from what was shown, by half the sum of the absolute differences
of the probabilities: more than noise and light do to one face, less than another face does."""

LONGEST_LOOK_S: Final = 0.5
"""A look stands for at most so long: after a gap it is one look, not many."""

ENTER: Final = 0.6
LEAVE: Final = 0.05
"""Hysteresis: an expression is announced from the upper belief on, and kept down to the lower.
All of these and the memory's default were chosen together, for the fewest flips that leave a
change announced as quickly as it must be: docs/perception.md."""

VALENCE: Final = np.array([-0.6, -0.6, -0.6, 0.8, -0.7, 0.2, 0.0])
AROUSAL: Final = np.array([0.7, 0.3, 0.7, 0.4, -0.4, 0.7, 0.0])
"""Where the expressions lie: coarse places after Russell, "A circumplex model of affect" (1980)."""


@dataclass(frozen=True, slots=True)
class Mood:
    """The filtered state of the room."""

    announced: Announced
    confidence: float
    """Belief in the likeliest expression, in [0, 1]; 0 while there is nobody."""
    probabilities: NDArray[np.float64]
    """float64[7], in the order of `EXPRESSIONS`."""
    since_s: float
    """When `announced` began, on the clock of `update`."""
    people: int

    @property
    def valence(self) -> float:
        """In [-1, 1], from unpleasant to pleasant."""
        return float(self.probabilities @ VALENCE)

    @property
    def arousal(self) -> float:
        """In [-1, 1], from calm to excited."""
        return float(self.probabilities @ AROUSAL)


class MoodFilter:
    """Holds the belief; one `update` a look."""

    def __init__(
        self, *, memory_s: float, absence_s: float, prior: Sequence[float] = (1 / 7,) * 7
    ) -> None:
        """Start with an empty room.

        Args:
            memory_s: how many seconds of looks count as one independent one.
            absence_s: how long without a face until the room counts as empty.
            prior: how likely the network takes each expression to be before it sees a face (its
                card's).
        """
        self._memory_s = memory_s
        self._absence_s = absence_s
        self._prior = np.asarray(prior, np.float64) ** RARER
        self._shown, self._shown_for_s = _uniform(), 0.0
        self._belief = _uniform()
        self._announced: Announced = "nobody"
        self._since_s = 0.0
        self._updated_s: float | None = None
        self._seen_s = -np.inf
        self._people = 0

    def update(
        self,
        probabilities: NDArray[np.floating[Any]],
        now_s: float,
        weights: NDArray[np.floating[Any]] | None = None,
    ) -> Mood:
        """Take one look into account.

        Args:
            probabilities: float[n, 7], the network's, one row a face; n = 0 when no face was found.
            now_s: when the look was taken, on a clock that does not run backwards.
            weights: float[n] in [0, 1], how far each row can be believed, all fully where not
                given. A face of weight 0 is somebody, but says nothing.
        """
        if self._updated_s is None:
            self._since_s = now_s
            elapsed_s = LONGEST_LOOK_S
        else:
            elapsed_s = max(0.0, now_s - self._updated_s)
        self._updated_s = now_s
        stay = np.exp(-elapsed_s / DWELL_S)
        self._belief = stay * self._belief + (1 - stay) * _uniform()
        if len(probabilities):
            rows = np.asarray(probabilities, np.float64)
            shares = np.ones(len(rows)) if weights is None else np.asarray(weights, np.float64)
            self._weigh(rows, shares, min(elapsed_s, LONGEST_LOOK_S))
            self._seen_s = now_s
            self._people = len(probabilities)
        elif now_s - self._seen_s >= self._absence_s:
            self._forget()
        self._announce(now_s)
        return self._mood()

    def reset(self, now_s: float) -> Mood:
        """Forget the room: nobody is looked at any more."""
        self._forget()
        self._seen_s = -np.inf
        self._updated_s = None
        self._announce(now_s)
        return self._mood()

    def _forget(self) -> None:
        """Nobody is there: whoever comes next shows something new, even if it looks the same."""
        self._belief = _uniform()
        self._shown, self._shown_for_s = _uniform(), 0.0
        self._people = 0

    def _weigh(
        self, probabilities: NDArray[np.float64], weights: NDArray[np.float64], look_s: float
    ) -> None:
        best = weights.max()
        if best <= 0:
            return
        # Several faces are averaged, not multiplied: one of them must not outvote the room. It is
        # seen as well as its best face.
        pooled = weights @ probabilities / weights.sum()
        likelihood = np.maximum(pooled, _TINY) / self._prior
        likelihood = np.maximum(likelihood / likelihood.sum(), LEAST_LIKELIHOOD)
        counts_s = best * self._counts_s(pooled, look_s)
        belief = self._belief * likelihood ** (counts_s / self._memory_s)
        self._belief = belief / belief.sum()

    def _counts_s(self, pooled: NDArray[np.float64], look_s: float) -> float:
        """For how many seconds a look counts, by how long the room has shown the same."""
        if np.abs(pooled - self._shown).sum() / 2 > NEWNESS:
            self._shown, self._shown_for_s = pooled, 0.0
        before_s = self._shown_for_s
        self._shown_for_s += look_s
        return look_s + NEW_S * (
            math.exp(-before_s / NEW_WITHIN_S) - math.exp(-self._shown_for_s / NEW_WITHIN_S)
        )

    def _announce(self, now_s: float) -> None:
        announced = self._choose()
        if announced != self._announced:
            self._announced, self._since_s = announced, now_s

    def _choose(self) -> Announced:
        if self._people == 0:
            return "nobody"
        best = int(self._belief.argmax())
        if self._belief[best] >= ENTER:
            return EXPRESSIONS[best]
        if self._announced in EXPRESSIONS:
            held = EXPRESSIONS.index(self._announced)
            if self._belief[held] >= LEAVE:
                return self._announced
        return "uncertain"

    def _mood(self) -> Mood:
        return Mood(
            announced=self._announced,
            confidence=float(self._belief.max()) if self._people else 0.0,
            probabilities=self._belief.copy(),
            since_s=self._since_s,
            people=self._people,
        )


_TINY: Final = 1e-6


def _uniform() -> NDArray[np.float64]:
    return np.full(len(EXPRESSIONS), 1 / len(EXPRESSIONS))
