"""How the service fares, in a file in memory that other programs on the box can read.

Nothing of it tells who watches or in what mood: it is for whoever keeps the box running.
"""

import datetime as dt
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from emoflix_device.errors import StateError
from emoflix_device.mqtt.messages import CameraState, HealthMessage, InfoMessage, SettingsMessage
from emoflix_device.replacing import replacing

_LOG = logging.getLogger(__name__)

FOLDER: Final = Path("/run/emoflix")
"""The unit's RuntimeDirectory: a file system in memory, empty after a boot."""
NAME: Final = "status.json"


class Status(Struct, frozen=True, kw_only=True):
    """The latest that is known."""

    at: dt.datetime
    pid: int
    program: str
    model: str
    catalogue: str
    camera: CameraState
    camera_fault: str | None
    broker_fault: str | None
    """None: the broker hears this device."""
    health: HealthMessage


class StatusBoard:
    """Takes in what the loop publishes, and makes a status of it with each `health`."""

    def __init__(
        self,
        *,
        now: Callable[[], dt.datetime],
        broker_fault: Callable[[], str | None],
        show: Callable[[Status], None],
    ) -> None:
        """Know nothing yet.

        Args:
            now: the wall's clock.
            broker_fault: why the broker does not hear this device; None while it does.
            show: is given every new status; an `OSError` of it is logged and forgotten.
        """
        self._now = now
        self._broker_fault = broker_fault
        self._show = show
        self._info: InfoMessage | None = None
        self._settings: SettingsMessage | None = None
        self._health: HealthMessage | None = None
        self._broken = False

    def notice(self, message: Struct) -> None:
        """Take in one message; those that are of no use here are passed over."""
        match message:
            case InfoMessage():
                self._info = message
            case HealthMessage():
                self._health = message
            case SettingsMessage():
                self._settings = message
            case _:
                return
        if self._info and self._settings and self._health:
            self._tell(self._info, self._settings, self._health)

    def _tell(self, info: InfoMessage, settings: SettingsMessage, health: HealthMessage) -> None:
        status = Status(
            at=self._now(),
            pid=os.getpid(),
            program=info.program,
            model=info.model,
            catalogue=info.catalogue,
            camera=settings.camera,
            camera_fault=settings.camera_fault,
            broker_fault=self._broker_fault(),
            health=health,
        )
        try:
            self._show(status)
        except OSError as error:
            if not self._broken:
                _LOG.warning("how the service fares cannot be written down: %s", error)
            self._broken = True
        else:
            self._broken = False


def status_file() -> Path | None:
    """Where systemd wants it, or None where it does not run this process."""
    folder = os.environ.get("RUNTIME_DIRECTORY")
    return None if folder is None else Path(folder) / NAME


def write_status(status: Status, file: Path) -> None:
    """Put a status in the place of the one before."""
    with replacing(file) as part:
        part.write_bytes(msgspec.json.encode(status))


def read_status(file: Path) -> Status | None:
    """The latest status; None where no service runs.

    Raises:
        StateError: it cannot be read, or is of another version.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=Status)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StateError(f"{file}: is not understood ({error}); restart the service") from error
