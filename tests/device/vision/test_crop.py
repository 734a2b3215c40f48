import dataclasses
import gzip
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.camera.frame import Image
from emoflix_device.config import VisionSettings
from emoflix_device.vision.card import CardInput
from emoflix_device.vision.crop import MARGINS, Margin, crop_face, square, tilt_deg
from emoflix_device.vision.faces import Face, open_detector

WHOLE = CardInput(size_px=48, crop_of_48=48)
SAME = Margin(down=0.0, scale=1.0)


def gradient(height: int = 240, width: int = 320) -> Image:
    """Every pixel names its column, so that a crop shows where it was taken."""
    return np.tile(np.arange(width, dtype=np.uint8)[: width % 257], (height, 1))


def test_a_box_of_the_networks_own_size_is_taken_as_it_is() -> None:
    luma = np.random.default_rng(1).integers(0, 256, (100, 100), dtype=np.uint8)
    crop = crop_face(luma, Face(20, 30, 48, 48), SAME, WHOLE)
    np.testing.assert_array_equal(crop, luma[30:78, 20:68])


def test_a_network_of_44_of_48_pixels_sees_the_middle() -> None:
    luma = np.random.default_rng(2).integers(0, 256, (100, 100), dtype=np.uint8)
    crop = crop_face(luma, Face(20, 30, 48, 48), SAME, CardInput(size_px=44, crop_of_48=44))
    np.testing.assert_array_equal(crop, luma[32:76, 22:66])


def test_a_tall_box_gives_a_square_about_its_middle() -> None:
    luma = np.zeros((200, 200), np.uint8)
    luma[60:140, 60:140] = 255
    crop = crop_face(luma, Face(80, 60, 40, 80), SAME, WHOLE)
    assert crop.min() == 255


def test_the_margin_moves_and_scales_the_square() -> None:
    luma = np.zeros((200, 200), np.uint8)
    luma[50:110, 70:130] = 255
    crop = crop_face(luma, Face(80, 80, 40, 40), Margin(down=-0.5, scale=1.5), WHOLE)
    assert crop.min() == 255


def test_what_lies_outside_the_frame_repeats_its_border() -> None:
    luma = np.full((50, 50), 7, np.uint8)
    luma[:, 0] = 200
    crop = crop_face(luma, Face(-24, 1, 48, 48), SAME, WHOLE)
    assert (crop[:, :24] == 200).all()
    assert (crop[:, 26:] == 7).all()


@given(
    box=st.tuples(*[st.floats(-500, 900)] * 2, *[st.floats(0.5, 1200)] * 2),
    size_px=st.integers(16, 96),
)
def test_any_box_gives_a_crop_of_the_networks_size(
    box: tuple[float, float, float, float], size_px: int
) -> None:
    luma = gradient()
    crop = crop_face(luma, Face(*box), MARGINS["yunet"], CardInput(size_px, 44))
    assert crop.shape == (size_px, size_px)
    assert crop.dtype == np.uint8


@pytest.mark.parametrize("detector", ["haar", "yunet"])
def test_the_margin_brings_a_box_back_to_the_image_it_was_found_in(
    shared: Path, yunet_file: Path, detector: str
) -> None:
    """A face of FER2013 on a plain ground: the square cut around its box is that image again."""
    found = open_detector(VisionSettings(yunet_model=yunet_file if detector == "yunet" else None))
    margin = MARGINS[detector]
    sides, lefts, tops = [], [], []
    for image in fer_images(shared, count=60):
        canvas = np.full((240, 320), np.median(image[[0, -1]]), np.uint8)
        canvas[60:180, 100:220] = cv2.resize(image, (120, 120), interpolation=cv2.INTER_CUBIC)
        for face in found.detect(canvas)[:1]:
            side = face.height_px * margin.scale
            sides.append(side / 120)
            lefts.append((face.x_px + face.width_px / 2 - 160) / 120)
            tops.append((face.y_px + face.height_px * (0.5 + margin.down) - 120) / 120)
    assert len(sides) > 40
    assert np.median(sides) == pytest.approx(1, abs=0.05)
    assert np.median(lefts) == pytest.approx(0, abs=0.03)
    assert np.median(tops) == pytest.approx(0, abs=0.03)


def fer_images(shared: Path, count: int) -> list[Image]:
    """Images from the training rows, spread over the first part of the file."""
    with gzip.open(shared / "data" / "fer" / "fer2013.csv.gz", "rt", encoding="ascii") as rows:
        lines = list(islice(rows, 1, 1 + 4 * count, 4))
    pixels = [line.split(",")[1].split() for line in lines if line.rstrip().endswith("Training")]
    return [np.array(values, np.uint8).reshape(48, 48) for values in pixels]


@given(
    lean_deg=st.floats(-60, 60),
    size_px=st.floats(10, 500),
    place=st.tuples(st.floats(-100, 1000), st.floats(-100, 1000)),
)
def test_the_lean_is_the_turn_of_the_landmarks_whatever_their_place_and_size(
    lean_deg: float, size_px: float, place: tuple[float, float]
) -> None:
    upright = np.array(
        [[-0.186, -0.115], [0.178, -0.119], [-0.01, 0.08], [-0.16, 0.25], [0.15, 0.245]]
    )
    lean = np.radians(lean_deg)
    clockwise = np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])
    landmarks = (upright @ clockwise * size_px + place).astype(np.float32)
    assert tilt_deg(landmarks) == pytest.approx(lean_deg, abs=0.1)


@pytest.mark.parametrize("lean_deg", [-25, -12, 12, 25])
def test_a_head_that_leans_is_levelled(shared: Path, yunet_file: Path, lean_deg: float) -> None:
    """A frame turned clockwise by some degrees gives the crop of the frame as it was."""
    capture = cv2.VideoCapture(str(shared / "data" / "video" / "face_then_none.mov"))
    frame = cv2.cvtColor(cv2.resize(capture.read()[1], (320, 180)), cv2.COLOR_BGR2GRAY)
    capture.release()
    detector = open_detector(VisionSettings(yunet_model=yunet_file))
    (face,) = detector.detect(frame)
    turn = cv2.getRotationMatrix2D(face.centre, -lean_deg, 1.0)
    turned = cv2.warpAffine(frame, turn, (320, 180), borderMode=cv2.BORDER_REPLICATE)
    (leaning,) = detector.detect(turned)
    wanted, margin = CardInput(44, 44), MARGINS["yunet"]
    upright = crop_face(frame, face, margin, wanted)
    levelled = crop_face(turned, leaning, margin, wanted)
    as_it_is = crop_face(turned, dataclasses.replace(leaning, landmarks=None), margin, wanted)
    assert likeness(upright, levelled) > 0.8
    assert likeness(upright, levelled) > likeness(upright, as_it_is)


def likeness(first: Image, second: Image) -> float:
    """Correlation of the two crops' pixels."""
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


@given(
    left=st.integers(-200, 200),
    top=st.integers(-200, 200),
    side=st.integers(2, 150),
)
def test_a_square_anywhere_holds_the_nearest_pixels_of_the_frame(
    left: int, top: int, side: int
) -> None:
    luma = np.random.default_rng(5).integers(0, 256, (60, 80), dtype=np.uint8)
    rows = np.clip(np.arange(top, top + side), 0, 59)
    columns = np.clip(np.arange(left, left + side), 0, 79)
    cut = square(luma, left + side / 2, top + side / 2, side, side)
    np.testing.assert_array_equal(cut, luma[np.ix_(rows, columns)])
