"""Four ways from single looks to what is announced; each a label a look, -1 for `uncertain`."""

from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.config import MoodSettings
from emoflix_device.mood import MoodFilter
from tests.benchmarks.sequences import Sequence

Labels = NDArray[np.intp]
_NO_FACES: Final = np.zeros((0, len(EXPRESSIONS)), np.float32)


def unfiltered(sequence: Sequence) -> Labels:
    """The likeliest expression of each look; the last one where there was no face."""
    labels = np.where(sequence.seen, np.nan_to_num(sequence.looks).argmax(axis=1), -1)
    for look in range(1, len(labels)):
        if not sequence.seen[look]:
            labels[look] = labels[look - 1]
    return labels


def averaged(sequence: Sequence, time_s: float) -> Labels:
    """The likeliest of an exponential average of the probabilities with this time constant."""
    mean = np.full(len(EXPRESSIONS), 1 / len(EXPRESSIONS))
    labels, before_s = [], sequence.times_s[0]
    for now_s, look, seen in zip(sequence.times_s, sequence.looks, sequence.seen, strict=True):
        if seen:
            mean = look + np.exp(-(now_s - before_s) / time_s) * (mean - look)
        before_s = now_s
        labels.append(int(mean.argmax()))
    return np.array(labels)


def by_majority(sequence: Sequence, window_s: float) -> Labels:
    """The most frequent expression of the looks in this window; of equals the latest."""
    window: deque[tuple[float, int]] = deque()
    labels = []
    single = unfiltered(sequence)
    for now_s, label, seen in zip(sequence.times_s, single, sequence.seen, strict=True):
        if seen:
            window.append((now_s, int(label)))
        while window and window[0][0] <= now_s - window_s:
            window.popleft()
        held = [each for _, each in window]
        labels.append(max(reversed(held), key=held.count) if held else -1)
    return np.array(labels)


def by_the_filter(sequence: Sequence, memory_s: float) -> Labels:
    """What the program announces."""
    mood_filter = MoodFilter(
        memory_s=memory_s, absence_s=MoodSettings().absence_s, prior=sequence.prior
    )
    labels = []
    for now_s, look, seen in zip(sequence.times_s, sequence.looks, sequence.seen, strict=True):
        announced = mood_filter.update(look[None] if seen else _NO_FACES, now_s).announced
        labels.append(EXPRESSIONS.index(announced) if announced in EXPRESSIONS else -1)
    return np.array(labels)


SMOOTHERS: Final[dict[str, tuple[Callable[[Sequence, float], Labels], tuple[float, ...]]]] = {
    "average": (averaged, (0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 4.0)),
    "majority window": (by_majority, (0.6, 1.0, 1.4, 2.0, 3.0, 5.0, 8.0)),
    "Bayesian filter": (by_the_filter, (0.3, 0.5, 0.7, 0.85, 1.0, 1.4, 2.0)),
}
"""Each with the values, in seconds, of the one constant that makes it slower and steadier."""
