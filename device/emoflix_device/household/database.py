"""The file itself: SQLite, plain or encrypted, that keeps what it acknowledged."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeVar

from emoflix_device.errors import BusyError, StateError
from emoflix_device.household.key import Key

_T = TypeVar("_T")

BUSY_S: Final = 5.0
"""So long another program is waited for, such as `emoflix profile erase`."""

_OUTER: Final = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
_INNER: Final = ("SAVEPOINT step", "RELEASE step", ("ROLLBACK TO step", "RELEASE step"))

_PRAGMAS: Final = (
    "journal_mode = WAL",
    # FULL: what was acknowledged must survive the plug being pulled the next moment.
    "synchronous = FULL",
    "foreign_keys = ON",
    # What is deleted is overwritten with zeros, and no copy of it goes to a temporary file.
    "secure_delete = ON",
    "temp_store = MEMORY",
)

_BUSY: Final = "SQLITE_BUSY"
_WAYS_OUT: Final = (
    ("SQLITE_FULL", "the disk is full: make room; all that was acknowledged is kept"),
    (_BUSY, "another program holds the file; try again when it has ended"),
    ("SQLITE_READONLY", "this user may not write the file"),
    ("SQLITE_CORRUPT", "the file is damaged: put a backup in its place, or move it away"),
)
_OTHERWISE: Final = "check that the folder exists, can be written and has room"
_PLAIN_HEADER: Final = b"SQLite format 3\0"


class Database:
    """One open file. Every error of it is a `StateError` in one line."""

    def __init__(self, file: Path, key: Key | None, migrations: Sequence[str]) -> None:
        """Open or create the file and bring it to the newest version.

        Raises:
            StateError: the file cannot be written, the key is wrong, it is no store, or it is
                from a newer program.
        """
        self.file = file
        self._key = key
        self._errors, connect = _library(key)
        self._connection: sqlite3.Connection = self._guard(lambda: self._open(connect))
        try:
            self._guard(self._unlock)
            self._migrate(migrations)
        except StateError:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; it cannot be used any more."""
        self._connection.close()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._guard(lambda: self._connection.execute(query, values).fetchall())

    def value(self, query: str, *values: Any) -> Any:
        """The first column of the first row; None where there is none."""
        found = self.rows(query, *values)
        return found[0][0] if found else None

    def write(self, statement: str, *values: Any) -> int:
        """Carry a statement out; how many rows it changed. Outside a transaction it is kept."""
        return self._guard(lambda: self._connection.execute(statement, values).rowcount)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it; kept at the end of the outermost."""
        begin, end, undo = _INNER if self._connection.in_transaction else _OUTER
        self.write(begin)
        try:
            yield
            self.write(end)
        except BaseException:
            # A full disk may have undone it already.
            if self._connection.in_transaction:
                for statement in undo:
                    self.write(statement)
            raise

    @property
    def in_transaction(self) -> bool:
        """Whether what is written now waits for the end of a block."""
        return self._connection.in_transaction

    def vacuum(self) -> None:
        """Write the file anew without what was deleted, and empty the journal beside it.

        Raises:
            StateError: there is no room for the copy, or another program reads the file.
        """
        self.empty_journal()  # it may be what takes the room
        self.write("VACUUM")
        self.empty_journal()

    def empty_journal(self) -> None:
        """Carry the journal over into the file and cut it to nothing.

        Raises:
            StateError: another program reads the file.
        """
        if self.value("PRAGMA wal_checkpoint(TRUNCATE)"):
            raise StateError(f"{self.file}: another program reads the file; try again later")

    def copy_to(self, file: Path) -> None:
        """Write a copy of the moment, encrypted with the same key, while others go on writing.

        Raises:
            StateError: there is no room for it, or it cannot be written there.
        """
        # Alone in its file: without a journal there is nothing beside it to be forgotten.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        _, connect = _library(self._key)
        copy = connect(file, isolation_level=None)
        try:
            if self._key is not None:
                copy.execute(f"PRAGMA key = {self._key.literal}")
            self._guard(lambda: self._connection.backup(copy))
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()

    def be_alone(self) -> None:
        """Take the journal in and shut others out, until it is closed.

        Raises:
            StateError: another program has the file open.
        """
        self._connection.execute("PRAGMA busy_timeout = 0")
        self.write("PRAGMA locking_mode = EXCLUSIVE")
        self.write("PRAGMA journal_mode = DELETE")

    def _open(self, connect: Callable[..., sqlite3.Connection]) -> sqlite3.Connection:
        # The file is its owner's alone from its first moment on.
        try:
            os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StateError(f"{self.file}: {error.strerror}; {_OTHERWISE}") from error
        return connect(self.file, timeout=BUSY_S, isolation_level=None)

    def _unlock(self) -> None:
        if self._key is not None:
            # Or it prints three lines of its own when a key is wrong.
            self._connection.execute("PRAGMA cipher_log_level = NONE")
            self._connection.execute(f"PRAGMA key = {self._key.literal}")
        for pragma in _PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")

    def _migrate(self, migrations: Sequence[str]) -> None:
        newest = len(migrations)
        if (version := self.value("PRAGMA user_version")) < newest:
            with self.transaction():
                # Read again: another program may have been quicker.
                for number in range(self.value("PRAGMA user_version"), newest):
                    for statement in filter(str.strip, migrations[number].split(";")):
                        self.write(statement)
                    self.write(f"PRAGMA user_version = {number + 1}")
        elif version > newest:
            raise StateError(
                f"{self.file}: written by a newer program (version {version}, this one knows"
                f" {newest}); update emoflix or move the file away"
            )

    def _guard(self, action: Callable[[], _T]) -> _T:
        try:
            return action()
        except self._errors as error:
            kind = BusyError if _name(error).startswith(_BUSY) else StateError
            raise kind(f"{self.file}: {error}; {self._way_out(error)}") from error

    def _way_out(self, error: Exception) -> str:
        name = _name(error)
        if name == "SQLITE_NOTADB":
            return self._not_readable()
        return next((way for start, way in _WAYS_OUT if name.startswith(start)), _OTHERWISE)

    def _not_readable(self) -> str:
        if self._key is None:
            return "it is no household store, or one that is encrypted: give household.key_file"
        with self.file.open("rb") as opened:
            plain = opened.read(len(_PLAIN_HEADER)) == _PLAIN_HEADER
        if plain:
            return (
                "it is not encrypted: encrypt it with `emoflix profile encrypt`, or say"
                " household.plain: true"
            )
        return f"{self._key.told_from} is not what it was encrypted with, or it is no store"


def _name(error: Exception) -> str:
    """Of what went wrong, as SQLite names it."""
    return getattr(error, "sqlite_errorname", None) or ""


def _library(
    key: Key | None,
) -> tuple[tuple[type[Exception], ...], Callable[..., sqlite3.Connection]]:
    """The errors and the opener of SQLite, or of SQLCipher where there is a key."""
    if key is None:
        return (sqlite3.Error,), sqlite3.connect
    try:
        sqlcipher: Any = import_module("sqlcipher3.dbapi2")
    except ImportError as error:
        raise StateError(
            f"household: cannot be encrypted, sqlcipher3 is not here ({error}); install it, or"
            " say household.plain: true"
        ) from error
    return (sqlcipher.Error,), sqlcipher.connect
