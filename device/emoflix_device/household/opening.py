"""Where the store is and what opens it, from the settings."""

import os
from pathlib import Path
from typing import Final

from emoflix_device.config import HouseholdSettings
from emoflix_device.credentials import secret_file
from emoflix_device.errors import StateError
from emoflix_device.household.encrypt import encrypt
from emoflix_device.household.key import Key, make_key, read_key
from emoflix_device.household.store import HouseholdStore

STORE: Final = "household.db"
KEY: Final = "household.key"


def open_household(settings: HouseholdSettings, state_dir: Path) -> HouseholdStore:
    """Open the store in the state folder, and make it (and its key) where there is none yet.

    Raises:
        StateError: the store or its key cannot be used; the message says which, and what to do.
    """
    return HouseholdStore(state_dir / STORE, household_key(settings, state_dir))


def encrypt_household(settings: HouseholdSettings, state_dir: Path) -> Path:
    """Encrypt the plain store in the state folder.

    Returns:
        Where the key is; it is made anew where none is named and there is none yet.

    Raises:
        StateError: the settings ask for a plain store, the key cannot be used, or there is no plain
            store that could be encrypted now.
    """
    file = key_path(settings, state_dir)
    if file is None:
        raise StateError("household.plain: is true; take it out and name a key_file, or none")
    if settings.key_file is None and not is_there(file):
        make_key(file)
        if os.geteuid() == 0:
            owner = state_dir.stat()
            os.chown(file, owner.st_uid, owner.st_gid)
    encrypt(state_dir / STORE, read_key(file))
    return file


def household_key(settings: HouseholdSettings, state_dir: Path) -> Key | None:
    """The key of the store; None where it is to be plain.

    Raises:
        StateError: it cannot be read, or it is gone while its store is there.
    """
    file, store = key_path(settings, state_dir), state_dir / STORE
    if file is None:
        return None
    if settings.key_file is None and not is_there(file):
        if store.exists():
            raise StateError(
                f"{file}: is gone, and {store} is not opened without it: put it back, or name"
                " another key as household.key_file; a plain store is encrypted by `emoflix profile"
                " encrypt`"
            )
        make_key(file)
    return read_key(secret_file(file))


def is_there(file: Path) -> bool:
    """Whether the state folder has a file.

    Raises:
        StateError: this user may not look into the folder, which is its owner's alone.
    """
    try:
        return file.exists()
    except PermissionError as error:
        raise StateError(
            f"{file.parent}: this user may not look into it: run the command as its owner or root"
        ) from error


def key_path(settings: HouseholdSettings, state_dir: Path) -> Path | None:
    """Where the key is or will be; None where the store is to be plain."""
    return None if settings.plain else settings.key_file or state_dir / KEY
