"""The light of the camera, on a folder like the kernel's: no test machine has such a LED."""

import threading
from pathlib import Path

import numpy as np
import pytest

from emoflix_device.camera.capture import Capture
from emoflix_device.camera.frame import Frame
from emoflix_device.errors import CameraError
from emoflix_device.indicator import Led, LitSource
from tests.mosquitto import GUARD_S, wait_until


class Camera:
    """Gives black frames, and knows whether its light was on when it was opened and closed."""

    period_s = 0.02

    def __init__(self, led: Path) -> None:
        self.led = led
        self.lit_at_open = lit(led)
        self.lit_at_close = False

    def read(self) -> Frame:
        return Frame(np.zeros((48, 64), np.uint8), 0.0, 0)

    def skip(self) -> None:
        self.read()

    def close(self) -> None:
        self.lit_at_close = lit(self.led)

    def describe(self) -> str:
        return "a camera"


@pytest.fixture
def led(tmp_path: Path) -> Path:
    folder = tmp_path / "emoflix"
    folder.mkdir()
    (folder / "max_brightness").write_text("255\n", encoding="ascii")
    (folder / "brightness").write_text("0\n", encoding="ascii")
    return folder


def lit(led: Path) -> bool:
    return (led / "brightness").read_text(encoding="ascii").strip() == "255"


def test_the_light_is_on_from_before_the_camera_opens_until_after_it_closes(led: Path) -> None:
    light = Led(led.name, led.parent)
    camera = Camera(led)
    source = LitSource(light, lambda: Camera(led))
    assert not camera.lit_at_open
    inner = source._source
    assert isinstance(inner, Camera)
    assert inner.lit_at_open
    source.read()
    assert lit(led)
    source.close()
    assert inner.lit_at_close
    assert not lit(led)
    source.close()
    assert not lit(led)


def test_a_camera_that_does_not_open_leaves_no_light(led: Path) -> None:
    def refuse() -> Camera:
        raise CameraError("no camera")

    with pytest.raises(CameraError, match="no camera"):
        LitSource(Led(led.name, led.parent), refuse)
    assert not lit(led)


def test_a_camera_that_fails_as_it_is_closed_leaves_no_light(led: Path) -> None:
    class PulledOut(Camera):
        def close(self) -> None:
            raise OSError("no such device")

    source = LitSource(Led(led.name, led.parent), lambda: PulledOut(led))
    with pytest.raises(OSError, match="no such device"):
        source.close()
    assert not lit(led)


def test_without_its_light_the_camera_stays_closed(tmp_path: Path) -> None:
    opened = threading.Event()

    def open_camera() -> Camera:
        opened.set()
        return Camera(tmp_path)

    missing = Led("nowhere", tmp_path)
    with pytest.raises(CameraError, match=r"indicator\.led: nowhere: cannot be switched"):
        LitSource(missing, open_camera)
    assert not opened.is_set()


def test_a_light_left_on_by_a_killed_service_is_turned_off(led: Path) -> None:
    (led / "brightness").write_text("255", encoding="ascii")
    Led(led.name, led.parent)
    assert not lit(led)


def test_a_hanging_camera_that_ends_late_leaves_the_light_of_the_new_one_on(led: Path) -> None:
    light = Led(led.name, led.parent)
    hanging, fresh = LitSource(light, lambda: Camera(led)), LitSource(light, lambda: Camera(led))
    hanging.close()
    assert lit(led)
    fresh.close()
    assert not lit(led)


def test_a_command_beside_the_service_leaves_the_light_of_its_camera_on(led: Path) -> None:
    service = LitSource(Led(led.name, led.parent), lambda: Camera(led))

    def busy() -> Camera:
        raise CameraError("another program is using it")

    check = Led(led.name, led.parent)
    assert lit(led)
    with pytest.raises(CameraError, match="another program"):
        LitSource(check, busy)
    assert lit(led)
    service.close()
    assert not lit(led)


def test_a_service_that_finds_the_camera_busy_leaves_the_light_of_who_has_it(led: Path) -> None:
    aim = LitSource(Led(led.name, led.parent), lambda: Camera(led))
    LitSource(Led(led.name, led.parent), lambda: Camera(led)).close()
    assert lit(led)
    aim.close()
    assert not lit(led)


def test_the_light_follows_the_capture(led: Path) -> None:
    light = Led(led.name, led.parent)
    frame = threading.Event()
    capture = Capture(lambda: LitSource(light, lambda: Camera(led)), on_frame=frame.set)
    capture.start()
    assert frame.wait(GUARD_S)
    assert lit(led)
    capture.stop()
    wait_until(lambda: not lit(led), "the light goes out")
