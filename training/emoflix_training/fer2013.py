"""FER2013 as its authors published it, a CSV of `emotion,pixels,Usage`, and its FER+ votes."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

import numpy as np
from numpy.typing import NDArray

from .errors import DataError
from .labels import FER_PX, LABELS, VOTES

COLUMNS: Final = ("emotion", "pixels", "Usage")
USAGES: Final = ("Training", "PublicTest", "PrivateTest")

VOTE_COLUMNS: Final = {
    "angry": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "sad": "sadness",
    "surprise": "surprise",
    "neutral": "neutral",
    "contempt": "contempt",
    "unknown": "unknown",
    "not_a_face": "NF",
}
"""From our words to FER+'s (Barsoum et al. 2016, https://arxiv.org/abs/1608.01041)."""


@dataclass(frozen=True)
class Rows:
    """Faces in the order of their file.

    Attributes:
        images: uint8[n, 48, 48], grey.
        labels: uint8[n], positions in `LABELS`.
        usage: uint8[n], positions in `USAGES`.
        votes: uint8[n, 10], FER+ votes in the order of `VOTES`; zeros where there are none.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    usage: NDArray[np.uint8]
    votes: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)


def read_rows(path: Path, votes_path: Path | None = None) -> Rows:
    """Read a FER2013 CSV (plain or .gz) and, row for row beside it, the FER+ votes.

    The competition gave it out twice, with its columns in another order: both are taken.

    Raises:
        DataError: a file is missing or a line is not what it should be; names file and line.
    """
    images, labels, usages = [], [], []
    with _open_text(path) as lines:
        reader = csv.reader(lines)
        header = [name.strip() for name in next(reader, ())]
        if sorted(header) != sorted(COLUMNS):
            raise DataError(
                f"{path}, line 1: the columns are {','.join(header)[:60] or 'missing'!r}; "
                f"FER2013's are {','.join(COLUMNS)!r}"
            )
        at = [header.index(name) for name in COLUMNS]
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if len(row) != len(COLUMNS):
                raise DataError(f"{where}: {len(row)} fields instead of {len(COLUMNS)}")
            emotion, pixels, usage = (row[place] for place in at)
            labels.append(_label(emotion, where))
            images.append(_pixels(pixels, where))
            usages.append(_usage(usage, where))
    if not images:
        raise DataError(f"{path}: no rows")
    votes = (
        np.zeros((len(images), len(VOTES)), np.uint8)
        if votes_path is None
        else _read_votes(votes_path, usages, path)
    )
    return Rows(
        images=np.stack(images),
        labels=np.array(labels, np.uint8),
        usage=np.array(usages, np.uint8),
        votes=votes,
    )


@contextmanager
def _open_text(path: Path) -> Iterator[TextIO]:
    """A file that is damaged says so only while it is read: the block's errors are told as well.

    Spreadsheets set a byte order mark before the first column's name; it is passed over.
    """
    try:
        with (
            gzip.open(path, "rt", newline="", encoding="utf-8-sig")
            if path.suffix == ".gz"
            else path.open(newline="", encoding="utf-8-sig")
        ) as lines:
            yield lines
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cut off or no gzip file ({error}); fetch it again") from error
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}; give the path of FER2013's CSV") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: no CSV: {error}; give the path of FER2013's CSV") from error


def _label(text: str, where: str) -> int:
    if text.isdecimal() and int(text) < len(LABELS):
        return int(text)
    raise DataError(f"{where}: emotion {text!r} is not a number from 0 to {len(LABELS) - 1}")


def _usage(text: str, where: str) -> int:
    if text not in USAGES:
        raise DataError(f"{where}: Usage {text!r} is none of {', '.join(USAGES)}")
    return USAGES.index(text)


def _pixels(text: str, where: str) -> NDArray[np.uint8]:
    try:
        values = np.array(text.split(), dtype=np.int16)
    except (ValueError, OverflowError) as error:
        raise DataError(f"{where}: pixels hold something that is no number") from error
    if values.size != FER_PX * FER_PX:
        raise DataError(f"{where}: {values.size} pixels instead of {FER_PX * FER_PX}")
    if values.min() < 0 or values.max() > np.iinfo(np.uint8).max:
        raise DataError(f"{where}: a pixel is outside 0 to 255")
    return values.astype(np.uint8).reshape(FER_PX, FER_PX)


def _read_votes(path: Path, usages: list[int], rows_path: Path) -> NDArray[np.uint8]:
    votes = np.zeros((len(usages), len(VOTES)), np.uint8)
    with _open_text(path) as lines:
        reader = csv.DictReader(lines)
        missing = {"Usage", *VOTE_COLUMNS.values()} - set(reader.fieldnames or ())
        if missing:
            raise DataError(f"{path}, line 1: no column {', '.join(sorted(missing))}")
        count = 0
        for count, row in enumerate(reader, start=1):
            where = f"{path}, line {reader.line_num}"
            if count > len(usages):
                break
            if None in row.values():
                raise DataError(f"{where}: fewer fields than columns")
            if None in row:
                raise DataError(f"{where}: more fields than columns")
            if row["Usage"] != USAGES[usages[count - 1]]:
                raise DataError(
                    f"{where}: Usage {row['Usage']!r} where {rows_path.name} has "
                    f"{USAGES[usages[count - 1]]!r}; the two files must go row for row"
                )
            try:
                # Bytes refuse what is below 0 or above 255, where an array of them would wrap.
                votes[count - 1] = list(bytes(int(row[VOTE_COLUMNS[name]] or 0) for name in VOTES))
            except ValueError as error:
                raise DataError(f"{where}: a vote is no whole number from 0 to 255") from error
    if count != len(usages):
        raise DataError(
            f"{path}: {count if count < len(usages) else 'more'} rows for the {len(usages)} of "
            f"{rows_path.name}; the two files must go row for row"
        )
    return votes
