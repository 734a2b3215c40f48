"""What an importer is given and what it gives back.

A module of this package that reads films has `read(request, tally) -> Iterator[Found]`, one that
reads what somebody watched has `history(request, tally) -> Iterator[Watched]`. Both stream, report
each row they cannot take to the tally, and raise `SourceError` where nothing more can be read.
"""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.film import Film

MOST_EXAMPLES = 3
"""So many rows are named for each reason; all of them are counted."""


class SourceError(CatalogueError):
    """A source that cannot be read to its end; nothing of the catalogue was changed."""


class RowError(CatalogueError):
    """A row that cannot be taken; the message is the reason, the same for all rows like it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.detail = detail


class Found(NamedTuple):
    """A film and the place where a source says so, such as `movies.csv:7`."""

    place: str
    film: Film
    """Its `id` names it within the source: the same film has the same id at the next import."""


class Watched(NamedTuple):
    """A film that somebody saw, as a source names it."""

    place: str
    title: str
    year: int | None
    identifiers: Mapping[str, str]
    on: dt.date | None
    rating: float | None
    """0 to 10."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Where to read, and what an importer may want to know besides."""

    where: str
    """A path or a URL."""
    catalogue: Path | None = None
    """The catalogue that is imported into, for a source that only speaks of the films it has."""
    key_file: Path | None = None
    """The file that holds the key, or `user:password`."""
    least_votes: int = 0
    years: tuple[int, int] | None = None
    user: str = ""
    """Whose library and history it is, where a server has several users."""
    columns: Mapping[str, tuple[str, ...]] = {}
    """Field of `Film` to the columns that hold it, for a table with a header of its own."""
    encoding: str = "utf-8"
    timeout_s: float = 30.0
    pause: Callable[[float], None] = time.sleep
    """Waits so many seconds between two tries."""


class Tally:
    """Counts what was read and why rows were not taken, and tells how far the reading is."""

    def __init__(self, progress: Callable[[int, int | None], None] | None = None) -> None:
        self.read = 0
        self.reasons: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}
        self._progress = progress

    def reject(self, place: str, error: RowError) -> None:
        """Count a row that is not taken."""
        self.pass_by(str(error), place, error.detail)

    def pass_by(self, reason: str, place: str, detail: str = "") -> None:
        self.reasons[reason] += 1
        if self.reasons[reason] <= MOST_EXAMPLES:
            example = f"{place}: {detail}" if detail else place
            self.examples.setdefault(reason, []).append(example)

    def at(self, done: int, total: int | None) -> None:
        """So much of the whole is read, in a unit of the importer's own."""
        if self._progress is not None:
            self._progress(done, total)
