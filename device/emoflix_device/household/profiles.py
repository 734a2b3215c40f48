"""Who watches: profiles under names of their own choosing, and which of them does now."""

from typing import Any, Final

import msgspec

from emoflix_device.household.database import Database
from emoflix_device.household.errors import HouseholdError
from emoflix_device.household.preferences import Preferences
from emoflix_device.household.words import profile_name

MOST: Final = 20


class Profiles:
    """The profiles of the household, in the order in which they were made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(
            name for (name,) in self._database.rows("SELECT name FROM profile ORDER BY id")
        )

    def numbers(self) -> frozenset[int]:
        """Of all of them: a number outlives a new name, and is never given again."""
        return frozenset(number for (number,) in self._database.rows("SELECT id FROM profile"))

    def number(self, name: str) -> int:
        """What the other tables know a profile by.

        Raises:
            HouseholdError: There is no such profile.
        """
        found = self._find(name)
        if found is None:
            known = ", ".join(self.names()) or "none yet"
            raise HouseholdError("profile", f"there is none of this name; there are: {known}")
        return found

    def named(self, name: str) -> str:
        """The name as it is kept, of a profile that is there.

        Raises:
            HouseholdError: There is no such profile.
        """
        kept: str = self._database.value("SELECT name FROM profile WHERE id = ?", self.number(name))
        return kept

    def create(self, name: str) -> str:
        """Make a profile; the name as it is kept.

        Raises:
            HouseholdError: The name cannot be used or is taken, or there are too many profiles.
        """
        with self._database.transaction():
            kept = self._new_name(name)
            if len(self.names()) >= MOST:
                raise HouseholdError("profile", f"there are {MOST} already, and no more can be")
            self._database.write("INSERT INTO profile (name) VALUES (?)", kept)
        return kept

    def ensure(self, name: str) -> None:
        """Make a profile unless it is there.

        Raises:
            HouseholdError: As of `create`.
        """
        if self._find(name) is None:  # who only reads waits for no other program
            with self._database.transaction():
                if self._find(name) is None:
                    self.create(name)

    def rename(self, name: str, to: str) -> str:
        """Give a profile another name; the name as it is kept.

        Raises:
            HouseholdError: There is no such profile, or the new name cannot be used or is taken.
        """
        with self._database.transaction():
            number = self.number(name)
            same = profile_name(to) == profile_name(name)
            kept = profile_name(to) if same else self._new_name(to)
            self._database.write("UPDATE profile SET name = ? WHERE id = ?", kept, number)
        return kept

    def erase(self, name: str) -> None:
        """Delete a profile and all that is kept of it.

        Raises:
            HouseholdError: There is no such profile.
        """
        with self._database.transaction():
            self._database.write("DELETE FROM profile WHERE id = ?", self.number(name))

    @property
    def selected(self) -> str | None:
        """Who watches; None is the household as a whole."""
        name: str | None = self._database.value(
            "SELECT name FROM selection JOIN profile ON profile.id = selection.profile"
        )
        return name

    def select(self, name: str | None) -> None:
        """Say who watches from now on, also after a restart.

        Raises:
            HouseholdError: There is no such profile.
        """
        with self._database.transaction():
            number = None if name is None else self.number(name)
            self._database.write("UPDATE selection SET profile = ?", number)

    def preferences(self, name: str) -> Preferences | None:
        """What this profile asks for; None where it never said, or is not there."""
        blob = self._database.value(
            "SELECT preferences FROM profile WHERE id = ?", self._find(name)
        )
        return None if blob is None else msgspec.json.decode(blob, type=Preferences)

    def save_preferences(self, name: str, preferences: Preferences) -> None:
        """Keep what this profile asks for; it is made where it is not there.

        Raises:
            HouseholdError: As of `create`.
        """
        with self._database.transaction():
            self.ensure(name)
            self._database.write(
                "UPDATE profile SET preferences = ? WHERE id = ?",
                msgspec.json.encode(preferences),
                self.number(name),
            )

    def learned(self, name: str) -> dict[str, Any]:
        """What was learned of this profile, as it was last kept; empty at first.

        Raises:
            HouseholdError: There is no such profile.
        """
        blob = self._database.value("SELECT learned FROM profile WHERE id = ?", self.number(name))
        learned: dict[str, Any] = {} if blob is None else msgspec.json.decode(blob)
        return learned

    def save_learned(self, name: str, learned: dict[str, Any]) -> None:
        """Keep what was learned of this profile, in the place of what was kept before.

        Raises:
            HouseholdError: There is no such profile.
        """
        self._database.write(
            "UPDATE profile SET learned = ? WHERE id = ?",
            msgspec.json.encode(learned),
            self.number(name),
        )

    def _find(self, name: str) -> int | None:
        number: int | None = self._database.value(
            "SELECT id FROM profile WHERE name = ?", profile_name(name, "profile")
        )
        return number

    def _new_name(self, name: str) -> str:
        kept = profile_name(name)
        if self._find(kept) is not None:
            raise HouseholdError("name", "is taken by another profile")
        return kept
