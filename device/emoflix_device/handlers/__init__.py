"""What each command does: one function a command, found by the type of its request."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from emoflix_device.handlers.analyze import analyze
from emoflix_device.handlers.correct_mood import correct_mood
from emoflix_device.handlers.desk import Desk
from emoflix_device.handlers.feedback import feedback
from emoflix_device.handlers.history import history
from emoflix_device.handlers.later import Later
from emoflix_device.handlers.play import play
from emoflix_device.handlers.preferences import preferences
from emoflix_device.handlers.profile import profile
from emoflix_device.handlers.recommend import recommend
from emoflix_device.handlers.search import search
from emoflix_device.handlers.switches import camera, consent
from emoflix_device.mqtt import requests, viewer_requests
from emoflix_device.mqtt.requests import Request

Handler = Callable[[Desk, Any], msgspec.Struct | Later[Any]]
"""Carries a request out and gives its result; or refuses it by a `RefusedError`."""

HANDLERS: Final[Mapping[type[Request], Handler]] = {
    requests.AnalyzeRequest: analyze,
    requests.CameraRequest: camera,
    requests.ConsentRequest: consent,
    viewer_requests.CorrectMoodRequest: correct_mood,
    viewer_requests.FeedbackRequest: feedback,
    viewer_requests.HistoryRequest: history,
    requests.PlayRequest: play,
    viewer_requests.PreferencesRequest: preferences,
    viewer_requests.ProfileRequest: profile,
    requests.RecommendRequest: recommend,
    requests.SearchRequest: search,
}

__all__ = ["HANDLERS", "Desk", "Handler", "Later"]
