"""The picamera2 adapter against a double, since no such camera is here.

The double honours what picamera2 does: rows padded to a stride, brightness above colour, no camera
as `IndexError` or `RuntimeError`, a busy one as `RuntimeError`, a wait that ends in `TimeoutError`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from emoflix_device.camera.picamera import WAIT_S
from emoflix_device.camera.source import Source, open_source
from emoflix_device.config import CameraSettings
from emoflix_device.errors import CameraError

STRIDE_PX = 384


class Request:
    def __init__(self, camera: "Camera") -> None:
        self.camera = camera

    def make_array(self, name: str) -> Any:
        assert name == "main"
        width, height = self.camera.size
        planes = np.full((height * 3 // 2, STRIDE_PX), 200, np.uint8)  # padding and colour
        planes[:height, :width] = np.arange(height, dtype=np.uint8)[:, None]
        return planes


class Camera:
    """Stands in for `picamera2.Picamera2`."""

    opening: Exception | None = None
    present: tuple[dict[str, Any], ...] = ({"Model": "imx708", "Num": 0},)
    starting: Exception | None = None
    opened = 0

    def __init__(self, tuning: dict[str, Any] | None = None) -> None:
        if self.opening is not None:
            raise self.opening
        self.tuning = tuning
        type(self).opened += 1
        self.size = (0, 0)
        self.calls: list[str] = []
        self.waiting: Exception | None = None
        self.waited_s = 0.0
        self.held = 0
        self.camera_properties = {"Model": "imx708"}
        Camera.last = self

    last: "Camera"

    @classmethod
    def global_camera_info(cls) -> list[dict[str, Any]]:
        return list(cls.present)

    @staticmethod
    def load_tuning_file(name: str) -> dict[str, Any]:
        if name != "imx219_noir.json":
            raise RuntimeError("Tuning file not found")
        return {"target": "bcm2835"}

    def create_video_configuration(self, **wanted: Any) -> dict[str, Any]:
        return wanted

    def configure(self, configuration: dict[str, Any]) -> None:
        self.configuration = configuration
        self.size = configuration["main"]["size"]

    def camera_configuration(self) -> dict[str, Any]:
        return {"main": {"size": self.size}}

    def start(self) -> None:
        if self.starting is not None:
            raise self.starting

    @contextmanager
    def captured_request(self, wait: float | None = None) -> Iterator[Request]:
        assert isinstance(wait, float), "without a wait an unplugged camera hangs for ever"
        self.waited_s = wait
        if self.waiting is not None:
            raise self.waiting
        self.held += 1
        yield Request(self)
        self.held -= 1

    def cancel_all_and_flush(self) -> None:
        self.calls.append("cancel_all_and_flush")

    def stop(self) -> None:
        self.calls.append("stop")
        if self.waiting is not None:
            raise RuntimeError("the camera has gone")

    def close(self) -> None:
        self.calls.append("close")


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> type[Camera]:
    module = ModuleType("picamera2")

    class Fresh(Camera):
        pass

    module.Picamera2 = Fresh  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "picamera2", module)
    return Fresh


def opened(**settings: Any) -> Source:
    return open_source(
        CameraSettings(**{"width_px": 320, "height_px": 240, "frames_per_s": 5.0, **settings})
    )


@pytest.mark.usefixtures("camera")
def test_only_brightness_is_taken_without_the_padding() -> None:
    source = opened()
    frame = source.read()
    assert frame.luma.shape == (240, 320)
    assert frame.luma.flags.c_contiguous
    np.testing.assert_array_equal(frame.luma[:, 319], np.arange(240))
    assert frame.bgr is None
    assert [source.read().number for _ in range(2)] == [1, 2]
    assert Camera.last.held == 0


@pytest.mark.usefixtures("camera")
def test_memory_is_spared_and_the_rate_is_the_wanted_one() -> None:
    opened()
    configuration = Camera.last.configuration
    assert configuration["raw"] is None
    assert configuration["buffer_count"] in {2, 3}
    assert configuration["main"]["format"] == "YUV420"
    assert configuration["controls"] == {"FrameDurationLimits": (200_000, 200_000)}


@pytest.mark.usefixtures("camera")
def test_a_camera_hung_upside_down_gives_upright_frames() -> None:
    assert opened(rotation_deg=180).read().luma[0, 0] == 239


@pytest.mark.usefixtures("camera")
def test_the_camera_is_named_with_its_model() -> None:
    assert opened().describe() == "picamera (imx708, 320 x 240)"


@pytest.mark.parametrize(
    "raised", [IndexError("list index out of range"), RuntimeError("No camera number 0 found")]
)
def test_no_camera_is_told_from_a_busy_one(camera: type[Camera], raised: Exception) -> None:
    present, camera.present = camera.present, ()
    camera.opening = raised
    with pytest.raises(CameraError, match="no camera found; check the ribbon cable"):
        opened()
    camera.present = present
    camera.opening = RuntimeError("Camera __init__ sequence did not complete.")
    with pytest.raises(CameraError, match="the camera is busy; another program"):
        opened()


def test_a_camera_that_does_not_start_is_given_back(camera: type[Camera]) -> None:
    camera.starting = RuntimeError("Failed to start camera: Device or resource busy")
    with pytest.raises(CameraError, match=r"does not start .*busy"):
        opened()
    assert Camera.last.calls[-1] == "close"


@pytest.mark.usefixtures("camera")
@pytest.mark.parametrize(
    ("raised", "message"),
    [
        (TimeoutError(), f"no frame for {WAIT_S:g} s; is the cable in"),
        (RuntimeError("stopped"), r"the camera has stopped \(stopped\)"),
    ],
)
def test_an_unplugged_camera_is_a_fault_and_is_closed_all_the_same(
    raised: Exception, message: str
) -> None:
    source = opened()
    Camera.last.waiting = raised
    with pytest.raises(CameraError, match=message):
        source.read()
    source.close()
    source.close()
    assert Camera.last.calls == ["cancel_all_and_flush", "stop", "close"]


def test_a_camera_that_is_to_be_slow_is_waited_for(camera: type[Camera]) -> None:
    opened(frames_per_s=0.25).read()
    assert camera.last.waited_s > 1 / 0.25


def test_after_a_time_out_it_is_opened_anew(camera: type[Camera]) -> None:
    first = opened()
    Camera.last.waiting = TimeoutError()
    with pytest.raises(CameraError):
        first.read()
    first.close()
    assert opened().read().number == 0
    assert camera.opened == 2


def test_without_picamera2_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraError, match="sudo apt install python3-picamera2"):
        opened()


def test_a_camera_without_infrared_filter_gets_its_tuning(camera: type[Camera]) -> None:
    opened()
    assert camera.last.tuning is None
    opened(tuning="imx219_noir.json")
    assert camera.last.tuning == {"target": "bcm2835"}


@pytest.mark.usefixtures("camera")
def test_a_tuning_that_libcamera_has_not_is_named() -> None:
    with pytest.raises(CameraError, match=r"camera\.tuning: imx999\.json: libcamera has no such"):
        opened(tuning="imx999.json")
