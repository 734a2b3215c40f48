"""The films of a catalogue against a picture from the command line."""

from pathlib import Path

from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.features.look import Look
from emoflix_catalog.looks import read_looks, resemblance
from emoflix_catalog.recommend import Resemblance
from emoflix_catalog.store import Catalogue


def resembling(catalogue: Catalogue, path: Path, look: Look) -> Resemblance:
    """How much the films of the catalogue at `path` look like a picture.

    Raises:
        CatalogueError: Nobody knows how any of them looks.
    """
    found = resemblance(catalogue, read_looks(path), look)
    if not found.known.any():
        raise CatalogueError(f"{path}: nobody knows how its films look: run emoflix-catalog look")
    return found
