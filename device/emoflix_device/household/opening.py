"""Where the store is and what opens it, from the settings."""

from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta, Struct

from emoflix_device.errors import StateError
from emoflix_device.household.key import Key, make_key, read_key
from emoflix_device.household.store import HouseholdStore

STORE: Final = "household.db"
KEY: Final = "household.key"


class HouseholdSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How what the household said is kept."""

    key_file: Annotated[
        Path | None,
        Meta(
            description="file or systemd credential with the key that the store is encrypted with;"
            " where not set, one is made in the state folder"
        ),
    ] = None
    plain: Annotated[bool, Meta(description="keep the store unencrypted")] = False

    def __post_init__(self) -> None:
        """Refuse two answers to one question."""
        if self.plain and self.key_file is not None:
            raise ValueError("plain and key_file exclude each other")


def open_household(settings: HouseholdSettings, state_dir: Path) -> HouseholdStore:
    """Open the store in the state folder, and make it (and its key) where there is none yet.

    Raises:
        StateError: the store or its key cannot be used; the message says which, and what to do.
    """
    return HouseholdStore(state_dir / STORE, household_key(settings, state_dir))


def household_key(settings: HouseholdSettings, state_dir: Path) -> Key | None:
    """The key of the store; None where it is to be plain.

    Raises:
        StateError: it cannot be read, or it is gone while its store is there.
    """
    if settings.plain:
        return None
    if settings.key_file is not None:
        return read_key(settings.key_file)
    own = state_dir / KEY
    if not own.exists():
        if (state_dir / STORE).exists():
            raise StateError(
                f"{own}: the key is gone, and {state_dir / STORE} cannot be opened without it: put"
                " it back, name another as household.key_file, or say household.plain: true if the"
                " store is plain"
            )
        make_key(own)
    return read_key(own)
