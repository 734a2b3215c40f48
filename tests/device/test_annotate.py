import dataclasses

import numpy as np
import pytest

from emoflix_device.annotate import annotated
from emoflix_device.vision.faces import Face
from emoflix_device.vision.look import ReadFace

GREY = 120


def face_at(x: float, y: float, size: float) -> ReadFace:
    shares = np.array([0.05, 0.05, 0.05, 0.6, 0.1, 0.05, 0.1], np.float32)
    return ReadFace(Face(x, y, size, size), np.log(shares), shares)


def changed(image: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    return (image != drawn).any(axis=2)


@pytest.mark.parametrize("size", [(240, 320), (1080, 1920), (1920, 1080), (40, 30), (1, 1)])
def test_pictures_of_any_size_keep_it(size: tuple[int, int]) -> None:
    image = np.full((*size, 3), GREY, np.uint8)
    drawn = annotated(image, [face_at(size[1] * 0.3, size[0] * 0.3, size[0] * 0.4)], "happy")
    assert drawn.shape == image.shape
    assert (image == GREY).all(), "the picture itself is left as it was"
    assert changed(image, drawn).any()


def test_the_face_itself_stays_free() -> None:
    image = np.full((480, 640, 3), GREY, np.uint8)
    drawn = annotated(image, [face_at(200, 150, 160)], "happy")
    assert not changed(image, drawn)[160:300, 210:350].any()


@pytest.mark.parametrize("x", [-50, 0, 420, 560])
def test_the_bars_stay_inside_the_picture_and_off_the_face(x: float) -> None:
    image = np.full((480, 640, 3), GREY, np.uint8)
    drawn = changed(image, annotated(image, [face_at(x, 100, 160)]))
    face = np.zeros_like(drawn)
    face[95:265, max(0, int(x) - 5) : int(x) + 165] = True
    width, height = 128, 110  # of the panel at this size
    assert drawn[~face].sum() > 0.9 * width * height


def test_many_faces_have_each_its_own_place() -> None:
    image = np.full((480, 640, 3), GREY, np.uint8)
    faces = [
        face_at(20 + 100 * column, 40 + 150 * row, 60) for column in range(6) for row in range(3)
    ]
    drawn = changed(image, annotated(image, faces))
    for read in faces:
        x, y = int(read.face.x_px), int(read.face.y_px)
        assert not drawn[y + 5 : y + 55, x + 5 : x + 55].any()


def test_a_face_too_poor_to_be_read_gets_its_box_and_nothing_else() -> None:
    image = np.full((480, 640, 3), GREY, np.uint8)
    unread = dataclasses.replace(face_at(250, 150, 160), quality=0.0)
    everything = changed(image, annotated(image, [face_at(250, 150, 160)]))
    box = changed(image, annotated(image, [unread]))
    assert box.any()
    assert box.sum() < everything.sum() / 3
    assert not box[:, 420:].any()


def test_without_faces_and_mood_nothing_is_drawn() -> None:
    image = np.full((48, 64, 3), GREY, np.uint8)
    assert not changed(image, annotated(image, [])).any()


def test_a_longer_bar_is_a_higher_probability() -> None:
    image = np.zeros((480, 640, 3), np.uint8)

    def bar_pixels(share: float) -> int:
        shares = np.array([0, 0, 0, share, 0, 0, 1 - share], np.float32)
        read = ReadFace(Face(250, 150, 160, 160), shares, shares)
        drawn = annotated(image, [read])
        yellow = (drawn == (60, 205, 250)).all(axis=2)
        return int(yellow[:, 420:].sum())

    assert bar_pixels(0.4) == pytest.approx(2 * bar_pixels(0.2), rel=0.2)
    assert bar_pixels(0.0) == 0
