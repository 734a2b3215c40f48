"""What each profile said of films: added to or taken away, never changed, read in order."""

import datetime as dt
from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Final, NamedTuple

import msgspec

from emoflix_device.household.database import Database
from emoflix_device.household.errors import HouseholdError
from emoflix_device.household.feedback import Feedback, Said
from emoflix_device.household.profiles import Profiles
from emoflix_device.household.viewer import Verdicts

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
# The index `feedback_in_order` holds them so.
_ORDER: Final = "ORDER BY source IS NULL, id"
_NEWEST_FIRST: Final = "ORDER BY source IS NULL DESC, id DESC"
_READ: Final = f"SELECT id, {_COLUMNS} FROM feedback WHERE profile = ?"  # noqa: S608


class _Heard(NamedTuple):
    """How far a profile's history has been read for its verdicts."""

    last: int
    verdicts: Verdicts


class History:
    """Feedback of all profiles."""

    def __init__(self, database: Database, profiles: Profiles) -> None:
        self._database = database
        self._profiles = profiles
        self._heard: dict[int, _Heard] = {}
        """By the profile's number; what is said later is read when it is asked for."""

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
        self.forget()
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
        self.forget()
        return self._database.write(
            "DELETE FROM feedback WHERE profile = ? AND film = ?",
            self._profiles.number(profile),
            film,
        )

    def of(self, profile: str, latest: int | None = None) -> tuple[Said, ...]:
        """What was imported, then what was said here, each the oldest first.

        Args:
            profile: Whose.
            latest: Only the last so many of it.

        Raises:
            HouseholdError: There is no such profile.
        """
        rows = self._read(profile, f"{_NEWEST_FIRST} LIMIT ?", -1 if latest is None else latest)
        return tuple(_said(row) for row in reversed(rows))

    def about(self, profile: str, film: str) -> tuple[Said, ...]:
        """The same, of one film."""
        # The plus keeps SQLite from the index of the order, so that it takes that of the films.
        rows = self._read(profile, "AND film = ? ORDER BY +(source IS NULL), id", film)
        return tuple(map(_said, rows))

    def verdicts(self, profile: str) -> Verdicts:
        """What a profile makes of the films that it said anything of. Not to be written to.

        Only what was said since the last time is read, unless something went or was imported
        (`forget`). Not within a transaction: what that wrote may be undone.

        Raises:
            HouseholdError: There is no such profile.
        """
        number = self._profiles.number(profile)
        heard = self._heard.get(number)
        if heard is None:
            rows = self._read(profile, _ORDER)
            heard = _Heard(0, Verdicts(map(_said, rows)))
        else:
            rows = self._read(
                profile, "AND (source IS NULL) = 1 AND id > ? ORDER BY id", heard.last
            )
            for row in rows:
                heard.verdicts.hear(_said(row))
        last = max((row[0] for row in rows), default=heard.last)
        self._heard[number] = heard._replace(last=last)
        return heard.verdicts

    def forget(self) -> None:
        """Read every history anew: rows went, or came where they were not expected."""
        self._heard.clear()

    def _read(self, profile: str, which: str, *values: object) -> list[tuple[Any, ...]]:
        return self._database.rows(f"{_READ} {which}", self._profiles.number(profile), *values)


def _values(said: Said) -> tuple[object, ...]:
    return tuple(said.at.isoformat() if name == "at" else getattr(said, name) for name in _FIELDS)


def _said(row: tuple[Any, ...]) -> Said:
    fields = dict(zip(_FIELDS, row[1:], strict=True))
    return Said(**{**fields, "at": dt.datetime.fromisoformat(fields["at"])})
