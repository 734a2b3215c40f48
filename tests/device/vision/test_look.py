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
    return open_observer(VisionSettings(yunet_model=yunet_file, expression_model=model_with_card()))


def test_a_frame_with_a_face_is_read(observer: Observer, crying_then_smiling: list[Image]) -> None:
    frame = Frame(crying_then_smiling[0], taken_at_s=12.5, number=3)
    seen = observer.observe(frame)
    assert seen.taken_at_s == 12.5
    (face,) = seen.faces
    assert face.logits.shape == face.probabilities.shape == (7,)
    assert face.probabilities.sum() == pytest.approx(1)
    assert seen.detect_ms > 0
    assert seen.expression_ms > 0


def test_several_faces_are_read_largest_first(
    observer: Observer, crying_then_smiling: list[Image]
) -> None:
    face = crying_then_smiling[-1][60:350, 300:620]
    luma = np.full((360, 640), 128, np.uint8)
    luma[20:310, 10:330] = face
    luma[100:245, 400:560] = cv2.resize(face, (160, 145), interpolation=cv2.INTER_AREA)
    seen = observer.observe(Frame(luma, 0.0, 0))
    assert len(seen.faces) == 2
    assert seen.faces[0].face.width_px > seen.faces[1].face.width_px


def test_an_empty_room_is_seen_as_such(observer: Observer) -> None:
    seen = observer.observe(Frame(np.zeros((240, 320), np.uint8), 0.0, 0))
    assert seen.faces == ()
    assert seen.light == "dark"


def test_followed_faces_are_read_as_well(
    model_with_card: Callable[..., Path], yunet_file: Path, crying_then_smiling: list[Image]
) -> None:
    settings = VisionSettings(yunet_model=yunet_file, expression_model=model_with_card())
    observer = open_observer(settings, detect_every=5)
    for number, frame in enumerate(crying_then_smiling[:4]):
        (face,) = observer.observe(Frame(frame, number / 2, number)).faces
        assert face.face.track == 1
        assert face.probabilities.sum() == pytest.approx(1)
