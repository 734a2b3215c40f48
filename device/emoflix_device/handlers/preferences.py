"""`preferences`: what a profile asks of every slate."""

import msgspec

from emoflix_device.handlers.desk import Desk
from emoflix_device.mqtt.viewer_requests import PreferencesRequest, PreferencesResult


def preferences(desk: Desk, request: PreferencesRequest) -> PreferencesResult:
    """Set what is given, keep the rest, and tell all of it."""
    profile = desk.people.current
    wishes = desk.people.preferences(profile)
    if changes := request.given():
        wishes = msgspec.structs.replace(wishes, **changes)
        desk.household.save_preferences(profile, wishes)
    return PreferencesResult(**msgspec.structs.asdict(wishes))
