"""Several files as one, signed: what a box gets from its owner's desktop.

Layout: 8 bytes magic, 32 bytes public key, 64 bytes signature, 4 bytes length of the manifest
(little-endian), the manifest as JSON, then the members one after the other. The signature is over
magic and manifest; the manifest has every member's size and SHA-256. So nothing but the manifest is
looked at before the signature is known to be good, and the same members give the same bytes.

What a container is for stands in its manifest; the form does not care.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Final, Protocol

import msgspec
from msgspec import Meta

from emoflix_catalog.errors import BundleError
from emoflix_catalog.signing import (
    KEY_BYTES,
    SIGNATURE_BYTES,
    fingerprint,
    is_signed,
    public_of,
    sign,
)
from emoflix_catalog.whole import replacing

_MAGIC: Final = b"EMOFBDL1"
_LENGTH_BYTES: Final = 4
_HEAD_BYTES: Final = len(_MAGIC) + KEY_BYTES + SIGNATURE_BYTES + _LENGTH_BYTES
_MOST_MANIFEST_BYTES: Final = 1 << 20
_PART_BYTES: Final = 1 << 20


class Member(msgspec.Struct, frozen=True):
    """One of the files."""

    name: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9.-]{0,63}$")]
    size_bytes: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a container holds."""

    kind: str
    """What it is for, such as `catalogue`."""
    version: Annotated[str, Meta(pattern="^[0-9A-Za-z.+-]{1,64}$")]
    """Of the content."""
    form: dict[str, int]
    """The versions of the formats of its members: a program takes only those that it knows."""
    members: tuple[Member, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Of all members together."""
        return sum(member.size_bytes for member in self.members)


class Readable(Protocol):
    """A file, or an answer that is still coming."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, fewer only at the end."""


class Container:
    """An open container whose signature is good."""

    def __init__(self, path: Path, file: BinaryIO, manifest: Manifest) -> None:
        self._path = path
        self._file = file
        self._start = file.tell()
        self.manifest = manifest

    def extract(self, name: str, to: Path) -> None:
        """Write a member to a file, and make sure that it is on the disk.

        Raises:
            BundleError: What stands here is not what was signed.
            OSError: `to` cannot be written.
        """
        at = self._start
        for member in self.manifest.members:
            if member.name == name:
                break
            at += member.size_bytes
        else:
            raise BundleError(f"{self._path}: holds no {name}")
        self._file.seek(at)
        digest, left = hashlib.sha256(), member.size_bytes
        with to.open("xb") as out:
            while part := self._file.read(min(left, _PART_BYTES)):
                digest.update(part)
                out.write(part)
                left -= len(part)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != member.sha256:
            raise BundleError(f"{self._path}: {name} is damaged: copy it again")


def write_container(
    path: Path, manifest: Manifest, members: Mapping[str, Path], secret: bytes
) -> Manifest:
    """Write files as one, whole or not at all.

    Args:
        path: What is there is replaced.
        manifest: Its members are filled in.
        members: The files by their names in the container, in this order.
        secret: The key to sign with.

    Returns:
        The manifest as it was written.

    Raises:
        BundleError: A file changed while it was read.
        OSError: A file cannot be read, or `path` not written.
    """
    manifest = msgspec.structs.replace(
        manifest, members=tuple(_measured(name, file) for name, file in members.items())
    )
    encoded = msgspec.json.encode(manifest, order="deterministic")
    with replacing(path) as out:
        out.write(_MAGIC + public_of(secret) + sign(secret, _MAGIC + encoded))
        out.write(len(encoded).to_bytes(_LENGTH_BYTES, "little") + encoded)
        for member in manifest.members:
            if _copied(members[member.name], out) != member.sha256:
                raise BundleError(f"{members[member.name]}: changed while it was packed: try again")
    return manifest


@contextmanager
def open_container(path: Path, public: bytes) -> Iterator[Container]:
    """Open a container that the owner of the public key signed.

    Raises:
        BundleError: It cannot be read, is none, is cut short or damaged, or another signed it.
    """
    if path.is_fifo():  # it would wait for somebody who writes
        raise BundleError(f"{path}: is no bundle of Emoflix: name another")
    try:
        file = path.open("rb")
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror})") from error
    with file:
        manifest = read_manifest(path, file, public)
        at = file.tell()
        size = file.seek(0, os.SEEK_END)
        if size != at + manifest.size_bytes:
            what = "is cut short" if size < at + manifest.size_bytes else "has more than it should"
            raise BundleError(f"{path}: {what}: copy it again")
        file.seek(at)
        yield Container(path, file, manifest)


def read_manifest(path: Path | str, file: Readable, public: bytes) -> Manifest:
    """What a container says to hold, from its first bytes alone: no more is read.

    Args:
        path: Where it comes from, for messages.
        file: At its beginning.
        public: Whose signature it must bear.

    Raises:
        BundleError: It is none, is damaged, or another signed it.
    """
    head = file.read(_HEAD_BYTES)
    if not head.startswith(_MAGIC):
        raise BundleError(f"{path}: is no bundle of Emoflix: name another")
    if len(head) < _HEAD_BYTES:
        raise BundleError(f"{path}: is cut short: copy it again")
    signer = head[len(_MAGIC) : len(_MAGIC) + KEY_BYTES]
    signature = head[len(_MAGIC) + KEY_BYTES : -_LENGTH_BYTES]
    encoded = file.read(min(int.from_bytes(head[-_LENGTH_BYTES:], "little"), _MOST_MANIFEST_BYTES))
    if signer != public:
        raise BundleError(
            f"{path}: says to be signed by the key {fingerprint(signer)}, yours is"
            f" {fingerprint(public)}: name the key of whoever made it, if you trust them"
        )
    if not is_signed(public, _MAGIC + encoded, signature):
        raise BundleError(f"{path}: its signature is wrong, it is damaged or forged: copy it again")
    try:
        return msgspec.json.decode(encoded, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BundleError(f"{path}: has another form ({error}): update Emoflix") from error


def _measured(name: str, path: Path) -> Member:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return Member(name, file.tell(), digest.hexdigest())


def _copied(path: Path, out: BinaryIO) -> str:
    """Append a file; the SHA-256 of what was written."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_PART_BYTES):
            digest.update(part)
            out.write(part)
    return digest.hexdigest()
