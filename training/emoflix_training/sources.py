"""Where labelled faces come from: a CSV, a folder, or what `prepare` wrote."""

from pathlib import Path

import numpy as np

from . import prepared
from .errors import DataError
from .fer2013 import Rows, read_rows
from .folders import read_folder
from .labels import SPLITS
from .near import alike
from .prepared import Faces


def read_source(path: Path, votes: Path | None = None) -> Rows:
    """Read what `prepare` is given: FER2013's CSV, its folder form, or a folder of training faces.

    Raises:
        DataError: something in it cannot be used; names the file.
    """
    if not path.is_dir():
        return read_rows(path, votes)
    if votes is not None:
        raise DataError(f"{votes}: FER+ votes go row for row with a CSV; {path} is a folder")
    return read_folder(path, usage="Training")


def labelled_faces(data: Path | None, split: str, folder: Path | None) -> tuple[Faces, str]:
    """What a network is to be measured on, and its name.

    Of alike pictures in a folder the first is distinct; what stands in Training is not known.

    Raises:
        DataError: neither or both are given, what is given cannot be used, or the folder holds
            several splits, which are not to be measured as one.
    """
    if data is not None and folder is None:
        return prepared.load(data).of(split), split
    if data is not None or folder is None:
        raise DataError("give either --data with a --split, or a --folder of labelled faces")
    rows = read_folder(folder)
    if len(np.unique(rows.usage)) > 1:
        raise DataError(f"{folder}: holds several splits; give the folder of one of them")
    group = alike(rows.images)
    unique = np.zeros(len(rows), bool)
    unique[np.unique(group, return_index=True)[1]] = True
    faces = Faces(
        images=rows.images,
        labels=rows.labels,
        split=np.full(len(rows), SPLITS.index("PublicTest"), np.uint8),
        unique=unique,
        group=group.astype(np.int32),
        votes=rows.votes,
    )
    return faces, folder.name
