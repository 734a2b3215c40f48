"""Who watches, and what they said: consent, the camera's switch, preferences."""

from emoflix_device.household.preferences import Preferences
from emoflix_device.household.store import HouseholdStore

__all__ = ["HouseholdStore", "Preferences"]
