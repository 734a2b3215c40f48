from pathlib import Path

import cv2
import numpy as np
import pytest

from emoflix_device.camera.frame import Image
from emoflix_device.config import VisionSettings
from emoflix_device.vision.faces import Detector, Face, open_detector
from emoflix_device.vision.track import TrackingDetector


class Counting:
    """Counts how often the detector inside was asked."""

    def __init__(self, detector: Detector) -> None:
        self.detector = detector
        self.asked = 0

    @property
    def name(self) -> str:
        return self.detector.name

    def detect(self, luma: Image) -> list[Face]:
        self.asked += 1
        return self.detector.detect(luma)


class Spots:
    """Finds bright squares of 40 px, so that a test can place its faces exactly."""

    name = "haar"

    def detect(self, luma: Image) -> list[Face]:
        outlines, _ = cv2.findContours(
            (luma > 200).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
        )
        boxes = [cv2.boundingRect(outline) for outline in outlines]
        return [Face(float(x - 10), float(y - 10), 60.0, 60.0) for x, y, _, _ in sorted(boxes)]


def spots(*places: tuple[int, int]) -> Image:
    luma = np.full((240, 320), 50, np.uint8)
    for x, y in places:
        luma[y : y + 40, x : x + 40] = 250
    return luma


@pytest.fixture
def yunet(yunet_file: Path) -> Counting:
    return Counting(open_detector(VisionSettings(yunet_model=yunet_file)))


def test_a_real_face_is_followed_where_a_detector_would_find_it(
    yunet: Counting, crying_then_smiling: list[Image]
) -> None:
    tracking = TrackingDetector(yunet, every=5)
    overlaps = []
    for frame in crying_then_smiling:
        (face,) = tracking.detect(frame)
        overlaps.append(face.overlap(yunet.detector.detect(frame)[0]))
    assert yunet.asked < len(crying_then_smiling) / 3
    assert np.median(overlaps) > 0.8
    assert min(overlaps) > 0.5


def test_landmarks_move_with_the_face(yunet: Counting, crying_then_smiling: list[Image]) -> None:
    frame = crying_then_smiling[0]
    tracking = TrackingDetector(yunet, every=5)
    (before,) = tracking.detect(frame)
    (after,) = tracking.detect(np.roll(frame, 48, axis=1))
    assert yunet.asked == 1
    assert before.landmarks is not None
    assert after.landmarks is not None
    moved = after.landmarks - before.landmarks
    assert moved[:, 0] == pytest.approx(48, abs=8)
    assert moved[:, 1] == pytest.approx(0, abs=8)


def test_the_whole_picture_is_looked_at_every_few_frames() -> None:
    counting = Counting(Spots())
    tracking = TrackingDetector(counting, every=3)
    for step in range(9):
        tracking.detect(spots((50 + 2 * step, 60)))
    assert counting.asked == 3


def test_a_face_that_is_lost_is_looked_for_at_once() -> None:
    counting = Counting(Spots())
    tracking = TrackingDetector(counting, every=100)
    tracking.detect(spots((50, 60)))
    assert tracking.detect(spots()) == []
    assert counting.asked == 2


def test_a_face_that_jumps_is_found_again_at_once() -> None:
    tracking = TrackingDetector(Spots(), every=100)
    tracking.detect(spots((20, 60)))
    (face,) = tracking.detect(spots((220, 100)))
    assert face.centre == (240.0, 120.0)


def test_an_empty_room_is_looked_at_in_every_frame() -> None:
    counting = Counting(Spots())
    tracking = TrackingDetector(counting, every=100)
    tracking.detect(spots())
    tracking.detect(spots())
    assert len(tracking.detect(spots((50, 60)))) == 1
    assert counting.asked == 3


def test_faces_keep_their_numbers_while_they_move() -> None:
    tracking = TrackingDetector(Spots(), every=2)
    for step in range(10):
        faces = tracking.detect(spots((20 + 6 * step, 60), (220 - 6 * step, 160)))
        by_height = sorted(faces, key=lambda face: face.y_px)
        assert [face.track for face in by_height] == [1, 2]
        assert by_height[0].centre[0] == pytest.approx(40 + 6 * step, abs=3)
        assert by_height[1].centre[0] == pytest.approx(240 - 6 * step, abs=3)


def test_somebody_who_comes_in_gets_a_number_of_their_own() -> None:
    tracking = TrackingDetector(Spots(), every=1)
    assert [face.track for face in tracking.detect(spots((20, 60)))] == [1]
    assert [face.track for face in tracking.detect(spots((20, 60), (220, 60)))] == [1, 2]
    assert [face.track for face in tracking.detect(spots((220, 60)))] == [2]
    assert [face.track for face in tracking.detect(spots((20, 60), (220, 60)))] == [3, 2]


def test_a_frame_of_another_size_is_looked_at_anew() -> None:
    counting = Counting(Spots())
    tracking = TrackingDetector(counting, every=100)
    tracking.detect(spots((50, 60)))
    (face,) = tracking.detect(spots((50, 60))[:200])
    assert counting.asked == 2
    assert face.track == 1


def test_a_picture_without_any_structure_is_no_trouble() -> None:
    class Everywhere:
        name = "haar"

        def detect(self, _: Image) -> list[Face]:
            return [Face(50.0, 50.0, 60.0, 60.0), Face(-500.0, -500.0, 3.0, 3.0)]

    tracking = TrackingDetector(Everywhere(), every=5)
    for _ in range(3):
        assert len(tracking.detect(np.full((240, 320), 90, np.uint8))) == 2
