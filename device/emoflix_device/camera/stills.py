"""A folder of pictures as a source."""

import logging
import time
from pathlib import Path

from emoflix_device.camera.frame import Frame, Image, luma_of, upright
from emoflix_device.camera.pace import Pace
from emoflix_device.camera.pictures import SUFFIXES, PictureError, read_picture
from emoflix_device.camera.source import EndOfSource
from emoflix_device.config import CameraSettings
from emoflix_device.errors import CameraError

_LOG = logging.getLogger(__name__)


class StillsSource:
    """Shows the pictures of a folder in the order of their names; broken ones are passed over.

    Raises:
        CameraError: the folder has no pictures.
    """

    def __init__(self, folder: Path, settings: CameraSettings) -> None:
        self._folder = folder
        self._rotation_deg = settings.rotation_deg
        self._loop = settings.loop
        self._pace = Pace(1 / settings.frames_per_s)
        self._left = self._files()
        self._number = 0

    @property
    def period_s(self) -> float:
        return self._pace.period_s

    def read(self) -> Frame:
        image = self._shown()
        image = upright(image, self._rotation_deg)
        frame = Frame(luma_of(image), time.monotonic(), self._number, image)
        self._number += 1
        return frame

    def skip(self) -> None:
        # Decoded all the same: a broken picture takes no time of its own, shown or not.
        self._shown()
        self._number += 1

    def _shown(self) -> Image:
        image = self._next_picture()
        if image is None and self._loop:
            self._left = self._files()
            image = self._next_picture()
        if image is None:
            if self._number == 0 or self._loop:
                raise CameraError(f"{self._folder}: none of its pictures can be read")
            raise EndOfSource(f"{self._folder}: the last picture was shown")
        self._pace.wait()
        return image

    def close(self) -> None:
        self._left = []

    def describe(self) -> str:
        return f"the pictures in {self._folder}"

    def _files(self) -> list[Path]:
        try:
            files = sorted(file for file in self._folder.iterdir() if _is_picture(file))
        except OSError as error:
            raise CameraError(f"{self._folder}: cannot be read ({error.strerror})") from error
        if not files:
            raise CameraError(f"{self._folder}: no pictures there ({', '.join(sorted(SUFFIXES))})")
        return files

    def _next_picture(self) -> Image | None:
        while self._left:
            try:
                return read_picture(self._left.pop(0))
            except PictureError as error:
                _LOG.warning("passed over: %s", error)
        return None


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES
