"""A network camera that really speaks RTSP, whose plug is pulled and put in again."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from emoflix_device.camera.capture import Capture
from emoflix_device.camera.source import open_source
from emoflix_device.config import CameraSettings
from emoflix_device.errors import CameraError
from tests.device.camera.rtsp import RtspCamera

GUARD_S = 20.0
GREYS = range(20, 220, 8)


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[RtspCamera]:
    """It shows what becomes brighter from frame to frame, twenty-five times a second."""
    video = tmp_path / "camera.mp4"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"mp4v"), 25, (160, 120))
    for grey in GREYS:
        writer.write(np.full((120, 160, 3), grey, np.uint8))
    writer.release()
    with RtspCamera(video) as camera:
        yield camera


def test_its_frames_are_read_and_a_pulled_plug_is_a_fault(camera: RtspCamera) -> None:
    source = open_source(CameraSettings(source=camera.address, frames_per_s=25))
    frames = [source.read().luma for _ in range(5)]
    assert frames[0].shape == (120, 160)
    brightness = [float(frame.mean()) for frame in frames]
    assert brightness == sorted(brightness)
    assert brightness[-1] - brightness[0] == pytest.approx(4 * GREYS.step, abs=6)
    camera.plug_pulled.set()
    with pytest.raises(CameraError, match=r"rtsp://.*: the stream has stopped"):
        read_on(source.read)
    source.close()


def test_frames_are_asked_for_by_tcp_where_none_is_lost(camera: RtspCamera) -> None:
    open_source(CameraSettings(source=camera.address)).close()
    (transport,) = camera.asked_for
    assert transport.startswith("RTP/AVP/TCP")


def read_on(read: Callable[[], object]) -> None:
    """What was sent before is still there; no more than that."""
    for _ in range(1000):
        read()


def test_after_the_plug_is_in_again_it_is_opened_again(camera: RtspCamera) -> None:
    rung = threading.Condition()

    def ring() -> None:
        with rung:
            rung.notify_all()

    settings = CameraSettings(source=camera.address, frames_per_s=25)
    capture = Capture(lambda: open_source(settings), on_frame=ring, first_pause_s=0.05)
    capture.start()
    with rung:
        assert rung.wait_for(lambda: capture.counts.frames > 0, GUARD_S)
        camera.plug_pulled.set()
        assert rung.wait_for(lambda: capture.status == "lost", GUARD_S)
        before = capture.counts.frames
        camera.plug_pulled.clear()
        assert rung.wait_for(lambda: capture.counts.frames > before, GUARD_S)
    assert capture.counts.restarts > 0
    assert capture.status == "on"
    capture.stop()
    assert capture.status == "off"
