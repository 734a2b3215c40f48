"""Which phone is which of the broker's users.

The broker has a few users kept for phones, made when it was set up, with rights of their own each.
A person at the box shows an invitation as a QR code; the phone that scans it is given the next free
user. So nothing at the broker changes, no restart is needed, and this process holds no right that
a phone does not have. Kept are only hashes of what the phones know.
"""

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, Literal, NamedTuple

from emoflix_device.errors import ConfigurationError, StateError

INVITATION_S: Final = 300.0
"""An invitation is good for one phone and so long."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS invitation (token TEXT PRIMARY KEY, expires_at_s REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS phone (
    secret TEXT PRIMARY KEY, user TEXT NOT NULL UNIQUE, paired_at_s REAL NOT NULL
) STRICT;
"""


class BrokerUser(NamedTuple):
    """With whom a phone is known to the broker."""

    user: str
    password: str | None


GUEST: Final = BrokerUser("guest", None)

Refusal = Literal["unknown", "full"]


class Pairing:
    """The paired phones; safe to open from several processes at once."""

    def __init__(
        self,
        file: Path,
        users: Mapping[str, str],
        *,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        """Open the file, or begin it.

        Args:
            file: where phones are remembered.
            users: the broker's users for phones, name to password.
            now_s: the time of day.

        Raises:
            StateError: the file cannot be used.
        """
        self._file = file
        self._users = users
        self._now_s = now_s
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            with closing(self._open()) as store:
                store.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise StateError(f"{file}: paired phones cannot be kept there ({error})") from error

    def invite(self) -> str:
        """A new invitation; older ones that have run out are forgotten."""
        token = secrets.token_urlsafe(16)
        with closing(self._open()) as store, store:
            store.execute("DELETE FROM invitation WHERE expires_at_s < ?", (self._now_s(),))
            store.execute(
                "INSERT INTO invitation VALUES (?, ?)",
                (_hash(token), self._now_s() + INVITATION_S),
            )
        return token

    def accept(self, token: str) -> str | Refusal:
        """What the phone is to remember as its secret, or why it gets none.

        `unknown` is an invitation that was never made, used before, or has run out; `full` means
        that every user has its phone, and leaves the invitation as it was.
        """
        secret = secrets.token_urlsafe(32)
        with closing(self._open()) as store, store:
            store.execute("BEGIN IMMEDIATE")
            taken = {user for (user,) in store.execute("SELECT user FROM phone")}
            free = next((user for user in self._users if user not in taken), None)
            good = store.execute(
                "SELECT 1 FROM invitation WHERE token = ? AND expires_at_s >= ?",
                (_hash(token), self._now_s()),
            ).fetchone()
            if good is None:
                return "unknown"
            if free is None:
                return "full"
            store.execute("DELETE FROM invitation WHERE token = ?", (_hash(token),))
            store.execute(
                "INSERT INTO phone VALUES (?, ?, ?)", (_hash(secret), free, self._now_s())
            )
        return secret

    def user_of(self, secret: str) -> BrokerUser | None:
        """The broker's user of the phone that knows this secret."""
        with closing(self._open()) as store:
            row = store.execute(
                "SELECT user FROM phone WHERE secret = ?", (_hash(secret),)
            ).fetchone()
        if row is None or row[0] not in self._users:
            return None
        return BrokerUser(row[0], self._users[row[0]])

    def phones(self) -> list[tuple[str, float]]:
        """Users that have a phone, and when it was paired."""
        with closing(self._open()) as store:
            return store.execute("SELECT user, paired_at_s FROM phone ORDER BY user").fetchall()

    def forget(self, user: str) -> bool:
        """Let a phone in no more; whether there was one."""
        with closing(self._open()) as store, store:
            return store.execute("DELETE FROM phone WHERE user = ?", (user,)).rowcount == 1

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=5)


def read_users(file: Path) -> dict[str, str]:
    """The broker's users for phones, `user:password` a line; empty lines and `#` are skipped.

    Raises:
        ConfigurationError: the file cannot be read, or a line is something else.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: cannot be read ({error})") from error
    users = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        user, colon, password = line.partition(":")
        if not (colon and user and password) or {*user} & {*"+#/ "}:
            raise ConfigurationError(f"{file}, line {number}: expected `user:password`")
        users[user] = password
    if not users:
        raise ConfigurationError(f"{file}: no users in it, so no phone could be paired")
    return users


def _hash(secret: str) -> str:
    # Random and long, so that a plain hash is as good as a slow one.
    # A cookie that no phone of ours was given may hold any bytes, which stand for themselves here.
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()
