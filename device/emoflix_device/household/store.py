"""All that the household said, in one SQLite file: kept before it is answered."""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NamedTuple, Self

from emoflix_device.errors import StateError
from emoflix_device.household.answers import Answers
from emoflix_device.household.database import Database
from emoflix_device.household.errors import TracesError
from emoflix_device.household.history import History
from emoflix_device.household.key import Key
from emoflix_device.household.migrations import MIGRATIONS
from emoflix_device.household.preferences import Preferences
from emoflix_device.household.profiles import Profiles
from emoflix_device.household.retention import LIMITS, sweep
from emoflix_device.household.slates import Slates

_LOG = logging.getLogger(__name__)

Purpose = Literal["camera", "moods"]
"""What is agreed to: looking through the camera; keeping the word for the mood with each slate."""

_GIVEN: Final = "SELECT EXISTS (SELECT 1 FROM consent WHERE purpose = ? AND withdrawn_at IS NULL)"


class Consent(NamedTuple):
    """One time that something was agreed to."""

    purpose: Purpose
    given_at: str
    withdrawn_at: str | None


class HouseholdStore:
    """Consent and the camera's switch; who watches, what they said, and what they were shown."""

    def __init__(self, file: Path, key: Key | None = None) -> None:
        """Open or create the store.

        Args:
            file: Where it is; `-wal` and `-shm` beside it belong to it.
            key: What it is encrypted with; None for a plain file.

        Raises:
            StateError: the file cannot be written, the key is wrong, it is no store, or it is
                from a newer program.
        """
        self._database = Database(file, key, MIGRATIONS)
        self.profiles = Profiles(self._database)
        self.history = History(self._database, self.profiles)
        self.slates = Slates(self._database, self.profiles)
        self.answers = Answers(self._database, self.profiles)
        try:
            self._tidy()
        except StateError as error:  # a full disk must not keep the device from starting
            _LOG.warning("%s", error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the store cannot be used any more."""
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that the block writes is kept at its end, or nothing of it. Blocks may be nested.

        Raises:
            StateError: it cannot be kept.
            TracesError: it is kept, and the traces of what it deletes have to wait.
        """
        outermost = not self._database.in_transaction
        with self._database.transaction():
            yield
        if outermost:
            self._tidy()

    @property
    def consent_given(self) -> bool:
        """Whether frames may be looked at."""
        return bool(self._database.value(_GIVEN, "camera"))

    @property
    def moods_kept(self) -> bool:
        """Whether the word for the mood may be kept with each slate."""
        return bool(self._database.value(_GIVEN, "moods"))

    def give_consent(self, at: dt.datetime, purpose: Purpose = "camera") -> None:
        """Record what is agreed to, and since when. Giving twice changes nothing."""
        with self.transaction():
            if not self._database.value(_GIVEN, purpose):
                self._database.write(
                    "INSERT INTO consent (given_at, purpose) VALUES (?, ?)",
                    at.isoformat(),
                    purpose,
                )

    def withdraw_consent(self, at: dt.datetime, purpose: Purpose = "camera") -> None:
        """Record that it is no longer agreed to, and forget the moods kept so far.

        They come from the camera: whoever forbids it forbids to keep them, too.
        """
        with self.transaction():
            self._database.write(
                "UPDATE consent SET withdrawn_at = ?1"
                " WHERE withdrawn_at IS NULL AND ?2 IN (purpose, 'camera')",
                at.isoformat(),
                purpose,
            )
            if self._database.write("UPDATE slate SET mood = NULL WHERE mood IS NOT NULL"):
                self._leave_no_traces()

    def consents(self) -> tuple[Consent, ...]:
        """What was ever agreed to, the oldest first."""
        rows = self._database.rows(
            "SELECT purpose, given_at, withdrawn_at FROM consent ORDER BY rowid"
        )
        return tuple(Consent(*row) for row in rows)

    @property
    def camera_wanted(self) -> bool:
        """Whether the people want the camera on: their switch outlives a restart."""
        return bool(self._database.value("SELECT wanted FROM camera_switch"))

    def switch_camera(self, *, on: bool) -> None:
        """Record the position of the camera's switch."""
        self._database.write("UPDATE camera_switch SET wanted = ?", on)

    def preferences(self, profile: str) -> Preferences | None:
        """What this profile asks for; None where it never said."""
        return self.profiles.preferences(profile)

    def save_preferences(self, profile: str, preferences: Preferences) -> None:
        """Keep what this profile asks for; it is made where it is not there."""
        self.profiles.save_preferences(profile, preferences)

    def erase(self, profile: str) -> None:
        """Delete a profile and all that is kept of it, and its traces in the file.

        Raises:
            HouseholdError: There is no such profile.
            StateError: It cannot be deleted.
            TracesError: It is, and the traces have to wait.
        """
        with self.transaction():
            self.profiles.erase(profile)
            self._leave_no_traces()

    def sweep(self, now: dt.datetime) -> dict[str, int]:
        """Delete what has been kept long enough; once a day is often enough.

        Returns:
            How many rows of which table.
        """
        gone = sweep(self._database, now)
        self.history.forget()
        self._tidy()
        return gone

    @property
    def written_elsewhere(self) -> int:
        """Another number each time that another program has written the file."""
        version: int = self._database.value("PRAGMA data_version")
        return version

    def copy_to(self, file: Path) -> None:
        """Write a copy of all of it as it is now, encrypted with the same key.

        Raises:
            StateError: there is no room for it, or it cannot be written there.
        """
        self._database.copy_to(file)

    def be_alone(self) -> None:
        """Shut other programs out until it is closed.

        Raises:
            StateError: another program has the file open.
        """
        self._database.be_alone()

    def counts(self) -> dict[str, int]:
        """How many rows there are of what is kept."""
        return {
            table: self._database.value(f"SELECT count(*) FROM {table}")  # noqa: S608 - constants
            for table in ("profile", *LIMITS)
        }

    def _leave_no_traces(self) -> None:
        # Kept with the deletion itself: if the power goes in between, the next start does it.
        self._database.write("INSERT OR IGNORE INTO chore VALUES ('vacuum')")

    def _tidy(self) -> None:
        if self._database.value("SELECT EXISTS (SELECT 1 FROM chore)"):
            try:
                self._database.vacuum()
                self._database.write("DELETE FROM chore")
            except StateError as error:
                raise TracesError(
                    f"{error} (it is deleted; its traces in the file are wiped at the next start"
                    " or nightly sweep)"
                ) from error
