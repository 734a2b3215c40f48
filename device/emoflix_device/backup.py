"""`emoflix backup` and `emoflix restore`: all that the household said, in one file and back.

The file is a tar with the store as it is, encrypted as it is, and a note of what it is. The key is
in it only where it is asked for: without it the backup is of use on the box it was made on, or to
whoever kept the key.
"""

import datetime as dt
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO, Annotated, Final

import click
import msgspec

from emoflix_device.config import Settings, load_settings
from emoflix_device.credentials import secret_file
from emoflix_device.errors import BusyError, StateError
from emoflix_device.household import STORE, HouseholdStore, is_there, open_household
from emoflix_device.household.key import read_key
from emoflix_device.household.opening import KEY, key_path
from emoflix_device.options import installed_config_option
from emoflix_device.replacing import replacing

NOTE: Final = "backup.json"
FORMAT: Final = 1
LARGEST_BYTES: Final = 1 << 30
"""Of one part; a store holds some megabytes."""
_UNPACKED: Final = ".restore-"
_JOURNALS: Final = (f"{STORE}-wal", f"{STORE}-shm")


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of a backup of any program."""

    format: int


class Note(Form, frozen=True, kw_only=True):
    """What a backup is."""

    program: str
    made: dt.datetime
    device: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]+$")]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@installed_config_option
@click.option("--with-key", is_flag=True, help="Put the key in, so that another box can read it.")
def backup(file: Path, config: Path, *, with_key: bool) -> None:
    """Copy all that the household said into FILE; the service may run on."""
    settings = load_settings(config)
    store = settings.state_dir / STORE
    if not is_there(store):
        raise StateError(f"{store}: nothing is kept yet, so there is nothing to copy")
    key = key_path(settings.household, settings.state_dir)
    if with_key and key is None:
        raise StateError("--with-key: the store is not encrypted, so there is no key")
    note = Note(
        format=FORMAT,
        program=version("emoflix"),
        made=dt.datetime.now().astimezone(),
        device=settings.device,
    )
    try:
        if file.exists() and not (file.is_file() and tarfile.is_tarfile(file)):
            raise StateError(f"{file}: is there and is no backup; choose another name")
        with (
            replacing(file, mode=0o600) as part,
            tempfile.TemporaryDirectory(dir=file.parent) as folder,
        ):
            copy = Path(folder) / STORE
            with open_household(settings.household, settings.state_dir) as opened:
                opened.copy_to(copy)
            with tarfile.open(part, "w") as archive:
                _put(archive, NOTE, msgspec.json.encode(note))
                archive.add(copy, STORE, filter=_anonymous)
                if with_key and key is not None:
                    _put(archive, KEY, f"{read_key(secret_file(key)).secret}\n".encode())
            with part.open("rb") as written:
                os.fsync(written.fileno())
    except OSError as error:
        raise StateError(f"{file}: cannot be written ({error.strerror or error})") from error
    click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB")
    if key is not None and not with_key:
        click.echo(f"It can be read only with the key, {key}, which is not in it.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@installed_config_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, config: Path, *, yes: bool) -> None:
    """Put what FILE holds in the place of all that is kept; the service must be stopped."""
    settings = load_settings(config)
    state_dir = settings.state_dir
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in state_dir.glob(f"{_UNPACKED}*"):
            shutil.rmtree(left)  # by one that was killed: it holds all that a backup holds
        with (
            tempfile.TemporaryDirectory(dir=state_dir, prefix=_UNPACKED) as folder,
            _unpacked(file, Path(folder)) as note,
        ):
            tried = _tried(settings, Path(folder), file)
            if not yes:
                click.confirm(
                    f"Put {note.device}'s of {note.made:%Y-%m-%d %H:%M} ({tried}) in place of what"
                    f" is kept in {state_dir}?",
                    abort=True,
                )
            _put_in_place(settings, Path(folder))
    except OSError as error:
        raise StateError(f"{state_dir}: cannot be written ({error.strerror or error})") from error
    click.echo(f"{state_dir / STORE} is that of {note.made:%Y-%m-%d %H:%M}: {tried}.")


def _put(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


@contextmanager
def _unpacked(file: Path, folder: Path) -> Iterator[Note]:
    """Its parts, by their known names alone, in a folder."""
    try:
        with tarfile.open(file, "r:") as archive:
            written = _part(archive, NOTE, file).read()
            if (found := msgspec.json.decode(written, type=Form).format) != FORMAT:
                raise StateError(f"{file}: of another program (format {found}); update emoflix")
            note = msgspec.json.decode(written, type=Note)
            for name in (STORE, KEY):
                if name == STORE or name in archive.getnames():
                    (folder / name).touch(mode=0o600)
                    (folder / name).write_bytes(_part(archive, name, file).read())
    except (tarfile.TarError, ValueError, RecursionError) as error:
        raise StateError(f"{file}: is no backup of emoflix ({error})") from error
    except OSError as error:
        raise StateError(f"{file}: cannot be read ({error.strerror or error})") from error
    yield note


def _part(archive: tarfile.TarFile, name: str, file: Path) -> IO[bytes]:
    try:
        entry = archive.getmember(name)
    except KeyError as error:
        raise StateError(f"{file}: is no backup of emoflix (no {name} in it)") from error
    part = archive.extractfile(entry) if entry.isreg() else None
    if part is None or entry.size > LARGEST_BYTES:
        raise StateError(f"{file}: is no backup of emoflix ({name} is no such file)")
    return part


def _tried(settings: Settings, folder: Path, file: Path) -> str:
    """Open what was unpacked, with its own key or that of this box; what it holds, in words."""
    if (folder / KEY).exists():
        if settings.household.key_file is not None:
            raise StateError(
                f"{file}: brings a key of its own, and household.key_file names another: take that"
                " out of the configuration first"
            )
        household = settings.household
    else:
        key = key_path(settings.household, settings.state_dir)
        if key is not None and not secret_file(key).exists():
            raise StateError(f"{file}: the key is not in it, and {key} is not here")
        household = msgspec.structs.replace(settings.household, key_file=key)
    try:
        with open_household(household, folder) as store:
            counts = store.counts()
            store.be_alone()
    except StateError as error:  # nobody can look into where it was unpacked
        told = str(error).replace(str(folder / STORE), str(file)).replace(str(folder), str(file))
        raise StateError(told) from error
    return f"{counts['profile']} profiles, {counts['feedback']} answers"


def _put_in_place(settings: Settings, folder: Path) -> None:
    state_dir = settings.state_dir
    owner = state_dir.stat()
    if (state_dir / STORE).exists():
        _shut_out(settings)
    for journal in _JOURNALS:  # even where its store is gone, it would be read into the new one
        (state_dir / journal).unlink(missing_ok=True)
    for name in (KEY, STORE):  # the store comes last: with it the new state is there
        if (folder / name).exists():
            os.chown(folder / name, owner.st_uid, owner.st_gid)
            with (folder / name).open("rb") as written:
                os.fsync(written.fileno())
            (folder / name).replace(state_dir / name)


def _shut_out(settings: Settings) -> None:
    """Make sure that no service writes into the store that is about to be replaced.

    A store that cannot be opened is what a backup is for: then nobody has it open.
    """
    in_use = f"{settings.state_dir / STORE}: the service has it open; `systemctl stop emoflix`"
    try:
        store: HouseholdStore = open_household(settings.household, settings.state_dir)
    except BusyError as error:
        raise StateError(in_use) from error
    except StateError:
        return
    with store:
        try:
            store.be_alone()
        except StateError as error:
            raise StateError(in_use) from error
