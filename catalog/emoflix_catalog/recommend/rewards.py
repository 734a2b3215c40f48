"""What an answer says of the film: one number that learning takes."""

from typing import Final, Protocol

REWARDS: Final = {
    "like": 1.0,
    "dislike": -1.0,
    "watched": 0.5,
    "not_interested": -0.4,
    "passed_over": -0.1,
}
"""Kind of answer to what it is worth, from -1 to 1: the project's own judgement.

A film passed over is one that was shown above the one that was chosen (Joachims and others,
"Accurately interpreting clickthrough data as implicit feedback", 2005).
"""
STOPPED_EARLY: Final = {"film": -0.7, "evening": None}
"""What made them stop; where it was the evening, or nobody said, it is nothing against the film."""
_MIDDLE, _REACH = 5.5, 4.5


class ReviewReader(Protocol):
    """What can tell whether a written review is for or against a film."""

    def sentiment(self, review: str) -> float | None:
        """From -1 (against) to 1 (for); None where it is not understood.

        A language that it does not read is not understood: nothing is learnt of the words then.
        """
        ...


def reward(
    kind: str,
    *,
    rating: float | None = None,
    sentiment: float | None = None,
    because: str | None = None,
) -> float | None:
    """What an answer is worth, from -1 (against the film) to 1 (for it).

    A rating says more than that it was watched, and more than the words beside it.

    Args:
        kind: One of `REWARDS`, `rating`, `review` or `stopped_early`.
        rating: 0 to 10, where one was given: 1 and less is -1, 5.5 is 0, 10 is 1.
        sentiment: Of a review, -1 to 1; None where there is none or it was not understood.
        because: What made them stop early: `film` or `evening`.

    Returns:
        None where the answer says nothing of the film: nothing is to be learnt of it.
    """
    if rating is not None:
        return min(1.0, max(-1.0, (rating - _MIDDLE) / _REACH))
    if sentiment is not None:
        return sentiment
    if kind == "stopped_early":
        return STOPPED_EARLY.get(because or "evening")
    return REWARDS.get(kind)
