"""`consent` and `camera`: what the people allow."""

from emoflix_device.handlers.desk import Desk
from emoflix_device.mqtt.requests import CameraRequest, CameraResult, ConsentRequest, ConsentResult


def consent(desk: Desk, request: ConsentRequest) -> ConsentResult:
    """Record that something is allowed, or no longer."""
    now = desk.clock.wall()
    if request.consent == "give":
        desk.household.give_consent(now, request.purpose)
    else:
        desk.household.withdraw_consent(now, request.purpose)
    desk.once_kept.append(desk.watching.follow_switches)
    return ConsentResult(given=request.consent == "give")


def camera(desk: Desk, request: CameraRequest) -> CameraResult:
    """Move the camera's switch."""
    desk.household.switch_camera(on=request.camera == "ON")
    desk.once_kept.append(desk.watching.follow_switches)
    return CameraResult(camera=desk.watching.camera_now().state)
