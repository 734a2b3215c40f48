from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.camera.frame import Frame, Image
from emoflix_device.config import VisionSettings
from emoflix_device.vision.card import CardInput
from emoflix_device.vision.crop import MARGINS, crop_face
from emoflix_device.vision.faces import Face, open_detector
from emoflix_device.vision.look import Observer, open_observer
from emoflix_device.vision.quality import FAINT, Quality, cleared, quality_of, turn_of

CLEAR = Quality(side_px=60, grain=0.5, contrast=50, turn=0)


@pytest.fixture(scope="session")
def crop(crying_then_smiling: list[Image], yunet_file: Path) -> Image:
    """A real face, 290 px high in its frame."""
    frame = crying_then_smiling[-1]
    (face,) = open_detector(VisionSettings(yunet_model=yunet_file)).detect(frame)
    return crop_face(frame, face, MARGINS["yunet"], CardInput(size_px=44, crop_of_48=44))


def share(crop: Image, side_px: float = 290) -> float:
    return quality_of(crop, side_px, None).share


def landmarks(nose_x: float) -> np.ndarray:
    return np.array([[-10, 0], [10, 0], [nose_x, 12], [-8, 25], [8, 25]], np.float32)


def test_a_real_face_close_by_is_clear(crop: Image) -> None:
    assert share(crop) > 0.9


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda crop: cv2.GaussianBlur(crop, (0, 0), 3),
        lambda crop: (crop * 0.06).astype(np.uint8),
        lambda crop: np.full_like(crop, 128),
        lambda crop: np.random.default_rng(1).integers(0, 256, crop.shape).astype(np.uint8),
    ],
    ids=["blurred", "dark", "plain", "noise"],
)
def test_a_spoiled_face_is_too_poor_to_be_read(
    crop: Image, spoiled: Callable[[Image], Image]
) -> None:
    assert not quality_of(spoiled(crop), 290, None).readable


def test_a_face_of_eight_pixels_is_too_small_and_one_of_eighteen_is_not(crop: Image) -> None:
    assert not quality_of(crop, 8, None).readable
    assert quality_of(crop, 18, None).readable


def test_a_head_turned_aside_counts_less_and_one_in_profile_not_at_all() -> None:
    frontal, half, profile = (CLEAR._replace(turn=turn_of(landmarks(x))) for x in (0, 9, 28))
    assert frontal.share == 1
    assert 0.5 < half.share < 0.8
    assert not profile.readable


def test_a_head_that_leans_is_not_turned() -> None:
    angle = np.radians(30)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    assert turn_of((landmarks(0) @ turn.T).astype(np.float32)) == pytest.approx(0, abs=1e-6)


def test_a_clear_crop_is_read_as_it_is(crop: Image) -> None:
    assert cleared(crop, quality_of(crop, 290, None)) is crop


def test_a_faint_crop_gets_its_greys_back(crop: Image) -> None:
    faint = (crop * 0.2 + 10).astype(np.uint8)
    quality = quality_of(faint, 290, None)
    assert quality.contrast < FAINT
    again = cleared(faint, quality)
    assert again.std() > 3 * faint.std()
    assert np.corrcoef(again.ravel(), crop.ravel())[0, 1] > 0.95


@given(
    st.builds(
        Quality,
        side_px=st.floats(0, 5000),
        grain=st.floats(0, 20),
        contrast=st.floats(0, 128),
        turn=st.floats(0, allow_infinity=True),
    )
)
def test_the_share_is_one_and_the_worst_measure_decides(quality: Quality) -> None:
    assert 0 <= quality.share <= 1
    assert quality.share <= CLEAR._replace(turn=quality.turn).share


def test_a_face_too_poor_to_be_read_is_still_somebody(
    model_with_card: Callable[..., Path], yunet_file: Path, crying_then_smiling: list[Image]
) -> None:
    settings = VisionSettings(yunet_model=yunet_file, expression_model=model_with_card())
    observer = open_observer(settings)
    clear = crying_then_smiling[-1]
    found = observer.detector.detect(clear)
    observer.detector = SameFaces(found)
    blurred = cv2.GaussianBlur(clear, (0, 0), found[0].width_px / 12)
    (face,) = observer.observe(Frame(np.asarray(blurred), 0.0, 0)).faces
    assert face.quality == 0
    assert (face.probabilities == face.probabilities[0]).all()


class SameFaces:
    """Finds what was found before."""

    name = "yunet"

    def __init__(self, faces: list[Face]) -> None:
        self.faces = faces

    def detect(self, _: Image) -> list[Face]:
        return self.faces


class CountingModel:
    """Counts how often the model inside is asked."""

    def __init__(self, observer: Observer) -> None:
        self.model = observer.model
        self.card = observer.model.card
        self.asked = 0

    def logits(self, crops: Image) -> np.ndarray:
        self.asked += 1
        return self.model.logits(crops)


def test_a_face_that_has_not_changed_is_not_read_again(
    model_with_card: Callable[..., Path], yunet_file: Path, crying_then_smiling: list[Image]
) -> None:
    settings = VisionSettings(yunet_model=yunet_file, expression_model=model_with_card())
    observer = open_observer(settings, detect_every=5)
    observer.model = counting = CountingModel(observer)  # type: ignore[assignment]
    first, last = crying_then_smiling[0], crying_then_smiling[-1]
    answers = [observer.observe(Frame(first, 0.1 * n, n)).faces[0] for n in range(4)]
    assert counting.asked == 1
    assert all((answer.logits == answers[0].logits).all() for answer in answers)
    observer.observe(Frame(last, 0.5, 5))
    assert counting.asked == 2
