"""A catalogue as one signed file, packed on a desktop and installed on a box whole or not at all.

An installation unpacks beside the catalogue, opens what it unpacked, and only then moves it into
place: the files with the version in their names first, the store in one step, last. Killed before
that step it leaves the former catalogue, after it the new one.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from emoflix_catalog.arrays import arrays_path
from emoflix_catalog.build import remove_stale
from emoflix_catalog.columns import LAYOUT
from emoflix_catalog.container import Container, Manifest, open_container, write_container
from emoflix_catalog.errors import BundleError, CatalogueError
from emoflix_catalog.features.collaborative import factors_path
from emoflix_catalog.features.transforms import (
    SHIPPED,
    read_transforms,
    transforms_of,
    transforms_path,
)
from emoflix_catalog.importers.records import RECORDS, open_records, records_path
from emoflix_catalog.looks import looks_path, network_path, read_looks
from emoflix_catalog.reviews import review_reader, sentiment_path
from emoflix_catalog.schema import CATALOGUE, verify
from emoflix_catalog.signing import fingerprint, public_of, read_public, read_secret
from emoflix_catalog.store import open_catalogue
from emoflix_catalog.whole import alone

KIND: Final = "catalogue"
FORM: Final = {"schema": CATALOGUE.version, "arrays": LAYOUT}
"""What this program reads; a bundle of another form is refused."""

_PLACES: Final[dict[str, Callable[[Path, str], Path]]] = {
    "sources": lambda path, _: records_path(path),
    "network": lambda path, _: network_path(path),
    "looks": lambda path, _: looks_path(path),
    "sentiment": lambda path, _: sentiment_path(path),
    "transforms": lambda path, _: transforms_path(path),
    "factors": factors_path,
    "arrays": arrays_path,
    "store": lambda path, _: path,
}
"""The members, and where each lies for the catalogue at a path, of a version. In this order they
are moved into place: the store makes the rest count, so it comes last."""
_NEEDED: Final = frozenset({"transforms", "arrays", "store"})


class Packed(NamedTuple):
    """A bundle that was made."""

    path: Path
    version: str
    films: int
    members: dict[str, int]
    """Their sizes in bytes."""
    key: str
    """The fingerprint of the key that it is signed with."""


class Installed(NamedTuple):
    """A catalogue that was put into place."""

    path: Path
    version: str
    films: int
    former: str | None
    """The version that was there; None where there was none, or a broken one."""


def pack(catalogue: Path, out: Path, key: Path) -> Packed:
    """Pack a catalogue with all that belongs to it.

    Args:
        catalogue: The store; its arrays, factors, transforms, looks, classifier of
            reviews and records lie beside it.
            Where it has no transforms of its own, the shipped ones are packed.
        out: What is there is replaced.
        key: The file with the secret key.

    Raises:
        StoreError: The catalogue, or a file of it, is missing or damaged.
        SigningError: The key cannot be read.
        CatalogueError: `out` cannot be written, or the disk is full.
    """
    secret = read_secret(key)
    with open_catalogue(catalogue) as opened, alone(catalogue):
        version, films = opened.version, len(opened)
        if opened.rows("PRAGMA quick_check(1)") != [("ok",)]:
            raise BundleError(f"{catalogue}: is damaged: run emoflix-catalog build")
        transforms_of(catalogue)
        places = {name: place(catalogue, version) for name, place in _PLACES.items()}
        if places["sources"].exists():
            with open_records(places["sources"]):
                pass  # what an import that was killed left half done is taken back by opening
        if not places["transforms"].exists():
            places["transforms"] = SHIPPED
        members = {name: place for name, place in places.items() if place.exists()}
        manifest = Manifest(kind=KIND, version=version, form=FORM)
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            manifest = write_container(out, manifest, members, secret)
        except OSError as error:
            raise CatalogueError(
                f"{out}: the bundle cannot be written here ({error.strerror}): make room or name"
                " another place"
            ) from error
    sizes = {member.name: member.size_bytes for member in manifest.members}
    return Packed(out, version, films, sizes, fingerprint(public_of(secret)))


def whole(catalogue: Path) -> None:
    """Open an installed or unpacked catalogue as a program would.

    Raises:
        CatalogueError: It cannot be used.
    """
    with open_catalogue(catalogue) as opened:
        if not len(opened):
            raise BundleError(f"{catalogue}: has no films")
        for number in {0, len(opened) - 1}:
            opened.film_at(number)
    read_transforms(transforms_path(catalogue))
    read_looks(catalogue)
    review_reader(catalogue)
    if (records := records_path(catalogue)).exists():
        verify(records, RECORDS, older_is_fine=True)


def install(
    bundle: Path, key: Path, catalogue: Path, *, check: Callable[[Path], None] = whole
) -> Installed:
    """Put the catalogue of a bundle into place, whole or not at all.

    What the bundle has no part of stays as it is; imported records that it has replace the box's.

    Args:
        bundle: The file.
        key: The file with the public key of whoever may sign.
        catalogue: The store to replace, or to make.
        check: Raises a `CatalogueError` for a catalogue that cannot be used. It is asked before
            anything is moved, and again when all is in place; what it refuses then is taken back.

    Raises:
        SigningError: The key cannot be read.
        BundleError: The bundle is not trusted, damaged, or for another version of the program.
        CatalogueError: It does not pass the check, or the disk is full. In all these cases the
            former catalogue is there as it was.
    """
    with alone(catalogue):
        return _install(bundle, key, catalogue, check)


def _install(bundle: Path, key: Path, catalogue: Path, check: Callable[[Path], None]) -> Installed:
    former = _version_at(catalogue)
    stage = catalogue.with_name(f".{catalogue.name}.install")
    with open_container(bundle, read_public(key)) as container:
        _refuse_foreign(bundle, container.manifest)
        try:
            catalogue.parent.mkdir(parents=True, exist_ok=True)
            _need_room(catalogue.parent, container.manifest.size_bytes)
            shutil.rmtree(stage, ignore_errors=True)
            stage.mkdir()
            staged = _unpack(container, stage / catalogue.name)
            check(stage / catalogue.name)
            targets = _places(container.manifest, catalogue)
            with _taken_back_on_error(targets.values()):
                for name, target in targets.items():
                    staged[name].replace(target)
                _flush(catalogue.parent)
                check(catalogue)
            with open_catalogue(catalogue) as opened:
                films = len(opened)
        except (OSError, sqlite3.Error) as error:
            raise CatalogueError(
                f"{catalogue}: the bundle cannot be installed here ({error}): make room or name"
                " another place; what was there is unchanged"
            ) from error
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    version = container.manifest.version
    remove_stale(catalogue, version)
    return Installed(catalogue, version, films, former)


def _refuse_foreign(bundle: Path, manifest: Manifest) -> None:
    if manifest.kind != KIND:
        raise BundleError(f"{bundle}: holds {manifest.kind!r}, not a catalogue: name another")
    for part, known in FORM.items():
        made = manifest.form.get(part, 0)
        if made < known:
            raise BundleError(
                f"{bundle}: was made by an older Emoflix ({part} {made}, this one needs {known}):"
                " build and bundle it anew"
            )
        if made > known:
            raise BundleError(
                f"{bundle}: was made by a newer Emoflix ({part} {made}, this one knows {known}):"
                " update Emoflix here"
            )
    names = {member.name for member in manifest.members}
    if missing := _NEEDED - names:
        raise BundleError(f"{bundle}: lacks {', '.join(sorted(missing))}: bundle it anew")


def _places(manifest: Manifest, catalogue: Path) -> dict[str, Path]:
    """Where each member goes, in the order of going; members that nobody knows go nowhere."""
    names = {member.name for member in manifest.members}
    return {
        name: place(catalogue, manifest.version) for name, place in _PLACES.items() if name in names
    }


def _unpack(container: Container, catalogue: Path) -> dict[str, Path]:
    places = _places(container.manifest, catalogue)
    for name, place in places.items():
        container.extract(name, place)
    return places


@contextmanager
def _taken_back_on_error(targets: Iterable[Path]) -> Iterator[None]:
    """Keep what stands at `targets` until the block is through, and put it back if it is not."""
    formers = {target: target.with_name(f".{target.name}.former") for target in targets}
    for target, former in formers.items():
        former.unlink(missing_ok=True)
        if target.exists():
            os.link(target, former)
    try:
        yield
    except BaseException:
        for target, former in reversed(formers.items()):
            if former.exists():
                former.replace(target)
            else:
                target.unlink(missing_ok=True)
        raise
    finally:
        for former in formers.values():
            former.unlink(missing_ok=True)


def _need_room(folder: Path, bytes_: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < bytes_:
        raise BundleError(
            f"{folder}: has {free / 1e6:.0f} MB left, the bundle needs {bytes_ / 1e6:.0f} MB:"
            " make room; what was there is unchanged"
        )


def _version_at(catalogue: Path) -> str | None:
    try:
        with open_catalogue(catalogue) as opened:
            return opened.version
    except CatalogueError:
        return None


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
