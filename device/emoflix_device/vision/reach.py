"""How wide the copy must be on which faces are looked for, so that those far away are found."""

import math
from typing import Final

from emoflix_device.config import CameraSettings, VisionSettings

FACE_M: Final = 0.16
"""The width of a face as detectors draw it."""

LEAST_FACE_PX: Final = {"yunet": 20.0, "haar": 26.0}
"""Faces of this width are still found well; docs/perception.md has the table."""

STEP_PX: Final = 32
"""YuNet works in blocks of so many pixels: a width between two costs as much as the next."""


def copy_width_px(vision: VisionSettings, camera: CameraSettings) -> int:
    """The width of a reduced copy in which a face at `vision.farthest_m` is large enough.

    A lens that sees `camera.lens_deg` across the sensor's width shows a thing of b metres at d
    metres on b / d * width / (2 tan(lens / 2)) pixels (a pinhole's projection).
    """
    least_px = LEAST_FACE_PX["haar" if vision.yunet_model is None else "yunet"]
    across = 2 * math.tan(math.radians(camera.lens_deg / 2))
    width_px = least_px * vision.farthest_m / FACE_M * across
    if camera.rotation_deg in {90, 270}:
        # The frame is upright: its width is the sensor's height.
        width_px *= camera.height_px / camera.width_px
    return math.ceil(width_px / STEP_PX) * STEP_PX
