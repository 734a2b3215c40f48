"""The light that is on whenever the camera is: a LED that the kernel knows."""

import fcntl
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from emoflix_device.camera.frame import Frame
from emoflix_device.camera.source import Source, open_source
from emoflix_device.config import Settings
from emoflix_device.errors import CameraError

_LOG = logging.getLogger(__name__)

LEDS: Final = Path("/sys/class/leds")


class Led:
    """One of the kernel's LEDs (Documentation/leds/leds-class.rst), lit while anybody holds it.

    Who holds it has a lock on it, which other programs see and which ends with its holder: the
    service may have the camera open while `emoflix check` tries it.
    """

    def __init__(self, name: str, folder: Path = LEDS) -> None:
        """Name it, as in /sys/class/leds; a killed service may have left it on."""
        self._name = name
        self._led = folder / name
        with suppress(CameraError):  # told when the camera is to open
            self.release(self._opened())

    def hold(self) -> BinaryIO:
        """Turn it on; what this gives is for `release`.

        Raises:
            CameraError: it is not there, or this user may not; without its light the camera stays
                closed.
        """
        held = self._opened()
        try:
            fcntl.flock(held, fcntl.LOCK_SH)
            self._switch(on=True)
        except CameraError:
            held.close()
            raise
        return held

    def release(self, held: BinaryIO) -> None:
        """Turn it off, if nobody else holds it: a camera that hangs is opened anew meanwhile."""
        with held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            try:
                self._switch(on=False)
            except CameraError as error:  # a light too many harms nobody
                _LOG.warning("%s", error)

    def _opened(self) -> BinaryIO:
        try:
            return (self._led / "brightness").open("rb")
        except OSError as error:
            raise self._fault(error) from error

    def _switch(self, *, on: bool) -> None:
        try:
            most = (self._led / "max_brightness").read_text(encoding="ascii").strip()
            (self._led / "brightness").write_text(most if on else "0", encoding="ascii")
        except OSError as error:
            raise self._fault(error) from error

    def _fault(self, error: OSError) -> CameraError:
        return CameraError(
            f"indicator.led: {self._name}: cannot be switched ({error.strerror}), and the camera"
            " does not open without its light"
        )


class LitSource:
    """A source whose light is on from before it opens until after it is closed."""

    def __init__(self, led: Led, open_source: Callable[[], Source]) -> None:
        """Turn the light on, then open.

        Raises:
            CameraError: the light cannot be switched, or the source cannot be opened.
        """
        self._led = led
        self._closed = False
        self._held = led.hold()
        try:
            self._source = open_source()
        except BaseException:
            led.release(self._held)
            raise

    @property
    def period_s(self) -> float:
        """As of the source."""
        return self._source.period_s

    def read(self) -> Frame:
        """As of the source."""
        return self._source.read()

    def skip(self) -> None:
        """As of the source."""
        self._source.skip()

    def close(self) -> None:
        """Close, then turn the light off; closing twice does no harm."""
        try:
            self._source.close()
        finally:
            if not self._closed:
                self._closed = True
                self._led.release(self._held)

    def describe(self) -> str:
        """As of the source."""
        return self._source.describe()


def camera_opener(settings: Settings) -> Callable[[], Source]:
    """What opens the camera, with its light where there is one."""

    def open_camera() -> Source:
        return open_source(settings.camera)

    if settings.indicator.led is None:
        return open_camera
    led = Led(settings.indicator.led)
    return lambda: LitSource(led, open_camera)
