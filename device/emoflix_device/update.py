"""`emoflix update`: catalogues and networks that come as signed bundles, from a file or by the web.

A bundle says in its first bytes, which are signed, what it holds and in which version. So a source
that has nothing new costs a few hundred bytes, and nothing else of it is believed before the
owner's key has verified it.
"""

import datetime as dt
import http.client
import os
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from emoflix_catalog import bundle as catalogues
from emoflix_catalog.container import Manifest, Readable, read_manifest
from emoflix_catalog.errors import BundleError, CatalogueError
from emoflix_catalog.recommend import Context, Viewer, recommend
from emoflix_catalog.signing import read_public
from emoflix_catalog.store import open_catalogue
from emoflix_device import model_bundle as models
from emoflix_device.config import Settings, load_settings
from emoflix_device.errors import ConfigurationError, EmoflixError
from emoflix_device.options import installed_config_option
from emoflix_device.progress import progress

TIMEOUT_S: Final = 30.0
"""For the connection, and again for every part of the answer."""
SUFFIX: Final = ".bundle"
NEWS: Final = "installed"
"""What systemd's own folder gets where something was installed: the unit restarts the service."""
_FETCHED: Final = ".fetched-"
_PART_BYTES: Final = 1 << 16
_HEAD_BYTES: Final = 1 << 21
"""More than what stands before the members."""


class UpdateError(EmoflixError):
    """A bundle cannot be had."""


class Part(NamedTuple):
    """Something that bundles renew."""

    name: str
    setting: str
    """The key that names its place."""
    example: str
    """Of such a place."""
    target: Callable[[Settings], Path | None]
    version: Callable[[Path], str | None]
    """Which one is there."""
    install: Callable[[Path, Path, Path, Settings], str]
    """Of a bundle, by a key, into a place: what to tell."""


def _catalogue_version(path: Path) -> str | None:
    try:
        with open_catalogue(path) as catalogue:
            return catalogue.version
    except CatalogueError:
        return None


def _install_catalogue(bundle: Path, key: Path, target: Path, _settings: Settings) -> str:
    done = catalogues.install(bundle, key, target, check=_makes_a_slate)
    return f"{done.films:,} films, version {done.version}{_in_place_of(done.former)}"


def _makes_a_slate(path: Path) -> None:
    catalogues.whole(path)
    with open_catalogue(path) as catalogue:
        evening = Context(at=dt.datetime.now().astimezone())
        if not recommend(catalogue, Viewer(), None, evening).films:
            raise BundleError(f"{path}: gives nobody a film")


def _install_model(bundle: Path, key: Path, target: Path, settings: Settings) -> str:
    def check(model: Path) -> None:
        models.reads_plain_faces(model, settings.vision)

    done = models.install(bundle, key, target, check=check)
    return f"version {done.version}{_in_place_of(done.former)}"


def _in_place_of(former: str | None) -> str:
    return f", in place of {former}" if former else ""


PARTS: Final[dict[str, Part]] = {
    catalogues.KIND: Part(
        "catalogue",
        "recommender.catalogue",
        "/var/lib/emoflix-update/films.emoflix",
        lambda settings: settings.recommender.catalogue,
        _catalogue_version,
        _install_catalogue,
    ),
    models.KIND: Part(
        "network",
        "vision.expression_model",
        "/var/lib/emoflix-update/expression.tflite",
        lambda settings: settings.vision.expression_model,
        models.version_at,
        _install_model,
    ),
}
"""By the kind that stands in the manifest."""


@click.command()
@click.argument("bundles", metavar="[BUNDLE]...", nargs=-1)
@installed_config_option
def update(bundles: tuple[str, ...], config: Path) -> None:
    """Install each BUNDLE, or what is new at the configured sources; exit 1 if one cannot be."""
    settings = load_settings(config)
    if settings.update.key_file is None:
        raise ConfigurationError(
            f"{config}: update.key_file: name the public key (NAME.pub) of whoever may send bundles"
        )
    if not (sources := bundles or settings.update.sources):
        raise ConfigurationError(
            f"{config}: update.sources: is empty; name an address there, or a bundle here"
        )
    faults = 0
    for source in sources:
        try:
            for bundle in _bundles_at(source):
                click.echo(f"{bundle}: {_take(bundle, settings.update.key_file, settings)}")
        except (EmoflixError, CatalogueError) as error:
            faults += 1
            click.echo(f"emoflix: {error}", err=True)
    sys.exit(1 if faults else 0)


