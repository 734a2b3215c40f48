"""Keys and signatures: Ed25519 (RFC 8032) by libsodium, keys as one line of text a file.

The secret half signs on the owner's desktop and never leaves it; the public half is copied to the
box, which takes nothing that it does not verify.
"""

import base64
import binascii
import hashlib
import os
from pathlib import Path
from typing import Any, Final, NamedTuple

from emoflix_catalog.errors import SigningError

SIGNATURE_BYTES: Final = 64
KEY_BYTES: Final = 32
_SECRET: Final = "emoflix-secret-key-1"  # noqa: S105 - the name of the form
_PUBLIC: Final = "emoflix-public-key-1"


class KeyFiles(NamedTuple):
    """A new pair of keys."""

    secret: Path
    public: Path
    fingerprint: str


def make_keys(name: Path) -> KeyFiles:
    """Write a new pair to `NAME.key`, for its owner's eyes alone, and `NAME.pub`.

    Raises:
        SigningError: One of them is there already, or cannot be written.
    """
    secret, public = (name.with_name(name.name + suffix) for suffix in (".key", ".pub"))
    key = _signing().SigningKey.generate()
    verify_key = bytes(key.verify_key)
    _write(secret, _SECRET, bytes(key), mode=0o600)
    try:
        _write(public, _PUBLIC, verify_key, mode=0o644)
    except SigningError:
        secret.unlink()
        raise
    return KeyFiles(secret, public, fingerprint(verify_key))


def read_secret(path: Path) -> bytes:
    """The secret key in a file.

    Raises:
        SigningError: It cannot be read, or is none.
    """
    return _read(path, _SECRET)


def read_public(path: Path) -> bytes:
    """The public key in a file; raises as `read_secret`."""
    return _read(path, _PUBLIC)


def public_of(secret: bytes) -> bytes:
    """The public half of a secret key."""
    return bytes(_signing().SigningKey(secret).verify_key)


def fingerprint(public: bytes) -> str:
    """A public key's short name for people, 16 hexadecimal digits."""
    return hashlib.sha256(public).hexdigest()[:16]


def sign(secret: bytes, message: bytes) -> bytes:
    """The signature of a message, SIGNATURE_BYTES; the same each time."""
    signature: bytes = _signing().SigningKey(secret).sign(message).signature
    return signature


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the owner of the secret half signed exactly this message."""
    from nacl.exceptions import BadSignatureError

    try:
        _signing().VerifyKey(public).verify(message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def _signing() -> Any:
    try:
        from nacl import signing
    except ImportError as error:
        raise SigningError(
            "PyNaCl is not installed, and signatures need it: pip install 'emoflix[catalog]' on a"
            " desktop, 'emoflix[device]' on a box"
        ) from error
    return signing


def _write(path: Path, form: str, key: bytes, *, mode: int) -> None:
    line = f"{form} {base64.b64encode(key).decode()}\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(line)
    except FileExistsError as error:
        raise SigningError(
            f"{path}: is there already: what it signed could not be renewed without it; name"
            " another"
        ) from error
    except OSError as error:
        raise SigningError(f"{path}: cannot be written ({error.strerror})") from error


def _read(path: Path, form: str) -> bytes:
    try:
        words = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise SigningError(f"{path}: no key can be read here ({reason}): name its file") from error
    if words[:1] == [_SECRET] != [form]:
        raise SigningError(
            f"{path}: is the secret half, which belongs on the desktop that signs: name the"
            " public one (.pub)"
        )
    if words[:1] == [_PUBLIC] != [form]:
        raise SigningError(f"{path}: is the public half: name the secret one (.key)")
    try:
        kind, text = words
        key = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        kind, key = "", b""
    if kind != form or len(key) != KEY_BYTES:
        raise SigningError(f"{path}: is no key: make a pair by emoflix-catalog keygen")
    return key
