"""What people say of a film, and what of it can be kept."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

from msgspec import Struct

from emoflix_device.household.errors import HouseholdError
from emoflix_device.household.words import review_text

FeedbackKind = Literal[
    "like", "dislike", "rating", "watched", "not_interested", "stopped_early", "review"
]
Blame = Literal["film", "evening"]

RATING_MOST: Final = 10
ID_LIMIT: Final = 100
_FILM_ID: Final = re.compile(f"[a-z0-9-]{{1,{ID_LIMIT}}}")
_SLATE_ID: Final = re.compile(f"[!-~]{{1,{ID_LIMIT}}}")

_GOES_WITH: Final[Mapping[str, frozenset[str]]] = {
    "rating": frozenset({"rating", "watched", "review"}),
    "review": frozenset({"review"}),
    "because": frozenset({"stopped_early"}),
}
"""Field -> the kinds it says something about."""


class _Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    film: str
    """The catalogue's id."""
    kind: FeedbackKind
    rating: float | None = None
    """0 to 10; also with `watched` and `review`."""
    review: str | None = None
    because: Blame | None = None
    """What made them stop early; where nobody said, it counts as the evening."""
    slate: str | None = None
    """Of which slate, where it was one."""


class Feedback(_Answer, frozen=True, kw_only=True, omit_defaults=True):
    """One answer to one film; there is none that cannot be kept."""

    def __post_init__(self) -> None:
        """Check what was said.

        Raises:
            HouseholdError: (a ValueError) a field is missing, out of range, or of another kind.
        """
        if self.kind not in get_args(FeedbackKind):
            raise HouseholdError("kind", f"must be one of {', '.join(get_args(FeedbackKind))}")
        if not _FILM_ID.fullmatch(self.film):
            raise HouseholdError("film", "is no film's id: small letters, digits and hyphens")
        if self.slate is not None and not _SLATE_ID.fullmatch(self.slate):
            raise HouseholdError("slate", f"is no slate's id: at most {ID_LIMIT} plain characters")
        for field, kinds in _GOES_WITH.items():
            given = getattr(self, field) is not None
            if given and self.kind not in kinds:
                raise HouseholdError(field, f"goes with {' or '.join(sorted(kinds))} only")
            if not given and self.kind == field:
                raise HouseholdError(field, "is missing")
        if self.rating is not None and not 0 <= self.rating <= RATING_MOST:
            raise HouseholdError("rating", f"must be from 0 to {RATING_MOST}, not {self.rating:g}")
        if self.because not in {None, *get_args(Blame)}:
            raise HouseholdError("because", f"must be one of {', '.join(get_args(Blame))}")
        if self.review is not None:
            review_text(self.review)


class Said(_Answer, frozen=True, kw_only=True, omit_defaults=True):
    """Feedback as it was kept."""

    at: dt.datetime
    """By the wall clock, which may have been wrong: for people to read, never to order by."""
    source: str | None = None
    """Where it was imported from, such as `letterboxd`; None: it was said here."""
    sentiment: float | None = None
    """Of the review, from -1 (against) to 1 (for); None where it was not understood."""
