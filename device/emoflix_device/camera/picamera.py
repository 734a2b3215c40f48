"""The Raspberry Pi's camera by picamera2: the luma plane only, and never a wait without an end.

picamera2 documents the calls in "The Picamera2 Library" (Raspberry Pi Ltd); what it raises in
which case was read from its source.
"""

import contextlib
import logging
import time
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from emoflix_device.camera.frame import Frame, upright
from emoflix_device.config import CameraSettings
from emoflix_device.errors import CameraError

_LOG = logging.getLogger(__name__)

WAIT_S: Final = 2.0
"""Without a limit the call hangs for ever once the camera is unplugged; three frames' time, where
that is longer."""
BUFFERS: Final = 3
"""One being filled, one waiting, one being read: more only costs scarce contiguous memory."""


class PicameraSource:
    """A CSI camera; one request at a time, of which only brightness is copied.

    Raises:
        CameraError: picamera2 cannot be used, there is no camera, or another program has it.
    """

    def __init__(self, settings: CameraSettings) -> None:
        self._rotation_deg = settings.rotation_deg
        self._period_s = 1 / settings.frames_per_s
        self._wait_s = max(WAIT_S, 3 * self._period_s)
        self._number = 0
        self._camera = _open(settings.tuning)
        try:
            self._camera.configure(_configuration(self._camera, settings))
            self._camera.start()
        except RuntimeError as error:
            self.close()
            raise CameraError(f"picamera: the camera does not start ({error})") from error
        # The sensor may give another size than was asked for.
        self._width_px, self._height_px = self._camera.camera_configuration()["main"]["size"]
        self._model = self._camera.camera_properties.get("Model", "unknown")

    @property
    def period_s(self) -> float:
        return self._period_s

    def read(self) -> Frame:
        with self._request() as request:
            taken_at_s = time.monotonic()
            planes = request.make_array("main")
        # YUV420: rows of brightness first, each padded to the stride, colour below them.
        luma = np.ascontiguousarray(planes[: self._height_px, : self._width_px])
        frame = Frame(upright(luma, self._rotation_deg), taken_at_s, self._number)
        self._number += 1
        return frame

    def skip(self) -> None:
        with self._request():
            self._number += 1

    @contextlib.contextmanager
    def _request(self) -> Iterator[Any]:
        try:
            with self._camera.captured_request(wait=self._wait_s) as request:
                yield request
        except TimeoutError as error:
            raise CameraError(
                f"picamera: no frame for {self._wait_s:g} s; is the cable in?"
            ) from error
        except RuntimeError as error:
            raise CameraError(f"picamera: the camera has stopped ({error})") from error

    def close(self) -> None:
        """Give everything back, so that it can be opened anew even after a time-out."""
        camera, self._camera = self._camera, None
        if camera is None:
            return
        for step in (camera.cancel_all_and_flush, camera.stop, camera.close):
            # A camera that was pulled out fails in some of the steps; the others still count.
            with contextlib.suppress(RuntimeError, TimeoutError):
                step()

    def describe(self) -> str:
        return f"picamera ({self._model}, {self._width_px} x {self._height_px})"


def _open(tuning: str | None) -> Any:
    try:
        from picamera2 import Picamera2
    except ImportError as error:
        raise CameraError(
            f"picamera: picamera2 cannot be used ({error}); `sudo apt install python3-picamera2`, "
            "or set camera.source to another one"
        ) from error
    try:
        wanted = None if tuning is None else Picamera2.load_tuning_file(tuning)
    except (RuntimeError, ValueError) as error:
        raise CameraError(
            f"camera.tuning: {tuning}: libcamera has no such tuning file ({error}); they lie in"
            " /usr/share/libcamera/ipa/rpi/"
        ) from error
    try:
        return Picamera2(tuning=wanted)
    except (IndexError, RuntimeError) as error:
        # Without any camera older ones raise the first of the two, newer ones the second.
        if not Picamera2.global_camera_info():
            raise CameraError(
                "picamera: no camera found; check the ribbon cable with"
                " `rpicam-hello --list-cameras`"
            ) from error
        raise CameraError(
            f"picamera: the camera is busy; another program is using it ({error})"
        ) from error


def _configuration(camera: Any, settings: CameraSettings) -> Any:
    period_us = round(1_000_000 / settings.frames_per_s)
    return camera.create_video_configuration(
        main={"size": (settings.width_px, settings.height_px), "format": "YUV420"},
        raw=None,
        buffer_count=BUFFERS,
        controls={"FrameDurationLimits": (period_us, period_us)},
    )