def _bundles_at(source: str) -> Iterable[str]:
    """A folder's bundles, or the one that is named."""
    folder = Path(source)
    if not folder.is_dir():
        return [source]
    found = sorted(str(file) for file in folder.glob(f"*{SUFFIX}"))
    if not found:
        raise UpdateError(f"{source}: has no {SUFFIX} file in it")
    return found


def _take(source: str, key: Path, settings: Settings) -> str:
    """Install what a source has, if it is new; what to tell of it."""
    with _opened(source) as coming:
        manifest = read_manifest(source, coming, read_public(key))
    part = PARTS.get(manifest.kind)
    if part is None:
        raise BundleError(f"{source}: holds {manifest.kind!r}, which is unknown: update Emoflix")
    target = part.target(settings)
    if target is None:
        raise ConfigurationError(
            f"{part.setting}: is not set: name there where the {part.name} of {source} is to go,"
            f" such as {part.example}, and say this again"
        )
    if part.version(target) == manifest.version:
        return f"nothing new, the {part.name} is of version {manifest.version}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        before = _files(target.parent)
        with _at_hand(source, manifest, target.parent) as bundle:
            told = part.install(bundle, key, target, settings)
        _hand_over(target.parent, before)
        _tell_the_unit()
    except OSError as error:
        raise UpdateError(f"{target.parent}: cannot be written ({error.strerror})") from error
    return f"{part.name}: {told}"


def _is_address(source: str) -> bool:
    return source.startswith(("https://", "http://"))


@contextmanager
def _opened(source: str) -> Iterator[Readable]:
    """A source from its first byte on."""
    if not _is_address(source):
        try:
            with Path(source).open("rb") as file:
                yield file
        except OSError as error:
            raise UpdateError(f"{source}: cannot be read ({error.strerror})") from error
        return
    with _told(source):
        answer = urllib.request.urlopen(source, timeout=TIMEOUT_S)  # noqa: S310 - checked
    with answer:
        yield _Coming(source, answer)


class _Coming:
    """An answer of the web. What ails it is told apart from what ails the disk it goes to."""

    def __init__(self, source: str, answer: Readable) -> None:
        self._source = source
        self._answer = answer

    def read(self, size: int, /) -> bytes:
        with _told(self._source):
            return self._answer.read(size)


@contextmanager
def _told(source: str) -> Iterator[None]:
    """What goes wrong on the way to a source, in one line."""
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        raise UpdateError(f"{source}: {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = " ".join(str(getattr(error, "reason", error)).split())
        raise UpdateError(
            f"{source}: cannot be fetched ({reason}); is there a way to it?"
        ) from error


@contextmanager
def _at_hand(source: str, manifest: Manifest, folder: Path) -> Iterator[Path]:
    """The whole bundle as a file; one from the web lies in `folder` for as long as it is needed."""
    if not _is_address(source):
        yield Path(source)
        return
    # Once as it came, once unpacked.
    needed = 2 * manifest.size_bytes
    if (free := shutil.disk_usage(folder).free) < needed:
        raise UpdateError(f"{folder}: has {free / 1e6:.0f} MB left, {needed / 1e6:.0f} are needed")
    for left in folder.glob(f"{_FETCHED}*"):
        left.unlink(missing_ok=True)  # by one whose plug was pulled
    with tempfile.NamedTemporaryFile(dir=folder, prefix=_FETCHED, suffix=SUFFIX) as file:
        _fetch(source, manifest, file)
        yield Path(file.name)


def _fetch(source: str, manifest: Manifest, into: Any) -> None:
    # A server that goes on for ever fills nothing: the manifest, which is signed, says how much.
    left = manifest.size_bytes + _HEAD_BYTES
    with (
        _opened(source) as coming,
        progress(f"Fetching {manifest.version}", manifest.size_bytes) as advance,
    ):
        while left and (part := coming.read(min(_PART_BYTES, left))):
            into.write(part)
            left -= len(part)
            advance(len(part))
    into.flush()


def _files(folder: Path) -> set[tuple[str, int]]:
    """Names and inodes: a file that took the place of another is another."""
    with os.scandir(folder) as entries:
        return {(entry.name, entry.inode()) for entry in entries}


def _hand_over(folder: Path, before: set[tuple[str, int]]) -> None:
    """What root installed belongs to the folder's owner, who renews it next time."""
    if os.geteuid() != 0:
        return
    owner = folder.stat()
    for name, _ in _files(folder) - before:
        os.chown(folder / name, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _tell_the_unit() -> None:
    if (folder := os.environ.get("RUNTIME_DIRECTORY")) is not None:
        (Path(folder) / NEWS).touch()
