"""Frames as no camera should give them, and rooms as no living room is."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from emoflix_device.camera.frame import Frame, Image
from emoflix_device.config import VisionSettings
from emoflix_device.vision.look import Observer, open_observer


@pytest.fixture
def observer(model_with_card: Callable[..., Path], yunet_file: Path) -> Observer:
    """As in the service: faces are followed between detections."""
    settings = VisionSettings(yunet_model=yunet_file, expression_model=model_with_card())
    return open_observer(settings, detect_every=5)


@pytest.fixture
def portrait(crying_then_smiling: list[Image]) -> Image:
    return crying_then_smiling[-1]


def sized(image: Image, width: int, height: int) -> Image:
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))


def test_frames_may_change_their_size_at_any_time(observer: Observer, portrait: Image) -> None:
    sizes = [(640, 360), (640, 360), (1280, 720), (1, 1), (320, 180), (180, 320), (640, 360)]
    for number, (width, height) in enumerate(sizes):
        seen = observer.observe(Frame(sized(portrait, width, height), number / 10, number))
        if width > height:
            (face,) = seen.faces
            assert face.face.height_px == pytest.approx(0.77 * height, rel=0.15)


def test_a_frame_of_eight_thousand_pixels_shows_its_face(
    observer: Observer, portrait: Image
) -> None:
    large = cv2.resize(portrait, (7680, 4320), interpolation=cv2.INTER_LINEAR)
    (face,) = observer.observe(Frame(np.asarray(large), 0.0, 0)).faces
    assert face.face.height_px > 2500


def test_a_frame_that_is_a_view_into_another_is_read_as_well(
    observer: Observer, portrait: Image
) -> None:
    wide = np.repeat(portrait, 2, axis=1)[:, ::2]
    assert not wide.flags["C_CONTIGUOUS"]
    assert len(observer.observe(Frame(wide, 0.0, 0)).faces) == 1


def test_fifty_faces_at_once_are_all_read_and_all_followed(
    observer: Observer, portrait: Image
) -> None:
    face = sized(portrait[40:360, 290:610], 100, 100)
    crowd = np.full((720, 1280), 110, np.uint8)
    for row in range(5):
        for column in range(10):
            y, x = 20 + 138 * row, 14 + 126 * column
            crowd[y : y + 100, x : x + 100] = face
    first, second = (observer.observe(Frame(crowd, number / 10, number)) for number in range(2))
    assert len(first.faces) == len(second.faces) == 50
    assert len({read.face.track for read in second.faces}) == 50
    assert all(read.quality > 0 for read in second.faces)
