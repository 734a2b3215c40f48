"""The key of an encrypted store: read from a file, or made where there is none yet."""

import os
import re
import secrets
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from emoflix_device.errors import StateError

LEAST: Final = 16
"""Characters of a passphrase."""
_MAKE_ONE: Final = "make one with `openssl rand -hex 32`"


@dataclass(frozen=True, slots=True)
class Key:
    """What opens a store; never shown or logged."""

    secret: str = field(repr=False)
    told_from: str = "the key"
    """Where it was read, for messages."""

    @property
    def literal(self) -> str:
        """The key as `PRAGMA key` takes it.

        64 hexadecimal digits are the key itself; anything else is a passphrase that SQLCipher
        derives one from, which takes it a part of a second
        (https://www.zetetic.net/sqlcipher/sqlcipher-api/#key).
        """
        if re.fullmatch("[0-9a-fA-F]{64}", self.secret):
            return f"\"x'{self.secret}'\""
        quoted = self.secret.replace("'", "''")
        return f"'{quoted}'"


def read_key(file: Path) -> Key:
    """Read the key that a file (or systemd credential) holds in its one line.

    Raises:
        StateError: the file cannot be read, others may read it, or it holds no usable key.
    """
    try:
        with file.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            content = opened.read(4096)
        secret = content.decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise StateError(
            f"household.key_file: {file}: {error.strerror}; without its key an encrypted store"
            " cannot be opened"
        ) from error
    except UnicodeDecodeError as error:
        raise StateError(f"household.key_file: {file}: is not text; {_MAKE_ONE}") from error
    if mode & stat.S_IRWXO:
        raise StateError(f"household.key_file: {file}: others may read it; `chmod o= {file}`")
    if len(secret) < LEAST or not secret.isprintable():
        raise StateError(
            f"household.key_file: {file}: must hold one line of at least {LEAST} characters;"
            f" {_MAKE_ONE}"
        )
    return Key(secret, str(file))


def make_key(file: Path) -> None:
    """Write a new random key to `file`, which appears whole or not at all.

    Where another program was quicker, its key stays.

    Raises:
        StateError: the folder is not there or cannot be written to.
    """
    try:
        with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=".key-") as part:  # mode 0600
            part.write(f"{secrets.token_hex(32)}\n")
            part.flush()
            os.fsync(part.fileno())
            try:
                os.link(part.name, file)
            except FileExistsError:
                return
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            # A store whose key was lost with the power would be lost, too.
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StateError(f"{file}: the key cannot be written ({error.strerror})") from error
