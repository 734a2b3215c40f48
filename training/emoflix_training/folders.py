"""Faces kept as pictures in folders named for their label: `happy/0001.jpg`.

Read with Pillow, turned upright, made grey, cut to the middle square, scaled to FER2013's 48 px.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from .errors import DataError
from .fer2013 import USAGES, Rows
from .labels import FER_PX, LABELS, VOTES

if TYPE_CHECKING:
    from PIL.Image import Image

ENDINGS: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".pgm", ".tif", ".tiff"})

LARGEST_PIXELS: Final = 50_000_000
"""More is no face picture but an accident or an attack on the memory."""

OTHER_NAMES: Final = {
    "anger": "angry",
    "disgusted": "disgust",
    "fearful": "fear",
    "afraid": "fear",
    "happiness": "happy",
    "sadness": "sad",
    "surprised": "surprise",
    **{str(number): label for number, label in enumerate(LABELS)},
}
"""Other data sets' names of our labels; FER2013's own numbers among them."""

SPLIT_FOLDERS: Final = {
    "train": "Training",
    "training": "Training",
    "test": "PublicTest",
    "val": "PublicTest",
    "validation": "PublicTest",
    "publictest": "PublicTest",
    "privatetest": "PrivateTest",
}
"""What the splits' folders are called, in small letters, and FER2013's own names for them. What
others call validation is not learnt from here either: ours is cut from Training."""


def read_folder(path: Path, usage: str = "PublicTest") -> Rows:
    """Read labelled faces: folders of labels, or folders of splits with those in them.

    Args:
        path: the outer folder.
        usage: FER2013's name for the split of a folder that has no splits.

    Raises:
        DataError: a folder's name is no label, a picture is broken or there is none; names it.
    """
    folders = _subfolders(path)
    if folders and all(folder.name.lower() in SPLIT_FOLDERS for folder in folders):
        parts = [(SPLIT_FOLDERS[folder.name.lower()], folder) for folder in folders]
        if len({split for split, _ in parts}) < len(parts):
            raise DataError(
                f"{path}: {' and '.join(folder.name for folder in folders)} are more than one"
                " folder for a split; call the one to be kept for last PrivateTest"
            )
    else:
        parts = [(usage, path)]
    faces, labels, usages = [], [], []
    for name, folder in parts:
        for file, label in _labelled_files(folder):
            faces.append(read_face(file))
            labels.append(label)
            usages.append(USAGES.index(name))
    if not faces:
        raise DataError(f"{path}: no pictures; folders named {', '.join(LABELS)} are wanted")
    return Rows(
        images=np.stack(faces),
        labels=np.array(labels, np.uint8),
        usage=np.array(usages, np.uint8),
        votes=np.zeros((len(faces), len(VOTES)), np.uint8),
    )


def read_face(file: Path) -> NDArray[np.uint8]:
    """One picture as a grey face: uint8[48, 48].

    Raises:
        DataError: it is broken, far too large, or its numbers do not say what white is.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(file) as picture:
            if picture.width * picture.height > LARGEST_PIXELS:
                raise DataError(f"{file}: {picture.width} x {picture.height} pixels is no face")
            # A phone writes down how it was held instead of turning the pixels.
            grey = _grey(ImageOps.exif_transpose(picture), file)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise DataError(f"{file}: broken or no picture; mend it or take it out") from error
    side = min(grey.size)
    left, top = (grey.width - side) // 2, (grey.height - side) // 2
    square = grey.crop((left, top, left + side, top + side))
    if side != FER_PX:
        square = square.resize((FER_PX, FER_PX), Image.Resampling.LANCZOS)
    return np.asarray(square, np.uint8)


def _grey(picture: "Image", file: Path) -> "Image":
    from PIL import Image

    if picture.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if picture.mode in {"I", "F"}:
        raise DataError(f"{file}: numbers without a known white; save it with 8 or 16 bits")
    return picture.convert("L")


def _labelled_files(path: Path) -> Iterator[tuple[Path, int]]:
    for folder in _subfolders(path):
        name = folder.name.lower()
        label = OTHER_NAMES.get(name, name)
        if label not in LABELS:
            raise DataError(f"{folder}: {folder.name!r} is none of {', '.join(LABELS)}")
        if deeper := _subfolders(folder):
            raise DataError(f"{deeper[0]}: a folder within {name}; put its pictures beside it")
        for file in _entries(folder):
            if file.suffix.lower() in ENDINGS:
                yield file, LABELS.index(label)


def _subfolders(path: Path) -> list[Path]:
    return [entry for entry in _entries(path) if entry.is_dir() and not entry.name.startswith(".")]


def _entries(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir())
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}; a folder of pictures is wanted") from error
