"""`correct_mood`: "I look sad, but I am not"."""

from emoflix_device.errors import RefusedError
from emoflix_device.handlers.desk import Desk
from emoflix_device.mqtt.viewer_requests import CorrectMoodRequest, CorrectMoodResult


def correct_mood(desk: Desk, request: CorrectMoodRequest) -> CorrectMoodResult:
    """Learn from the face that was just seen, which must have been alone."""
    logits = desk.watching.shown_lately()
    if logits is None:
        raise RefusedError("shown", "cannot be corrected now: one face has to be seen, alone")
    profile = desk.people.named(request.profile)
    calibration = desk.people.calibration(profile).learn(logits, request.actual)
    desk.people.correct(profile, calibration)
    return CorrectMoodResult(corrections=len(calibration.corrections))
