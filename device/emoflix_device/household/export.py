"""All that is kept of a profile, as one JSON document a person can read and take away."""

import datetime as dt
from typing import Any, Final

import msgspec
from msgspec import Struct

from emoflix_device.household.answers import KeptAnswer
from emoflix_device.household.feedback import Said
from emoflix_device.household.learning import SlateRecord
from emoflix_device.household.preferences import Preferences
from emoflix_device.household.store import Consent, HouseholdStore

VERSION: Final = 1


class Export(Struct, frozen=True, kw_only=True):
    """One profile, and what is kept of the household it belongs to."""

    version: int
    """Of this form."""
    profile: str
    exported_at: dt.datetime
    selected: bool
    preferences: Preferences | None
    feedback: tuple[Said, ...]
    """Imported first, then in the order in which it was said; times by the device's clock."""
    slates: tuple[SlateRecord, ...]
    learned: dict[str, Any]
    answers: tuple[KeptAnswer, ...]
    consents: tuple[Consent, ...]
    """Of the whole household."""
    camera_wanted: bool


def export_profile(store: HouseholdStore, profile: str, at: dt.datetime) -> Export:
    """Gather it.

    Raises:
        HouseholdError: There is no such profile.
        StateError: The store cannot be read.
    """
    with store.transaction():  # as of one moment
        name = store.profiles.named(profile)
        return Export(
            version=VERSION,
            profile=name,
            exported_at=at,
            selected=store.profiles.selected == name,
            preferences=store.profiles.preferences(profile),
            feedback=store.history.of(profile),
            slates=store.slates.of(profile),
            learned=store.profiles.learned(profile),
            answers=store.answers.of(profile),
            consents=store.consents(),
            camera_wanted=store.camera_wanted,
        )


def as_json(export: Export) -> bytes:
    """The document."""
    return msgspec.json.format(msgspec.json.encode(export), indent=2) + b"\n"
