from pathlib import Path

import numpy as np
import pytest

from emoflix_device.camera.frame import Image
from emoflix_device.config import VisionSettings
from emoflix_device.errors import ModelError
from emoflix_device.vision.faces import Detector, open_detector


@pytest.fixture(params=["haar", "yunet"])
def detector(request: pytest.FixtureRequest) -> Detector:
    if request.param == "haar":
        return open_detector(VisionSettings(), width_px=320)
    settings = VisionSettings(yunet_model=request.getfixturevalue("yunet_file"))
    return open_detector(settings, width_px=320)


def test_the_face_of_a_real_video_is_found_in_nearly_every_frame(
    detector: Detector, crying_then_smiling: list[Image]
) -> None:
    seen = [bool(detector.detect(frame)) for frame in crying_then_smiling]
    assert np.mean(seen) > 0.95


def test_boxes_are_in_pixels_of_the_full_frame(
    detector: Detector, crying_then_smiling: list[Image]
) -> None:
    frame = crying_then_smiling[-1]
    face = detector.detect(frame)[0]
    # She fills the right half of the picture, from a fifth of its height downwards.
    assert 300 < face.x_px + face.width_px / 2 < 640
    assert 200 < face.height_px < 330


def test_the_same_face_is_found_at_any_frame_size(
    detector: Detector, crying_then_smiling: list[Image]
) -> None:
    small = crying_then_smiling[-1]
    large = np.kron(small, np.ones((2, 2), np.uint8))
    face, twice = detector.detect(small)[0], detector.detect(large)[0]
    assert twice.x_px == pytest.approx(2 * face.x_px, abs=16)
    assert twice.height_px == pytest.approx(2 * face.height_px, rel=0.1)


def test_an_empty_room_has_no_faces(detector: Detector) -> None:
    assert detector.detect(np.full((480, 640), 90, np.uint8)) == []


def test_a_frame_of_eight_thousand_pixels_is_no_trouble(detector: Detector) -> None:
    assert detector.detect(np.zeros((4320, 7680), np.uint8)) == []


@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (300, 7), (32, 32)])
def test_frames_of_odd_sizes_are_no_trouble(detector: Detector, shape: tuple[int, int]) -> None:
    for _ in range(20):
        assert detector.detect(np.zeros(shape, np.uint8)) == []


def test_yunet_names_the_landmarks_as_the_person_has_them(
    yunet_file: Path, crying_then_smiling: list[Image]
) -> None:
    face = open_detector(VisionSettings(yunet_model=yunet_file)).detect(crying_then_smiling[-1])[0]
    assert face.landmarks is not None
    right_eye, left_eye, nose, right_mouth, left_mouth = face.landmarks
    assert right_eye[0] < left_eye[0]
    assert right_mouth[0] < left_mouth[0]
    assert max(right_eye[1], left_eye[1]) < nose[1] < min(right_mouth[1], left_mouth[1])


@pytest.mark.parametrize("content", [b"", b"hello", b"\x08\x07" * 500])
def test_a_file_that_is_not_yunet_is_refused_with_the_way_out(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "yunet.onnx"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"yunet\.onnx: not a YuNet model.*fetch-models"):
        open_detector(VisionSettings(yunet_model=file))


def test_a_truncated_yunet_is_refused(tmp_path: Path, yunet_file: Path) -> None:
    file = tmp_path / "yunet.onnx"
    file.write_bytes(yunet_file.read_bytes()[:100_000])
    with pytest.raises(ModelError, match=r"yunet\.onnx: not a YuNet model"):
        open_detector(VisionSettings(yunet_model=file))


def test_a_missing_yunet_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.onnx: no such file; `emoflix fetch-models`"):
        open_detector(VisionSettings(yunet_model=tmp_path / "nowhere.onnx"))
