"""What was fitted on a desktop, as plain arrays: applied with numpy wherever a film comes in."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.arrays import open_arrays, write_arrays
from emoflix_catalog.errors import StoreError
from emoflix_catalog.features.affect import AffectModel
from emoflix_catalog.features.text import Terms
from emoflix_catalog.whole import copy_whole

FORM: Final = "transforms-1"
"""Stands where the arrays of a catalogue name their store."""
SHIPPED: Final = Path(__file__).parent.parent / "transforms" / "starter.arrays"
"""Fitted on the starter catalogue by `emoflix-catalog fit`."""
_SEPARATOR: Final = ":"
_MOST: Final = 127


class Transforms(NamedTuple):
    """Everything that turns a film into vectors."""

    terms: Terms
    components: NDArray[np.float32]
    """float32[terms, DIMENSIONS]"""
    affect: AffectModel


def transforms_path(catalogue: Path) -> Path:
    """Where transforms lie that belong to one catalogue."""
    return catalogue.with_name(f"{catalogue.stem}.transforms")


def transforms_of(catalogue: Path) -> Transforms:
    """Those that lie beside a catalogue, or else the shipped ones; raises as `read_transforms`."""
    own = transforms_path(catalogue)
    return read_transforms(own) if own.exists() else shipped_transforms()


def keep_transforms(file: Path, catalogue: Path) -> None:
    """Copy what `write_transforms` wrote to where a catalogue has it, for its next build.

    Raises:
        StoreError: The file is missing, broken, or of another form.
        CatalogueError: The folder cannot be written, or is full.
    """
    read_transforms(file)
    copy_whole(file, transforms_path(catalogue))


def fingerprint(transforms: Transforms) -> bytes:
    """16 bytes that name exactly these numbers, as they are after reading."""
    digest = hashlib.blake2b(digest_size=16)
    for term in transforms.terms.place:
        digest.update(_SEPARATOR.join(term).encode() + b"\n")
    affect = transforms.affect
    certainty = np.float32(affect.certainty)
    for array in (
        transforms.terms.rarity,
        transforms.components,
        affect.genres,
        affect.terms,
        affect.base,
        certainty,
    ):
        digest.update(np.ascontiguousarray(array, "<f4").tobytes())
    return digest.digest()


@cache
def shipped_transforms() -> Transforms:
    """The transforms that come with the package.

    Raises:
        StoreError: The package was installed without them, or with broken ones.
    """
    return read_transforms(SHIPPED)


def read_transforms(path: Path) -> Transforms:
    """Read what `write_transforms` wrote.

    Raises:
        StoreError: The file is missing, broken, or of another form.
    """
    renew = "run emoflix-catalog fit"
    arrays = open_arrays(path, FORM, renew=renew)
    try:
        words = (term.partition(_SEPARATOR) for term in arrays.words["terms"])
        place = {(kind, word): number for number, (kind, _, word) in enumerate(words)}
        components = arrays["components"] * arrays["components_scale"][:, None]
        return Transforms(
            Terms(place, arrays["rarity"]),
            components.astype(np.float32),
            AffectModel(
                arrays["affect_genres"],
                arrays["affect_terms"].astype(np.float32),
                arrays["affect_base"],
                float(arrays["affect_certainty"][0]),
            ),
        )
    except (KeyError, ValueError, IndexError) as error:
        raise StoreError(f"{path}: lacks {error}: {renew}") from error


def write_transforms(path: Path, transforms: Transforms) -> None:
    """Write the transforms, the components as int8 with a scale each term.

    Raises:
        OSError: The folder cannot be written, or is full.
    """
    scale = np.abs(transforms.components).max(axis=1, initial=0) / _MOST
    scale = np.where(scale > 0, scale, 1).astype(np.float32)
    components = np.rint(transforms.components / scale[:, None]).astype(np.int8)
    affect = transforms.affect
    write_arrays(
        path,
        FORM,
        {
            "rarity": transforms.terms.rarity,
            "components": components,
            "components_scale": scale,
            "affect_genres": affect.genres,
            "affect_terms": affect.terms.astype(np.float16),
            "affect_base": affect.base,
            "affect_certainty": np.array([affect.certainty], np.float32),
        },
        {"terms": tuple(_SEPARATOR.join(term) for term in transforms.terms.place)},
    )
