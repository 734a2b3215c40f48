import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from emoflix_catalog.features.look import describe
from emoflix_device.camera.opencv import open_video_file
from emoflix_device.camera.source import bundled_clip
from emoflix_device.config import VisionSettings
from emoflix_device.picture import PictureReader
from emoflix_device.vision import quality
from emoflix_device.vision.look import open_observer

HAPPY_FRAME = 90


@pytest.fixture
def happy() -> NDArray[np.uint8]:
    clip = open_video_file(bundled_clip())
    for _ in range(HAPPY_FRAME):
        clip.grab()
    _, frame = clip.read()
    clip.release()
    return np.asarray(frame, np.uint8)


def reader() -> PictureReader:
    return PictureReader(lambda: open_observer(VisionSettings()), describe)


def png(picture: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def test_a_face_is_read_and_gives_the_mood(happy: NDArray[np.uint8]) -> None:
    reading = reader().read(png(happy))
    assert [face.expression for face in reading.faces] == ["happy"]
    assert reading.mood is not None
    assert reading.mood.label == "happy"


def test_a_face_too_poor_to_be_read_is_not_told_and_says_nothing_of_the_mood(
    happy: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    dim = (happy * 0.3).astype(np.uint8)
    both = png(np.hstack([happy, dim]))
    assert len(reader().read(both).faces) == 2

    monkeypatch.setattr(quality, "LEAST", 0.8)  # between the two
    reading = reader().read(both)
    assert [face.expression for face in reading.faces] == ["happy"]
    assert reading.mood is not None
    assert reading.mood.label == "happy"
    alone = reader().read(png(dim))
    assert (alone.faces, alone.mood) == ((), None)
