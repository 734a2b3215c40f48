"""What was shown to each profile: for 90 days, with the mood only if that was agreed to."""

import datetime as dt
from typing import Final

import msgspec

from emoflix_device.household.database import Database
from emoflix_device.household.learning import LATELY_SLATES, SlateRecord
from emoflix_device.household.profiles import Profiles
from emoflix_device.household.retention import counts_from

_ADD: Final = (
    "INSERT INTO slate (profile, record, mood, counts_from)"  # noqa: S608 - constants
    f" VALUES (?, ?, ?, {counts_from('slate')})"
)
_READ: Final = "SELECT record, mood FROM slate WHERE profile = ? ORDER BY id DESC LIMIT ?"


class Slates:
    """The learning log of all profiles."""

    def __init__(self, database: Database, profiles: Profiles) -> None:
        self._database = database
        self._profiles = profiles

    def add(self, profile: str, record: SlateRecord) -> None:
        """Keep what is shown now; its mood only where there is the consent to keep moods.

        Raises:
            HouseholdError: There is no such profile.
            StateError: It cannot be kept; nothing was changed.
        """
        agreed = self._database.value(
            "SELECT EXISTS (SELECT 1 FROM consent WHERE purpose = 'moods' AND withdrawn_at IS NULL)"
        )
        self._database.write(
            _ADD,
            self._profiles.number(profile),
            msgspec.json.encode(msgspec.structs.replace(record, mood=None)),
            record.mood if agreed else None,
            record.at.astimezone(dt.UTC).date().isoformat(),
        )

    def of(self, profile: str, latest: int = -1) -> tuple[SlateRecord, ...]:
        """The slates that were shown, the oldest first; of the `latest` only, or (-1) of all.

        Raises:
            HouseholdError: There is no such profile.
        """
        rows = self._database.rows(_READ, self._profiles.number(profile), latest)
        return tuple(
            msgspec.structs.replace(msgspec.json.decode(record, type=SlateRecord), mood=mood)
            for record, mood in reversed(rows)
        )

    def shown_lately(self, profile: str) -> frozenset[str]:
        """The films of the last slates, by the order in which they were shown.

        Raises:
            HouseholdError: There is no such profile.
        """
        slates = self.of(profile, LATELY_SLATES)
        return frozenset(offer.film for slate in slates for offer in slate.offers)
