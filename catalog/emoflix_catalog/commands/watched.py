"""A history that `emoflix-catalog history --json` printed, as what a viewer likes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from emoflix_catalog.errors import InvalidRequestError
from emoflix_catalog.importers.history import Entry
from emoflix_catalog.recommend import Viewer

LIKED_FROM: Final = 7.0
DISLIKED_TO: Final = 4.0
"""Ratings in between say that it was seen, and neither."""


class _Printed(msgspec.Struct):
    entries: list[Entry]


def read_entries(path: Path) -> list[Entry]:
    """The films of a printed history.

    Raises:
        InvalidRequestError: It cannot be read, or is something else.
    """
    how = "give what emoflix-catalog history SOURCE PATH --json printed"
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Printed).entries
    except OSError as error:
        raise InvalidRequestError(f"{path}: cannot be read ({error.strerror}): {how}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidRequestError(f"{path}: is no history ({error}): {how}") from error


def with_history(viewer: Viewer, entries: Sequence[Entry]) -> Viewer:
    """The viewer who also saw these films.

    Where the source knows no ratings at all, what was watched counts as liked: it was chosen.
    """
    unrated = all(entry.rating is None for entry in entries)
    liked = [entry.film for entry in entries if unrated or (entry.rating or 0) >= LIKED_FROM]
    disliked = [
        entry.film for entry in entries if entry.rating is not None and entry.rating <= DISLIKED_TO
    ]
    return msgspec.structs.replace(
        viewer,
        liked=(*liked, *viewer.liked),
        disliked=(*disliked, *viewer.disliked),
        seen=viewer.seen | {entry.film for entry in entries},
    )
