"""How films look, kept beside a catalogue by their ids: it outlives a rebuild.

So is the network, if its owner gave one, that sees what a picture shows besides its colours.
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.arrays import open_arrays, write_arrays
from emoflix_catalog.errors import CatalogueError, StoreError
from emoflix_catalog.features.embedding import network_name, open_embedder
from emoflix_catalog.features.look import COLOURS, TONES, Look, describe, in_words, likeness
from emoflix_catalog.recommend.viewer import Resemblance
from emoflix_catalog.store import Catalogue
from emoflix_catalog.whole import copy_whole

_FORM: Final = "looks-1"
_SCALE: Final = 255
_EMBEDDING_SCALE: Final = 127


class Alike(NamedTuple):
    """A film and how much it looks like a picture, 0 to 1."""

    number: int
    likeness: float


def looks_path(catalogue: Path) -> Path:
    """Where the looks of a catalogue's films lie."""
    return catalogue.with_name(f"{catalogue.stem}.looks")


def network_path(catalogue: Path) -> Path:
    """Where the network lies that embeds pictures for a catalogue."""
    return catalogue.with_name(f"{catalogue.stem}.look.tflite")


def keep_network(file: Path, catalogue: Path) -> None:
    """Copy a network to where a catalogue has it.

    Raises:
        CatalogueError: It cannot be used, or the folder not be written.
    """
    open_embedder(file)
    copy_whole(file, network_path(catalogue))


def describer(catalogue: Path) -> Callable[[NDArray[np.uint8]], Look]:
    """What tells how a picture looks: `describe`, with an embedding where there is a network.

    Raises:
        CatalogueError: The network cannot be used.
    """
    path = network_path(catalogue)
    if not path.exists():
        return describe
    embedder = open_embedder(path)

    def describe_and_embed(picture: NDArray[np.uint8]) -> Look:
        return describe(picture)._replace(embedding=embedder.embed(picture))

    return describe_and_embed


def write_looks(catalogue: Path, looks: Mapping[str, Look]) -> Path:
    """Keep how films look, by their ids, whole or not at all.

    Palettes are kept as the roots of their shares in uint8: rare colours count too; embeddings as
    int8, with the name of the network beside the catalogue.

    Raises:
        CatalogueError: The folder cannot be written, or is full.
    """
    path = looks_path(catalogue)
    palette = np.array([look.palette for look in looks.values()]).reshape(-1, COLOURS)
    tones = np.array([look.tones for look in looks.values()], np.float16).reshape(-1, len(TONES))
    roots = np.rint(np.sqrt(palette) * _SCALE).astype(np.uint8)
    arrays = {"roots": roots, "tones": tones}
    if width := max((look.embedding.size for look in looks.values()), default=0):
        embeddings = _embeddings(looks.values(), width)
        arrays["embeddings"] = np.rint(embeddings * _EMBEDDING_SCALE).astype(np.int8)
    words = {"films": tuple(looks), "network": (network_name(network_path(catalogue)),)}
    try:
        write_arrays(path, _FORM, arrays, words)
    except OSError as error:
        raise CatalogueError(f"{path}: cannot be written ({error.strerror}): make room") from error
    return path


def read_looks(catalogue: Path) -> dict[str, Look]:
    """How films look, by their ids; empty where nobody looked.

    Embeddings by another network than the one beside the catalogue are left out.

    Raises:
        StoreError: The file is damaged or of another form.
    """
    path = looks_path(catalogue)
    if not path.exists():
        return {}
    renew = "remove it and look again"
    arrays = open_arrays(path, _FORM, renew=renew)
    try:
        roots = arrays["roots"].astype(np.float32) / _SCALE
        tones = arrays["tones"].astype(np.float32)
        films = arrays.words["films"]
        embeddings = np.zeros((len(films), 0), np.float32)
        network = network_name(network_path(catalogue))
        if "embeddings" in arrays and arrays.words["network"] == (network,):
            embeddings = arrays["embeddings"].astype(np.float32) / _EMBEDDING_SCALE
        looks = zip(roots**2, tones, embeddings, strict=True)
        return {film: Look(*look) for film, look in zip(films, looks, strict=True)}
    except (KeyError, ValueError) as error:
        raise StoreError(f"{path}: cannot be used ({error}): {renew}") from error


def resemblance(catalogue: Catalogue, looks: Mapping[str, Look], look: Look) -> Resemblance:
    """How much each film of the catalogue looks like a picture."""
    alike = Resemblance(
        np.zeros(len(catalogue), np.float32), np.zeros(len(catalogue), np.bool_), in_words(look)
    )
    numbers = dict(catalogue.rows("SELECT id, number FROM film"))
    known = {numbers[film]: one for film, one in looks.items() if film in numbers}
    if not known:
        return alike
    others = Look(
        np.array([one.palette for one in known.values()]),
        np.array([one.tones for one in known.values()]),
        _embeddings(known.values(), look.embedding.size),
    )
    places = np.array(list(known), np.int64)
    alike.likeness[places] = likeness(look, others)
    alike.known[places] = True
    return alike


def most_alike(found: Resemblance, *, count: int) -> list[Alike]:
    """At most `count` films that look like the picture, the most alike first."""
    places = np.flatnonzero(found.known)
    order = places[np.argsort(-found.likeness[places], kind="stable")][:count]
    return [Alike(number, float(found.likeness[number])) for number in order.tolist()]


def _embeddings(looks: Collection[Look], width: int) -> NDArray[np.float32]:
    """float32[n, width], zeros for those that have none."""
    rows = np.zeros((len(looks), width), np.float32)
    for row, look in zip(rows, looks, strict=True):
        if look.embedding.size == width:
            row[:] = look.embedding
    return rows
