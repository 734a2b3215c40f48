"""Near copies: the same photograph cut, scaled, stamped or compressed a little differently.

Two steps. A perceptual hash of 64 bits (signs of the lowest frequencies against their median, as in
pHash: Zauner 2010, https://www.phash.org/docs/pubs/thesis_zauner.pdf) proposes pairs; the
correlation of their pixels decides. Thresholds were set by eye on FER2013: of the pairs that
correlate at 0.93 nearly all show one photograph, below 0.85 nearly none.

A copy that is cut a pixel or more elsewhere has another hash, and its pixels no longer lie on each
other. `shifted_pairs` tries every shift, which for all pairs of FER2013 would take long: it looks
for the copies of the pictures it is given.
"""

from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

HASH_SIDE_PX: Final = 24
HASH_FREQUENCIES: Final = 8
HASH_BITS_APART: Final = 10
CORRELATION: Final = 0.93

CHUNK: Final = 2048
"""Pictures whose hashes are held against all others at once."""
PAIRS: Final = 16_384
"""Pairs whose pixels are correlated at once: frames of one video propose a million."""

SHIFT_PX: Final = 3
MIDDLE_PX: Final = 40
"""Of 48: what lies within the picture at every shift, in whole cells."""
CELL_PX: Final = 4
"""Means over so many pixels propose the pairs whose middles are then laid on each other."""


def exact_groups(images: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Number the distinct images: intp[n], equal where every pixel is equal."""
    flat = np.ascontiguousarray(images.reshape(len(images), -1))
    # One opaque value a picture: np.unique then compares bytes instead of sorting 2304 columns.
    opaque = flat.view(np.dtype((np.void, flat.shape[1]))).ravel()
    return np.asarray(np.unique(opaque, return_inverse=True)[1]).ravel()


def alike(images: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Number the photographs: intp[n], equal for copies and near copies of one."""
    return joined(exact_groups(images), near_pairs(images))


def near_pairs(images: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Pairs of pictures that show one photograph: intp[m, 2], rows (i, j) with i < j.

    Args:
        images: uint8[n, 48, 48]; blank ones are like nothing.
    """
    bits = perceptual_bits(images)
    pixels = _standardised(images)
    found = []
    for start in range(0, len(images), CHUNK):
        # +-1 times +-1 summed: agreeing minus differing bits.
        agreement = bits[start : start + CHUNK] @ bits[start:].T
        i, j = np.nonzero(agreement >= bits.shape[1] - 2 * HASH_BITS_APART)
        i, j = i[i < j] + start, j[i < j] + start
        for part in range(0, len(i), PAIRS):
            a, b = i[part : part + PAIRS], j[part : part + PAIRS]
            like = np.einsum("ij,ij->i", pixels[a], pixels[b]) >= CORRELATION
            found.append(np.stack([a[like], b[like]], axis=1))
    return np.concatenate(found) if found else np.zeros((0, 2), np.intp)


def shifted_pairs(images: NDArray[np.uint8], rows: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Pairs that show one photograph, cut up to `SHIFT_PX` across and down elsewhere: intp[m, 2].

    Args:
        images: uint8[n, 48, 48]; blank ones are like nothing.
        rows: bool[n], those whose copies are looked for; each pair holds one of them.
    """
    wanted = np.flatnonzero(rows)
    if not len(wanted):
        return np.zeros((0, 2), np.intp)
    whole = _standardised(_middle(images, 0, 0))
    cells = _standardised(_cells(_middle(images, 0, 0)))
    found = []
    for down, across in product(range(-SHIFT_PX, SHIFT_PX + 1), repeat=2):
        moved = _middle(images[wanted], down, across)
        moved_whole, moved_cells = _standardised(moved), _standardised(_cells(moved))
        for start in range(0, len(wanted), CHUNK):
            i, j = np.nonzero(moved_cells[start : start + CHUNK] @ cells.T >= CORRELATION)
            i += start
            for part in range(0, len(i), PAIRS):
                a, b = i[part : part + PAIRS], j[part : part + PAIRS]
                like = np.einsum("ij,ij->i", moved_whole[a], whole[b]) >= CORRELATION
                like &= wanted[a] != b
                found.append(np.stack([wanted[a[like]], b[like]], axis=1))
    return np.asarray(np.unique(np.sort(np.concatenate(found), axis=1), axis=0))


def _middle(images: NDArray[np.uint8], down: int, across: int) -> NDArray[np.uint8]:
    top, left = ((images.shape[1] - MIDDLE_PX) // 2 + shift for shift in (down, across))
    return images[:, top : top + MIDDLE_PX, left : left + MIDDLE_PX]


def _cells(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    n, side, _ = images.shape
    count = side // CELL_PX
    cells = images.reshape(n, count, CELL_PX, count, CELL_PX).mean(axis=(2, 4), dtype=np.float32)
    return np.asarray(cells)


def perceptual_bits(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The hash as signs, float32[n, 64] of -1 and 1."""
    n, side, _ = images.shape
    step = side // HASH_SIDE_PX
    small = images.reshape(n, HASH_SIDE_PX, step, HASH_SIDE_PX, step).mean(axis=(2, 4))
    frequency = np.arange(1, HASH_FREQUENCIES + 1)[:, None]
    cosines = np.cos(np.pi / HASH_SIDE_PX * frequency * (np.arange(HASH_SIDE_PX) + 0.5))
    low = (cosines @ small @ cosines.T).reshape(n, -1)
    above = low > np.median(low, axis=1, keepdims=True)
    return np.where(above, 1, -1).astype(np.float32)


def joined(group: NDArray[np.intp], pairs: NDArray[np.intp]) -> NDArray[np.intp]:
    """Groups merged wherever a pair connects two of them: intp[n], equal within a merged group.

    Args:
        group: intp[n], a number a picture.
        pairs: intp[m, 2], positions of pictures.
    """
    name = np.arange(int(group.max()) + 1)
    ends = group[pairs]
    while True:
        lower = name.copy()
        # Each group takes the lowest name among its neighbours until nothing changes.
        np.minimum.at(lower, ends[:, 0], name[ends[:, 1]])
        np.minimum.at(lower, ends[:, 1], name[ends[:, 0]])
        lower = lower[lower]
        if (lower == name).all():
            return np.asarray(name[group])
        name = lower


def _standardised(images: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    flat = images.reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(np.divide(flat, length, out=flat, where=length > 0))
