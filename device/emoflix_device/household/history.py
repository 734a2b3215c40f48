"""What each profile said of films: added to or taken away, never changed, read in order."""

import datetime as dt
from collections.abc import Iterable
from operator import itemgetter
from typing import Final

import msgspec

from emoflix_device.household.database import Database
from emoflix_device.household.errors import HouseholdError
from emoflix_device.household.feedback import Feedback, Said
from emoflix_device.household.profiles import Profiles

_FIELDS: Final = (
    "film",
    "kind",
    "rating",
    "review",
    "because",
    "slate",
    "at",
    "source",
    "sentiment",
)
_COLUMNS: Final = ", ".join(_FIELDS)
_ADD: Final = (
    f"INSERT INTO feedback (profile, {_COLUMNS}) SELECT ?, {', '.join('?' * len(_FIELDS))}"
)
_UNLESS_THERE: Final = (
    " WHERE NOT EXISTS (SELECT 1 FROM feedback WHERE profile = ? AND film = ? AND kind = ?"
    " AND rating IS ? AND review IS ? AND at = ? AND source = ?)"
)
# What was said here outweighs what was imported, whichever came first; apart from that the order
# of the rows is the order of saying, whatever the clock showed.
_READ: Final = (
    f"SELECT {_COLUMNS} FROM feedback WHERE profile = ?"  # noqa: S608
    " ORDER BY source IS NULL, id"
)


class History:
    """Feedback of all profiles."""

    def __init__(self, database: Database, profiles: Profiles) -> None:
        self._database = database
        self._profiles = profiles

    def add(
        self,
        profile: str,
        feedback: Feedback,
        at: dt.datetime,
        *,
        sentiment: float | None = None,
    ) -> None:
        """Keep what was said just now.

        Args:
            profile: Who said it.
            feedback: What.
            at: The wall clock's time, with its zone.
            sentiment: Of the review, -1 to 1, where it was understood.

        Raises:
            HouseholdError: There is no such profile.
            StateError: It cannot be kept; nothing was changed.
        """
        said = Said(**msgspec.structs.asdict(feedback), at=at, sentiment=sentiment)
        self._database.write(_ADD, self._profiles.number(profile), *_values(said))

    def take_in(
        self, profile: str, source: str, found: Iterable[tuple[dt.datetime, Feedback]]
    ) -> int:
        """Keep an imported history; what is there from this source already is not kept twice.

        Args:
            profile: Whose history it is.
            source: Where it comes from, such as `letterboxd`.
            found: When, and what; in any order, kept in that of time. All of it or nothing.

        Returns:
            How many were new.

        Raises:
            HouseholdError: There is no such profile, or no source is named.
            StateError: It cannot be kept; nothing was changed.
        """
        if not source.isprintable() or not source:
            raise HouseholdError("source", "must be a printable word")
        new = 0
        with self._database.transaction():
            number = self._profiles.number(profile)
            for at, said in sorted(found, key=itemgetter(0)):
                kept = Said(**msgspec.structs.asdict(said), at=at, source=source)
                same = (said.film, said.kind, said.rating, said.review, at.isoformat(), source)
                new += self._database.write(
                    _ADD + _UNLESS_THERE, number, *_values(kept), number, *same
                )
        return new

    def remove(self, profile: str, film: str) -> int:
        """Delete all that a profile said of a film; how much it was.

        Raises:
            HouseholdError: There is no such profile.
            StateError: It cannot be deleted; nothing was changed.
        """
        return self._database.write(
            "DELETE FROM feedback WHERE profile = ? AND film = ?",
            self._profiles.number(profile),
            film,
        )

    def of(self, profile: str) -> tuple[Said, ...]:
        """All of it: what was imported, then what was said here, each the oldest first.

        Raises:
            HouseholdError: There is no such profile.
        """
        rows = self._database.rows(_READ, self._profiles.number(profile))
        return tuple(_said(dict(zip(_FIELDS, row, strict=True))) for row in rows)


def _values(said: Said) -> tuple[object, ...]:
    return tuple(said.at.isoformat() if name == "at" else getattr(said, name) for name in _FIELDS)


def _said(row: dict[str, object]) -> Said:
    return Said(**{**row, "at": dt.datetime.fromisoformat(str(row["at"]))})  # type: ignore[arg-type]
