"""What the household said, in SQLite: kept before it is answered, also when the power goes."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import msgspec

from emoflix_device.errors import StateError
from emoflix_device.household.preferences import Preferences

_T = TypeVar("_T")

_MIGRATIONS: Final = (
    """
    CREATE TABLE consent (given_at TEXT NOT NULL, withdrawn_at TEXT) STRICT;
    CREATE TABLE camera_switch (
        id INTEGER PRIMARY KEY CHECK (id = 1), wanted INTEGER NOT NULL
    ) STRICT;
    INSERT INTO camera_switch VALUES (1, 1);
    CREATE TABLE profile (name TEXT PRIMARY KEY, preferences BLOB NOT NULL) STRICT;
    """,
)
"""Script n brings a store from version n to n + 1; written ones never change."""


class HouseholdStore:
    """Consent, the camera's switch and the preferences of profiles."""

    def __init__(self, file: Path) -> None:
        """Open or create the store.

        Raises:
            StateError: the file cannot be written, is no store, or is from a newer program.
        """
        self._file = file
        self._database = self._guard(lambda: sqlite3.connect(file, isolation_level=None))
        try:
            self._guard(self._prepare)
        except StateError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the store cannot be used any more."""
        self._database.close()

    @property
    def consent_given(self) -> bool:
        """Whether frames may be looked at."""
        return bool(self._value("SELECT EXISTS (SELECT 1 FROM consent WHERE withdrawn_at IS NULL)"))

    def give_consent(self, at: dt.datetime) -> None:
        """Record that frames may be looked at, and since when. Giving twice changes nothing."""
        if not self.consent_given:
            self._write("INSERT INTO consent VALUES (?, NULL)", at.isoformat())

    def withdraw_consent(self, at: dt.datetime) -> None:
        """Record that frames may no longer be looked at."""
        self._write(
            "UPDATE consent SET withdrawn_at = ? WHERE withdrawn_at IS NULL", at.isoformat()
        )

    @property
    def camera_wanted(self) -> bool:
        """Whether the people want the camera on: their switch outlives a restart."""
        return bool(self._value("SELECT wanted FROM camera_switch"))

    def switch_camera(self, *, on: bool) -> None:
        """Record the position of the camera's switch."""
        self._write("UPDATE camera_switch SET wanted = ?", on)

    def preferences(self, profile: str) -> Preferences | None:
        """What this profile asks for; None where it never said."""
        blob = self._value("SELECT preferences FROM profile WHERE name = ?", profile)
        return None if blob is None else msgspec.json.decode(blob, type=Preferences)

    def save_preferences(self, profile: str, preferences: Preferences) -> None:
        """Keep what this profile asks for."""
        self._write(
            "INSERT INTO profile VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET preferences = excluded.preferences",
            profile,
            msgspec.json.encode(preferences),
        )

    def _prepare(self) -> None:
        # FULL: what was acknowledged must survive the plug being pulled the next moment.
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version > len(_MIGRATIONS):
            raise StateError(
                f"{self._file}: written by a newer program (version {version}, this one knows"
                f" {len(_MIGRATIONS)}); update emoflix or move the file away"
            )
        for number, script in enumerate(_MIGRATIONS[version:], start=version + 1):
            self._database.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")

    def _value(self, query: str, *values: Any) -> Any:
        row = self._guard(lambda: self._database.execute(query, values).fetchone())
        return None if row is None else row[0]

    def _write(self, statement: str, *values: Any) -> None:
        self._guard(lambda: self._database.execute(statement, values))

    def _guard(self, action: Callable[[], _T]) -> _T:
        try:
            return action()
        except sqlite3.Error as error:
            raise StateError(
                f"{self._file}: {error}; check that the folder exists, can be written and has room"
            ) from error
