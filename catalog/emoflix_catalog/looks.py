"""How films look, kept beside a catalogue by their ids: it outlives a rebuild."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from emoflix_catalog.arrays import open_arrays, write_arrays
from emoflix_catalog.errors import CatalogueError, StoreError
from emoflix_catalog.features.look import COLOURS, TONES, Look, likeness
from emoflix_catalog.store import Catalogue

_FORM: Final = "looks-1"
_SCALE: Final = 255


class Alike(NamedTuple):
    """A film and how much it looks like a picture, 0 to 1."""

    number: int
    likeness: float


def looks_path(catalogue: Path) -> Path:
    """Where the looks of a catalogue's films lie."""
    return catalogue.with_name(f"{catalogue.stem}.looks")


def write_looks(catalogue: Path, looks: Mapping[str, Look]) -> Path:
    """Keep how films look, by their ids, whole or not at all.

    Palettes are kept as the roots of their shares in uint8: rare colours count too.

    Raises:
        CatalogueError: The folder cannot be written, or is full.
    """
    path = looks_path(catalogue)
    palette = np.array([look.palette for look in looks.values()]).reshape(-1, COLOURS)
    tones = np.array([look.tones for look in looks.values()], np.float16).reshape(-1, len(TONES))
    roots = np.rint(np.sqrt(palette) * _SCALE).astype(np.uint8)
    try:
        write_arrays(path, _FORM, {"roots": roots, "tones": tones}, {"films": tuple(looks)})
    except OSError as error:
        raise CatalogueError(f"{path}: cannot be written ({error.strerror}): make room") from error
    return path


def read_looks(catalogue: Path) -> dict[str, Look]:
    """How films look, by their ids; empty where nobody looked.

    Raises:
        StoreError: The file is damaged or of another form.
    """
    path = looks_path(catalogue)
    if not path.exists():
        return {}
    try:
        arrays = open_arrays(path, _FORM)
        roots = arrays["roots"].astype(np.float32) / _SCALE
        tones = arrays["tones"].astype(np.float32)
        films = arrays.words["films"]
        rows = zip(films, roots**2, tones, strict=True)
        return {film: Look(palette, tone) for film, palette, tone in rows}
    except (StoreError, KeyError, ValueError) as error:
        raise StoreError(f"{path}: cannot be used ({error}): remove it and look again") from error


def like_picture(
    catalogue: Catalogue, looks: Mapping[str, Look], look: Look, *, count: int
) -> list[Alike]:
    """At most `count` films of the catalogue that look like a picture, the most alike first."""
    numbers = dict(catalogue.rows("SELECT id, number FROM film"))
    known = [(numbers[film], one) for film, one in looks.items() if film in numbers]
    if not known:
        return []
    palettes = np.array([one.palette for _, one in known])
    alike = likeness(look, Look(palettes, np.array([one.tones for _, one in known])))
    order = np.argsort(-alike, kind="stable")[:count]
    return [Alike(known[place][0], float(alike[place])) for place in order.tolist()]
