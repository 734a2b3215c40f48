"""What was fitted on a desktop, as plain arrays: applied with numpy wherever a film comes in."""

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.arrays import open_arrays, write_arrays
from emoflix_catalog.errors import StoreError
from emoflix_catalog.features.affect import AffectModel
from emoflix_catalog.features.text import Terms

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
    arrays = open_arrays(path, FORM)
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
        raise StoreError(f"{path}: lacks {error}: run emoflix-catalog fit") from error


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
