"""The prepared data: one compact .npz that every later command reads."""

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from .errors import DataError
from .files import DAMAGE, replacing
from .labels import FER_PX, SPLITS

FORMAT: Final = 2


@dataclass(frozen=True)
class Faces:
    """Cleaned faces, each in one split.

    Attributes:
        images: uint8[n, 48, 48], grey.
        labels: uint8[n], positions in `LABELS`.
        split: uint8[n], positions in `SPLITS`.
        unique: bool[n]; in an evaluation split false for an image of which a copy or near copy
            also stood in Training or earlier in the same split: leave these out for the
            de-duplicated score.
        group: int32[n]; equal for copies and near copies of one image.
        votes: uint8[n, 10], FER+ votes in the order of `VOTES`; zeros where there are none.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    split: NDArray[np.uint8]
    unique: NDArray[np.bool_]
    group: NDArray[np.int32]
    votes: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """The faces at these positions (or where the mask holds)."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def of(self, split: str) -> Self:
        """The faces of one split.

        Raises:
            DataError: the split is empty.
        """
        rows = self.split == SPLITS.index(split)
        if not rows.any():
            held = [name for i, name in enumerate(SPLITS) if (self.split == i).any()]
            raise DataError(f"the prepared data has no split {split}; it has {', '.join(held)}")
        return self.take(rows)


def described(faces: Faces) -> dict[str, str | int]:
    """How many faces of each split, and one checksum over all that is known of them."""
    digest = hashlib.sha256()
    for field in fields(faces):
        digest.update(np.ascontiguousarray(getattr(faces, field.name)).data)
    counts = np.bincount(faces.split, minlength=len(SPLITS))
    return {
        "sha256": digest.hexdigest(),
        **{split: int(n) for split, n in zip(SPLITS, counts, strict=True) if n},
    }


def save(path: Path, faces: Faces) -> None:
    arrays = {field.name: getattr(faces, field.name) for field in fields(faces)}
    with replacing(path) as temporary:
        np.savez_compressed(temporary, format=np.array(FORMAT), **arrays)


def load(path: Path) -> Faces:
    """Read prepared data.

    Raises:
        DataError: the file is missing or was not written by `emoflix-train prepare`.
    """
    advice = "make it with `emoflix-train prepare`"
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            if "format" not in stored or int(stored["format"]) != FORMAT:
                raise DataError(f"{path}: prepared by another version; {advice} again")
            faces = Faces(**{field.name: stored[field.name] for field in fields(Faces)})
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; {advice}") from error
    except DAMAGE as error:
        raise DataError(f"{path}: not prepared data; {advice}") from error
    if faces.images.shape != (len(faces), FER_PX, FER_PX):
        raise DataError(f"{path}: its images are {faces.images.shape}; {advice} again")
    return faces
