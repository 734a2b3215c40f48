"""Moods over the length of a video, as stretches of one mood each."""

from collections.abc import Iterable
from itertools import groupby

from msgspec import Struct


class Stretch(Struct, frozen=True):
    """From `start_s` to `end_s` the mood was the same."""

    start_s: float
    end_s: float
    mood: str

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


def stretches(moods: Iterable[tuple[float, str]], end_s: float) -> list[Stretch]:
    """Join moments of the same mood.

    Args:
        moods: the moment in seconds, rising, and the mood seen at it.
        end_s: of the last stretch; each of the others ends where the next begins.
    """
    starts = [(next(same)[0], mood) for mood, same in groupby(moods, key=lambda seen: seen[1])]
    ends = [start_s for start_s, _ in starts[1:]] + [end_s]
    return [Stretch(start_s, end, mood) for (start_s, mood), end in zip(starts, ends, strict=False)]


def shares(parts: Iterable[Stretch]) -> dict[str, float]:
    """The share of the whole time that each mood has, largest first; they sum to 1."""
    lengths_s: dict[str, float] = {}
    for part in parts:
        lengths_s[part.mood] = lengths_s.get(part.mood, 0.0) + part.length_s
    whole_s = sum(lengths_s.values())
    return {
        mood: length_s / whole_s
        for mood, length_s in sorted(lengths_s.items(), key=lambda item: -item[1])
        if whole_s > 0
    }
