"""A smaller copy of a frame, for looking for faces."""

import cv2

from emoflix_device.camera.frame import Image


def reduced(luma: Image, width_px: int) -> tuple[Image, float]:
    """The picture at most `width_px` wide, and what to multiply its coordinates by."""
    height, width = luma.shape
    if width <= width_px:
        return luma, 1.0
    scale = width / width_px
    size = (width_px, max(1, round(height / scale)))
    return cv2.resize(luma, size, interpolation=cv2.INTER_AREA), scale
