"""Frames by OpenCV: V4L2 and USB cameras, RTSP and HTTP streams, video files."""

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import cv2

from emoflix_device.camera.files import opened
from emoflix_device.camera.frame import Frame, luma_of, upright
from emoflix_device.camera.pace import Pace
from emoflix_device.camera.source import EndOfSource, without_password
from emoflix_device.config import CameraSettings
from emoflix_device.errors import CameraError

# FFmpeg would write lines of its own about every odd file to stderr; what a person needs to know
# is in the CameraError. The level is read when the first capture is opened.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# A lost UDP packet leaves a torn frame, a torn face reads as something, and Wi-Fi loses many. So
# OpenCV, which would ask a camera for UDP first, is to ask for TCP, and for UDP where that is not.
os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_flags;prefer_tcp")

_LOG = logging.getLogger(__name__)

STREAM_OPENING_MS: Final = 8000
STREAM_READ_MS: Final = 3000
DEVICE_READ_MS: Final = 3000
PLAUSIBLE_FRAMES_PER_S: Final = (0.1, 240.0)
"""Some containers claim 0 or 90,000 frames a second: then the configured rate is used."""


class OpencvSource:
    """Reads whatever a `cv2.VideoCapture` reads.

    Args:
        open_capture: opens it anew; called once, and again at the end of a looped file.
        name: of the source, for people.
        silence: what it means that no frame came.
        rotation_deg: clockwise turn that puts faces upright.
        pace: for a file, which has no clock of its own; it can also end.
        loop: start a file again when it ends.
    """

    def __init__(
        self,
        open_capture: Callable[[], Any],
        *,
        name: str,
        silence: str,
        rotation_deg: int = 0,
        period_s: float = 0.1,
        pace: Pace | None = None,
        loop: bool = False,
    ) -> None:
        self._open_capture = open_capture
        self._capture = open_capture()
        self._name = name
        self._silence = silence
        self._rotation_deg = rotation_deg
        self._period_s = period_s
        self._pace = pace
        self._loop = loop
        self._number = 0

    @property
    def period_s(self) -> float:
        return self._period_s

    def read(self) -> Frame:
        self._advance()
        got, image = self._capture.retrieve()
        if not got or image is None or image.size == 0:
            raise CameraError(f"{self._name}: {self._silence}")
        self._wait()
        image = upright(image, self._rotation_deg)
        colour = image if image.ndim == 3 else None  # noqa: PLR2004 - height, width, channels
        frame = Frame(luma_of(image), time.monotonic(), self._number, colour)
        self._number += 1
        return frame

    def skip(self) -> None:
        self._advance()
        self._wait()
        self._number += 1

    def close(self) -> None:
        self._capture.release()

    def describe(self) -> str:
        return self._name

    def _advance(self) -> None:
        """Take the next frame from the driver or file; it is decoded only where it is read."""
        got = self._capture.grab()
        if not got and self._pace is not None:
            if not self._loop:
                raise EndOfSource(f"{self._name}: the end")
            self._capture.release()
            self._capture = self._open_capture()
            got = self._capture.grab()
        if not got:
            raise CameraError(f"{self._name}: {self._silence}")

    def _wait(self) -> None:
        if self._pace is not None:
            self._pace.wait()


def open_video(file: Path, settings: CameraSettings) -> OpencvSource:
    """Open a video file; it is played at its own rate.

    Raises:
        CameraError: there is no such file, or it is not a video.
    """
    frames_per_s = file_rate(open_video_file(file), settings.frames_per_s)
    return OpencvSource(
        lambda: open_video_file(file),
        name=str(file),
        silence="no frame can be read from it",
        rotation_deg=settings.rotation_deg,
        period_s=1 / frames_per_s,
        pace=Pace(1 / frames_per_s),
        loop=settings.loop,
    )


def open_video_file(file: Path) -> Any:
    """A `cv2.VideoCapture` on a file that holds at least the promise of a video.

    Raises:
        CameraError: there is no such file, it is empty, not readable or not a video.
    """
    try:
        with opened(file) as video:
            empty = not video.read(1)
    except OSError as error:
        raise CameraError(f"{file}: cannot be read ({error.strerror})") from error
    if empty:
        raise CameraError(f"{file}: the file is empty")
    # FFmpeg and no other backend: they would take `img_01.jpg` for the pattern of a sequence.
    capture = cv2.VideoCapture(str(file), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise CameraError(f"{file}: not a video that can be read (MP4, MOV, MKV, WebM or AVI)")
    return capture


def file_rate(capture: Any, otherwise: float) -> float:
    """The file's frames per second as it states them, where that is believable."""
    stated = capture.get(cv2.CAP_PROP_FPS)
    low, high = PLAUSIBLE_FRAMES_PER_S
    return stated if low <= stated <= high else otherwise


def open_stream(settings: CameraSettings) -> OpencvSource:
    """Open an RTSP or HTTP address; without the time-outs a silent one would block for ever.

    Raises:
        CameraError: nobody answers there, or what answers sends no video.
    """
    name = without_password(settings.source)

    def open_capture() -> Any:
        capture = cv2.VideoCapture(
            settings.source,
            cv2.CAP_FFMPEG,
            [
                cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
                STREAM_OPENING_MS,
                cv2.CAP_PROP_READ_TIMEOUT_MSEC,
                STREAM_READ_MS,
            ],
        )
        if not capture.isOpened():
            raise CameraError(
                f"{name}: no video there; check the address, the camera's user and password, "
                "and that the camera is on"
            )
        return capture

    return OpencvSource(
        open_capture,
        name=name,
        silence="the stream has stopped",
        rotation_deg=settings.rotation_deg,
        period_s=1 / settings.frames_per_s,
    )


def open_device(settings: CameraSettings) -> OpencvSource:
    """Open a V4L2 device, a USB camera for instance, by its path.

    Raises:
        CameraError: it is not there, not permitted, or busy; the message says which.
    """
    device = settings.source

    def open_capture() -> Any:
        try:
            os.close(os.open(device, os.O_RDWR | os.O_NONBLOCK))
        except FileNotFoundError as error:
            raise CameraError(f"{device}: no camera there; is it plugged in?") from error
        except PermissionError as error:
            raise CameraError(
                f"{device}: not permitted; add the user to the group `video`"
            ) from error
        except OSError as error:
            raise CameraError(f"{device}: cannot be opened ({error.strerror})") from error
        capture = cv2.VideoCapture(device, cv2.CAP_V4L2)
        if not capture.isOpened():
            raise CameraError(f"{device}: not a camera, or another program is using it")
        # USB 2 carries 1280x720 uncompressed at no more than 10 frames a second.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width_px)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height_px)
        capture.set(cv2.CAP_PROP_FPS, settings.frames_per_s)
        capture.set(cv2.CAP_PROP_READ_TIMEOUT_MSEC, DEVICE_READ_MS)
        return capture

    return OpencvSource(
        open_capture,
        name=device,
        silence="no frame came; unplugged, or taken by another program?",
        rotation_deg=settings.rotation_deg,
        period_s=1 / settings.frames_per_s,
    )
