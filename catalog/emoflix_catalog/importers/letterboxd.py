"""A Letterboxd export: `watched.csv`, `ratings.csv` and `diary.csv`, in a zip, a folder or alone.

Columns: Date, Name, Year, Letterboxd URI, and Rating (0.5 to 5 stars) and Watched Date where there
are such; the columns Title, imdbID and tmdbID of its import form are known, too.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from emoflix_catalog.importers.contract import Request, SourceError, Tally, Watched
from emoflix_catalog.importers.files import DAMAGED, opened
from emoflix_catalog.importers.viewing import Columns, watched_in

FILES: Final = ("watched.csv", "ratings.csv", "diary.csv")
"""From the least to the most that is said of a film: a later one adds to an earlier."""
_COLUMNS: Final = Columns(
    title=("Name", "Title"),
    year=("Year",),
    on=("Watched Date", "WatchedDate", "Date"),
    rating=("Rating",),
    most_stars=5,
    identifiers={"imdb": "imdbID", "tmdb": "tmdbID"},
)


def history(request: Request, tally: Tally) -> Iterator[Watched]:
    """What a member watched.

    Raises:
        SourceError: It is no export, or cannot be read; a list of films to see is none.
    """
    path = Path(request.where)
    if path.suffix == ".zip":
        with tempfile.TemporaryDirectory(prefix="emoflix-letterboxd-") as folder:
            _unpack(path, Path(folder))
            yield from _folder(Path(folder), path, tally)
    elif path.is_dir():
        yield from _folder(path, path, tally)
    elif path.name.startswith("watchlist"):
        raise SourceError(f"{path}: is a list of films to see: give {', '.join(FILES)}")
    else:
        yield from watched_in(path, _COLUMNS, tally)


def _folder(folder: Path, shown: Path, tally: Tally) -> Iterator[Watched]:
    files = [folder / name for name in FILES if (folder / name).is_file()]
    if not files:
        raise SourceError(f"{shown}: holds none of {', '.join(FILES)}: give Letterboxd's export")
    for file in files:
        yield from watched_in(file, _COLUMNS, tally)


def _unpack(path: Path, folder: Path) -> None:
    """Only the known files of the top folder; `deleted/` and `orphaned/` hold others' namesakes."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in FILES:
                if name in archive.namelist():
                    with opened(path, archive, name) as member, (folder / name).open("wb") as file:
                        shutil.copyfileobj(member, file)
    except DAMAGED as error:
        raise SourceError(f"{path}: cannot be unpacked ({error}): download it again") from error
