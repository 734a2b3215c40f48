"""What happens in the clip, and when."""

from dataclasses import dataclass
from typing import Final

from .networks import EXPRESSIONS

FRAMES_PER_S: Final = 12
SCENES: Final = 2
EXPRESSION_S: Final = 5.0
FADE_S: Final = 0.6
"""How long a face takes from one expression to the next."""
EMPTY_S: Final = 2.5
"""Nobody in front of the wall, after every scene."""


@dataclass(frozen=True)
class Entry:
    """A stretch of the clip; `expression` is "nobody" where no face is shown."""

    scene: int
    start_s: float
    end_s: float
    expression: str


def script(scenes: int = SCENES) -> list[Entry]:
    entries: list[Entry] = []
    now_s = 0.0
    for scene in range(1, scenes + 1):
        for expression in (*EXPRESSIONS, "nobody"):
            length_s = EMPTY_S if expression == "nobody" else EXPRESSION_S
            entries.append(Entry(scene, now_s, now_s + length_s, expression))
            now_s += length_s
    return entries


def frame_count(entries: list[Entry]) -> int:
    return round(entries[-1].end_s * FRAMES_PER_S)


def entry_at(entries: list[Entry], time_s: float) -> Entry:
    return next((entry for entry in entries if time_s < entry.end_s), entries[-1])


def condition_at(entries: list[Entry], time_s: float) -> list[float]:
    """How much of each of `EXPRESSIONS` a face shows; a fade follows half a cosine's slope."""
    entry = entry_at(entries, time_s)
    now = EXPRESSIONS.index(entry.expression)
    weights = [0.0] * len(EXPRESSIONS)
    passed = min(1.0, (time_s - entry.start_s) / FADE_S)
    eased = passed * passed * (3 - 2 * passed) if now else 1.0
    weights[now] += eased
    if now:
        weights[now - 1] += 1 - eased
    return weights
