"""A plain store turned into an encrypted one."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from emoflix_device.errors import StateError
from emoflix_device.household.key import Key
from emoflix_device.replacing import replacing


def encrypt(file: Path, key: Key) -> None:
    """Put an encrypted copy in the place of a plain store that no other program has open.

    What stood in the plain file may still be found on the medium until it is written over.

    Raises:
        StateError: it is no plain store, it is open elsewhere, or there is no room for a copy; the
            plain store is as it was.
    """
    if not file.exists():
        raise StateError(f"{file}: there is no store to encrypt; one that is made anew will be")
    try:
        sqlcipher: Any = import_module("sqlcipher3.dbapi2")
    except ImportError as error:
        raise StateError(f"{file}: sqlcipher3, which encrypts, is not here ({error})") from error
    try:
        with replacing(file, mode=0o600) as part:
            plain = sqlcipher.connect(file, timeout=0, isolation_level=None)
            try:
                plain.execute("PRAGMA cipher_log_level = NONE")
                # Alone, or what is written meanwhile would be lost; this also takes the journal in.
                plain.execute("PRAGMA locking_mode = EXCLUSIVE")
                plain.execute("PRAGMA journal_mode = DELETE")
                version = plain.execute("PRAGMA user_version").fetchone()[0]
                plain.execute(f"ATTACH ? AS sealed KEY {key.literal}", (str(part),))
                plain.execute("SELECT sqlcipher_export('sealed')")
                plain.execute(f"PRAGMA sealed.user_version = {version}")
                plain.execute("DETACH sealed")
            finally:
                plain.close()
            owner = file.stat()  # root does this for the user that the service runs as
            os.chown(part, owner.st_uid, owner.st_gid)
            _sync(part)
    except (OSError, sqlcipher.Error) as error:
        raise StateError(
            f"{file}: not encrypted ({error}): it must be a plain store, the service must be"
            " stopped, and there must be room for a copy"
        ) from error


def _sync(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
