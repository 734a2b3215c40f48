"""Arrays beside a store: one file, mapped into memory, tied to the store by its version.

Layout: 8 bytes magic, 4 bytes length of the header (little-endian), the header as JSON, then every
array from an offset that is a multiple of 64, in the machine's little-endian form.
"""

import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.errors import StoreError
from emoflix_catalog.whole import replacing

_MAGIC = b"EMOFARR1"
_ALIGNMENT = 64
_DTYPES = frozenset({"|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8"})


class _Entry(msgspec.Struct, frozen=True):
    dtype: str
    shape: tuple[int, ...]
    offset: int


class _Header(msgspec.Struct, frozen=True):
    store: str
    """The version of the store that these arrays belong to."""
    arrays: dict[str, _Entry]
    words: dict[str, tuple[str, ...]]
    """The vocabularies by whose order the arrays were made."""


class Arrays:
    """The arrays of one store, by name; read-only, brought into memory page by page as needed."""

    def __init__(
        self, arrays: Mapping[str, NDArray[Any]], words: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._arrays = dict(arrays)
        self.words = dict(words)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def __iter__(self) -> Any:
        return iter(self._arrays)


def arrays_path(path: Path, version: str) -> Path:
    """Where the arrays of the catalogue at `path` lie: the version is part of their name."""
    return path.with_name(f"{path.stem}-{version}.arrays")


def write_arrays(
    path: Path,
    store: str,
    arrays: Mapping[str, NDArray[Any]],
    words: Mapping[str, tuple[str, ...]],
) -> None:
    """Write `arrays` for the store of version `store`, whole or not at all.

    Raises:
        OSError: The folder cannot be written, or is full.
    """
    entries: dict[str, _Entry] = {}
    offset = 0
    for name, array in arrays.items():
        dtype = array.dtype.newbyteorder("<").str
        entries[name] = _Entry(dtype, array.shape, offset)
        offset += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    header = msgspec.json.encode(_Header(store, entries, dict(words)))
    start = len(_MAGIC) + 4 + len(header)
    header += b" " * (-start % _ALIGNMENT)
    with replacing(path) as file:
        file.write(_MAGIC + len(header).to_bytes(4, "little") + header)
        for name, array in arrays.items():
            raw = np.ascontiguousarray(array, dtype=entries[name].dtype).tobytes()
            file.write(raw + b"\0" * (-len(raw) % _ALIGNMENT))


def open_arrays(path: Path, store: str, *, renew: str = "run emoflix-catalog build") -> Arrays:
    """Map the arrays at `path`, which must belong to the store of version `store`.

    Args:
        path: The file.
        store: The version.
        renew: How to come by another file, for the error.

    Raises:
        StoreError: The file is missing, foreign, cut short, or belongs to another store.
    """
    try:
        with path.open("rb") as file:
            if len(start := file.read(12)) < 12 or not start.startswith(_MAGIC):  # noqa: PLR2004
                raise StoreError(f"{path}: is not a file of Emoflix's arrays: {renew}")
            raw = file.read(int.from_bytes(start[8:], "little"))
            size = file.seek(0, os.SEEK_END)
            buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror}): {renew}") from error
    try:
        header = msgspec.json.decode(raw, type=_Header)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: has a broken header ({error}): {renew}") from error
    if header.store != store:
        raise StoreError(
            f"{path}: belongs to catalogue {header.store}, the one beside it is {store}: {renew}"
        )
    base = 12 + len(raw)
    arrays: dict[str, NDArray[Any]] = {}
    for name, entry in header.arrays.items():
        count = int(np.prod(entry.shape, dtype=np.int64))
        if entry.dtype not in _DTYPES or count < 0 or entry.offset < 0:
            raise StoreError(f"{path}: has a broken header (array {name}): {renew}")
        dtype = np.dtype(entry.dtype)
        if base + entry.offset + count * dtype.itemsize > size:
            raise StoreError(f"{path}: is cut short (array {name}): {renew}")
        flat = np.frombuffer(buffer, dtype, count, base + entry.offset)
        arrays[name] = flat.reshape(entry.shape)
    return Arrays(arrays, header.words)
