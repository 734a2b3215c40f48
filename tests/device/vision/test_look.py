from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from emoflix_device.camera.frame import Frame, Image
from emoflix_device.camera.source import bundled_clip
from emoflix_device.config import VisionSettings
from emoflix_device.vision.crop import MARGINS, crop_face
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


def test_a_followed_face_is_read_in_the_mirror_every_other_time() -> None:
    video = cv2.VideoCapture(str(bundled_clip()))
    luma = np.asarray(cv2.cvtColor(video.read()[1], cv2.COLOR_BGR2GRAY))
    video.release()
    observer = open_observer(VisionSettings(), detect_every=5)
    for number, brighter in enumerate((0, 20, 0, 20)):
        image = cv2.add(luma, brighter)
        (read,) = observer.observe(Frame(image, number / 5, number)).faces
        crop = crop_face(image, read.face, MARGINS["haar"], observer.model.card.input)
        seen = crop[:, ::-1] if number % 2 else crop
        assert np.array_equal(read.logits, observer.model.logits(seen[None])[0])
        assert not np.array_equal(read.logits, observer.model.logits(seen[None, :, ::-1])[0])


def test_who_comes_after_the_faces_were_forgotten_is_somebody_new() -> None:
    video = cv2.VideoCapture(str(bundled_clip()))
    frame = Frame(np.asarray(cv2.cvtColor(video.read()[1], cv2.COLOR_BGR2GRAY)), 0.0, 0)
    video.release()
    observer = open_observer(VisionSettings(), detect_every=5)
    (before,) = observer.observe(frame).faces
    assert observer.observe(frame).faces[0].face.track == before.face.track
    observer.forget()
    assert observer.observe(frame).faces[0].face.track != before.face.track


def test_a_picture_is_read_as_it_is_whatever_was_read_before(
    observer: Observer, crying_then_smiling: list[Image]
) -> None:
    frame = Frame(crying_then_smiling[0], 0.0, 0)
    first, second = (observer.observe(frame).faces[0] for _ in range(2))
    assert np.array_equal(first.logits, second.logits)
