"""The answers to requests, so that what is sent twice is done once, also over a restart."""

import datetime as dt
from typing import Final, NamedTuple

import msgspec

from emoflix_device.household.database import Database
from emoflix_device.household.profiles import Profiles
from emoflix_device.household.retention import counts_from

_ADD: Final = (
    "INSERT INTO answer (user, command, request, profile, reply, counts_from)"  # noqa: S608
    f" VALUES (?, ?, ?, ?, ?, {counts_from('answer')})"
    " ON CONFLICT DO NOTHING"
)


class RequestKey(NamedTuple):
    """One request of one client."""

    user: str
    """Of the broker."""
    command: str
    request: str
    """The id that the client chose."""


class KeptAnswer(msgspec.Struct, frozen=True):
    """An answer as it goes into an export."""

    user: str
    command: str
    request: str
    reply: msgspec.Raw


class Answers:
    """By request; the newest thousand or so."""

    def __init__(self, database: Database, profiles: Profiles) -> None:
        self._database = database
        self._profiles = profiles

    def find(self, key: RequestKey) -> bytes | None:
        """The answer this request was given before, as it was encoded; None for a new one."""
        reply: bytes | None = self._database.value(
            "SELECT reply FROM answer WHERE user = ? AND command = ? AND request = ?", *key
        )
        return reply

    def remember(
        self, key: RequestKey, reply: bytes, at: dt.datetime, *, profile: str | None = None
    ) -> None:
        """Keep an answer, in one transaction with what it answers.

        Args:
            key: Of which request.
            reply: The answer as it was encoded.
            at: The wall clock's time, with its zone.
            profile: Whose it is: it goes when that profile is erased. An answer without one must
                name nobody.

        Raises:
            HouseholdError: There is no such profile.
            StateError: It cannot be kept; nothing was changed.
        """
        number = None if profile is None else self._profiles.number(profile)
        day = at.astimezone(dt.UTC).date().isoformat()
        self._database.write(_ADD, *key, number, reply, day)

    def of(self, profile: str) -> tuple[KeptAnswer, ...]:
        """Those that belong to a profile, the oldest first.

        Raises:
            HouseholdError: There is no such profile.
        """
        rows = self._database.rows(
            "SELECT user, command, request, reply FROM answer WHERE profile = ? ORDER BY id",
            self._profiles.number(profile),
        )
        return tuple(
            KeptAnswer(user, command, request, msgspec.Raw(reply))
            for user, command, request, reply in rows
        )
