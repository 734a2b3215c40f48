import numpy as np
import pytest

from emoflix_device.camera.frame import Frame, Image
from emoflix_device.camera.frozen import FROZEN_S, Unfrozen
from emoflix_device.camera.source import open_source
from emoflix_device.config import CameraSettings
from emoflix_device.errors import CameraError

PICTURE = np.random.default_rng(1).integers(0, 256, (72, 128)).astype(np.uint8)


class Camera:
    """Gives these pictures, one a second."""

    period_s = 1.0

    def __init__(self, *pictures: Image) -> None:
        self.pictures = list(pictures)
        self.number = 0
        self.skipped = 0
        self.closed = False

    def read(self) -> Frame:
        self.number += 1
        return Frame(self.pictures.pop(0), float(self.number), self.number)

    def skip(self) -> None:
        self.skipped += 1

    def close(self) -> None:
        self.closed = True

    def describe(self) -> str:
        return "/dev/video7"


def read_all(*pictures: Image) -> None:
    source = Unfrozen(Camera(*pictures))
    for _ in pictures:
        source.read()


def test_the_same_picture_for_ever_is_a_camera_that_hangs() -> None:
    with pytest.raises(CameraError, match=r"/dev/video7: the same picture for 10 s; the camera"):
        read_all(*[PICTURE] * 12)


def test_the_same_picture_for_a_while_is_none() -> None:
    still = [PICTURE] * int(FROZEN_S)
    read_all(*still, PICTURE ^ 1, *still)


def test_a_still_room_has_noise_in_it() -> None:
    noise = np.random.default_rng(2)
    read_all(*(PICTURE ^ noise.integers(0, 2, PICTURE.shape).astype(np.uint8) for _ in range(30)))


@pytest.mark.parametrize("shape", [(72, 128), (0, 0)])
def test_a_dark_room_is_none(shape: tuple[int, int]) -> None:
    read_all(*[np.zeros(shape, np.uint8)] * 30)


def test_all_else_is_the_cameras() -> None:
    camera = Camera()
    source = Unfrozen(camera)
    source.skip()
    source.close()
    assert (camera.skipped, camera.closed, source.period_s) == (1, True, 1.0)


def test_pictures_and_videos_may_stay_the_same() -> None:
    assert not isinstance(open_source(CameraSettings(source="clip")), Unfrozen)
