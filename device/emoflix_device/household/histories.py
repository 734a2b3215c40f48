"""What somebody watched elsewhere, as answers that a household keeps."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

from emoflix_catalog.importers.history import Entry
from emoflix_device.household.feedback import Feedback, FeedbackKind

UNDATED: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""When a film was seen of which its source does not say it: always the same, so that another import
does not keep it twice."""
_NOON: Final = dt.time(12, tzinfo=dt.UTC)


def answers_of(entries: Iterable[Entry]) -> Iterator[tuple[dt.datetime, Feedback]]:
    """When, and what: a rating where there is one, else that it was watched."""
    for entry in entries:
        at = UNDATED if entry.on is None else dt.datetime.combine(entry.on, _NOON)
        kind: FeedbackKind = "watched" if entry.rating is None else "rating"
        yield at, Feedback(film=entry.film, kind=kind, rating=entry.rating)
