"""Who watches, and what they said: consent, profiles, feedback, and what was shown to them."""

from emoflix_device.household.answers import RequestKey
from emoflix_device.household.errors import HouseholdError, TracesError
from emoflix_device.household.export import as_json, export_profile
from emoflix_device.household.feedback import Feedback, Said
from emoflix_device.household.learning import Offer, SlateRecord
from emoflix_device.household.opening import (
    STORE,
    encrypt_household,
    is_there,
    open_household,
)
from emoflix_device.household.preferences import Preferences
from emoflix_device.household.store import HouseholdStore
from emoflix_device.household.viewer import viewer_of

__all__ = [
    "STORE",
    "Feedback",
    "HouseholdError",
    "HouseholdStore",
    "Offer",
    "Preferences",
    "RequestKey",
    "Said",
    "SlateRecord",
    "TracesError",
    "as_json",
    "encrypt_household",
    "export_profile",
    "is_there",
    "open_household",
    "viewer_of",
]
