"""What each command does: one function a command, found by the type of its request."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from emoflix_device.handlers.desk import Desk
from emoflix_device.handlers.later import Later
from emoflix_device.handlers.preferences import preferences
from emoflix_device.handlers.recommend import recommend
from emoflix_device.handlers.switches import camera, consent
from emoflix_device.mqtt.messages import (
    CameraRequest,
    ConsentRequest,
    PreferencesRequest,
    RecommendRequest,
    Request,
)

Handler = Callable[[Desk, Any], msgspec.Struct | Later[Any]]
"""Carries a request out and gives its result; or refuses it by a `RefusedError`."""

HANDLERS: Final[Mapping[type[Request], Handler]] = {
    CameraRequest: camera,
    ConsentRequest: consent,
    PreferencesRequest: preferences,
    RecommendRequest: recommend,
}

__all__ = ["HANDLERS", "Desk", "Handler", "Later"]
