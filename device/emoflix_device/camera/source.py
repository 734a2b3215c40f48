"""The one contract of everything that gives frames, and how a setting becomes one of them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from emoflix_device.camera.frame import Frame
from emoflix_device.config import CameraSettings
from emoflix_device.errors import CameraError


class EndOfSource(CameraError):  # noqa: N818 - the end of a file is news, not a fault
    """A file or folder has been read to its end and is not to be looped."""


class Source(Protocol):
    """Gives frames at its own rate; read and closed by one thread."""

    @property
    def period_s(self) -> float:
        """About how many seconds lie between two frames."""

    def read(self) -> Frame:
        """Wait for the next frame.

        Raises:
            EndOfSource: there are no more.
            CameraError: there is none now: unplugged, busy, timed out.
        """

    def skip(self) -> None:
        """Let the next frame pass as cheaply as can be: raises as `read` does."""

    def close(self) -> None:
        """Give the device or file back; closing twice does no harm."""

    def describe(self) -> str:
        """What this is, for people: never with a password."""


def open_source(settings: CameraSettings) -> Source:
    """Open what `settings.source` names.

    Raises:
        CameraError: it is not there, busy or not readable; the message says which.
    """
    opener = next(
        (opener for pattern, opener in _OPENERS if re.match(pattern, settings.source)), _open_path
    )
    source = opener(settings)
    if opener in _LIVE:
        from emoflix_device.camera.frozen import Unfrozen

        return Unfrozen(source)
    return source


def without_password(address: str) -> str:
    """Scheme, host, port and path: neither who asks nor the query, where some cameras want it.

    Of an address that may have a `/` in its password only the scheme is left.
    """
    hidden = f"{address.partition('://')[0]}://..."
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return hidden
    _, known, host = parts.netloc.rpartition("@")
    return hidden if "@" in parts.path and not known else f"{parts.scheme}://{host}{parts.path}"


# The adapters are imported where they are opened: most runs need one of them.


def _open_picamera(settings: CameraSettings) -> Source:
    from emoflix_device.camera.picamera import PicameraSource

    return PicameraSource(settings)


def _open_clip(settings: CameraSettings) -> Source:
    from emoflix_device.camera.opencv import open_video

    return open_video(bundled_clip(), settings)


def _open_stream(settings: CameraSettings) -> Source:
    from emoflix_device.camera.opencv import open_stream

    return open_stream(settings)


def _open_device(settings: CameraSettings) -> Source:
    from emoflix_device.camera.opencv import open_device

    return open_device(settings)


def _open_path(settings: CameraSettings) -> Source:
    try:
        path = Path(settings.source).expanduser()
    except RuntimeError as error:
        raise CameraError(f"{settings.source}: nobody of that name has a home here") from error
    if path.is_dir():
        from emoflix_device.camera.stills import StillsSource

        return StillsSource(path, settings)
    from emoflix_device.camera.opencv import open_video

    return open_video(path, settings)


_OPENERS: Final[tuple[tuple[str, Callable[[CameraSettings], Source]], ...]] = (
    (r"picamera$", _open_picamera),
    (r"clip$", _open_clip),
    (r"(?i:[a-z]+)://", _open_stream),
    (r"/dev/", _open_device),
)

_LIVE: Final = frozenset({_open_picamera, _open_stream, _open_device})


def bundled_clip() -> Path:
    """The clip with generated faces that comes with the program.

    Raises:
        CameraError: it is not part of this installation.
    """
    clip = Path(__file__).parent.parent / "clip" / "invented_faces.mp4"
    if not clip.is_file():
        raise CameraError(f"{clip}: the bundled clip is missing; install emoflix again")
    return clip
