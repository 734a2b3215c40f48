"""From films to a catalogue: an SQLite store of facts with the arrays for ranking beside it.

The same films give the same bytes. A build that is killed leaves the catalogue that was there: the
arrays are written first, under the new version's name, and the store is replaced last, in one step.
"""

import glob
import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from emoflix_catalog.arrays import arrays_path, write_arrays
from emoflix_catalog.columns import LAYOUT, WORDS, columns
from emoflix_catalog.errors import CatalogueError, InvalidRowError, StoreError
from emoflix_catalog.features.carrying import carried
from emoflix_catalog.features.collaborative import write_collaborative
from emoflix_catalog.features.transforms import (
    Transforms,
    fingerprint,
    shipped_transforms,
    transforms_of,
)
from emoflix_catalog.film import Film
from emoflix_catalog.schema import CATALOGUE
from emoflix_catalog.starter import films_of
from emoflix_catalog.store import open_catalogue
from emoflix_catalog.store_writer import write_store


class Built(NamedTuple):
    """What a build made."""

    path: Path
    version: str
    films: int


def build_catalogue(csv_folder: Path, path: Path, transforms: Transforms | None = None) -> Built:
    """Build the catalogue of a folder of tables, such as the starter catalogue's.

    Raises:
        InvalidRowError: A row is wrong.
        CatalogueError: The folder cannot be read, or `path` not written.
    """
    return write_catalogue(films_of(csv_folder), path, transforms)


def write_catalogue(
    films: Iterable[Film], path: Path, transforms: Transforms | None = None
) -> Built:
    """Write a catalogue of `films` to `path`, with its arrays beside it, whole or not at all.

    What ratings taught of the films in the catalogue that is replaced is carried over.

    Args:
        films: In any order.
        path: What is there is replaced.
        transforms: What turns films into vectors; if none are given, those that lie beside the
            catalogue, or else the shipped ones.

    Raises:
        InvalidRowError: Two films have one id, or one name in another scheme.
        CatalogueError: The folder cannot be written, or is full.
    """
    ordered = sorted(films, key=lambda film: (-(film.votes or 0), film.year, film.id))
    _refuse_doubles(ordered)
    transforms = transforms or transforms_of(path)
    version = version_of(ordered, transforms)
    temporary = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        with closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
            write_store(connection, ordered, version)
        _flush(temporary)
        write_arrays(arrays_path(path, version), version, columns(ordered, transforms), WORDS)
        _carry_factors(path, ordered, version)
        temporary.replace(path)
    except (OSError, sqlite3.OperationalError) as error:
        raise CatalogueError(
            f"{path}: the catalogue cannot be written here ({error}): make room or name another"
            " place; what was there is unchanged"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()
    remove_stale(path, version)
    return Built(path, version, len(ordered))


def version_of(films: Iterable[Film], transforms: Transforms | None = None) -> str:
    """A name for these facts and vectors in this form, 16 hexadecimal digits.

    Args:
        films: In any order.
        transforms: What turns them into vectors; the shipped ones if none are given.
    """
    form = f"schema {CATALOGUE.version}, arrays {LAYOUT}"
    digest = hashlib.blake2b(form.encode(), digest_size=8)
    digest.update(fingerprint(transforms or shipped_transforms()))
    for film in sorted(films, key=lambda film: film.id):
        digest.update(msgspec.json.encode(film, order="deterministic"))
    return digest.hexdigest()


def _refuse_doubles(films: Iterable[Film]) -> None:
    owners: dict[tuple[str, str], str] = {}
    for film in films:
        for scheme, name in (("id", film.id), *film.identifiers.items()):
            if (scheme, name) in owners:
                raise InvalidRowError(
                    f"{film.id}: two films have the {scheme} {name}, the other is"
                    f" {owners[scheme, name]}: give one of them another"
                )
            owners[scheme, name] = film.id


def _carry_factors(path: Path, films: Sequence[Film], version: str) -> None:
    """Take what ratings taught over from the catalogue that is replaced, if it has any.

    A film is known again by its id, or else by an identifier.
    """
    try:
        former = open_catalogue(path)
    except StoreError:
        return  # none is there, or what is there cannot be used any more
    with former:
        if former.collaborative is None or former.version == version:
            return
        by_id = {film.id: number for number, film in enumerate(films)}
        by_name = {
            name: number for number, film in enumerate(films) for name in film.identifiers.items()
        }
        place = np.full(len(former), -1)
        for number, film_id in former.rows("SELECT number, id FROM film"):
            place[number] = by_id.get(film_id, -1)
        for number, *name in former.rows("SELECT film, scheme, value FROM identifier"):
            if place[number] < 0:
                place[number] = by_name.get(tuple(name), -1)
        found = carried(former.collaborative, place, len(films))
        if found is not None:
            write_collaborative(path, version, found)


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def remove_stale(path: Path, version: str) -> None:
    """Take away what earlier builds left; a program that has it open keeps it until it closes."""
    name = re.compile(re.escape(path.stem) + r"-([0-9a-f]{16})\.(arrays|factors)")
    for other in path.parent.glob(f"{glob.escape(path.stem)}-*"):
        if (found := name.fullmatch(other.name)) and found[1] != version:
            other.unlink(missing_ok=True)
