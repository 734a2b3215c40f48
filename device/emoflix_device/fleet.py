"""What whoever looks after many boxes may set from afar, where the owner of a box allows it.

The wish is a retained message, so that a box which is away gets it when it comes back. It is held
against the keys that the owner allows and against the same limits as the file's; what is refused
is told in `info` and changes nothing. What is taken is kept, and counts from a new start on.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any, Final

import msgspec

from emoflix_device.config import Settings
from emoflix_device.errors import RefusedError
from emoflix_device.faults import explain
from emoflix_device.mqtt.messages import ConfigurationMessage, Configured, ErrorMessage
from emoflix_device.replacing import replacing

_LOG = logging.getLogger(__name__)

KEPT: Final = "fleet.json"
MOST_BYTES: Final = 1 << 14


class Fleet:
    """Keeps the wish that counts, and asks for a new start when another is taken."""

    def __init__(self, own: Settings, *, restart: Callable[[], None]) -> None:
        """Read what was taken before.

        Args:
            own: as the owner's file says.
            restart: called from the network's thread once a wish was taken or withdrawn.
        """
        self._own = own
        self._file = own.state_dir / KEPT
        self._restart = restart
        self.restarts = threading.Event()
        """Set once a new start was asked for."""
        self.settings = own
        """What counts now."""
        self.configured: Configured | None = None
        """What is told of it, and of a wish that was refused since."""
        self._kept = self._read() if own.fleet.allow else b""
        if self._kept:
            self.settings, self.configured = self._judged(self._kept)
        self._counts = self.configured

    def hear(self, payload: bytes) -> bool:
        """Take in a wish, empty where it was withdrawn; whether there is something else to tell."""
        if payload == self._kept:
            return self._tell(self._counts)
        if payload:
            _, told = self._judged(payload)
            if told.error is not None:
                _LOG.warning("fleet: refused: %s: %s", told.error.field, told.error.message)
                return self._tell(told)
        try:
            self._keep(payload)
        except OSError as error:
            _LOG.error("%s: cannot be written (%s)", self._file, error.strerror)
            fault = ErrorMessage(field="payload", message="it cannot be kept")
            return self._tell(Configured(id="", error=fault))
        _LOG.info("fleet: other settings; starting anew")
        self.restarts.set()
        self._restart()
        return False

    def _tell(self, configured: Configured | None) -> bool:
        before, self.configured = self.configured, configured
        return configured != before

    def _judged(self, payload: bytes) -> tuple[Settings, Configured]:
        """The settings with this wish, or the owner's own and why."""
        name = ""
        try:
            wish = _parsed(payload)
            name = wish.id
            return overlaid(self._own, wish), Configured(id=name)
        except RefusedError as error:
            fault = ErrorMessage(field=error.field, message=error.message)
            return self._own, Configured(id=name, error=fault)

    def _read(self) -> bytes:
        try:
            return self._file.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            _LOG.warning("%s: cannot be read (%s)", self._file, error.strerror)
            return b""

    def _keep(self, payload: bytes) -> None:
        if payload:
            with replacing(self._file) as part:
                part.write_bytes(payload)
        else:
            self._file.unlink(missing_ok=True)


def overlaid(own: Settings, wish: ConfigurationMessage) -> Settings:
    """The owner's settings with those of a wish.

    Raises:
        RefusedError: the owner does not allow a key, or its value is wrong; the field is its path.
    """
    for section, keys in wish.settings.items():
        changed: dict[str, Any] = {}
        for key, value in keys.items():
            path = f"{section}.{key}"
            if path not in own.fleet.allow:
                raise RefusedError(path, "is not among those that the owner allows")
            kind = next(
                field.type
                for field in msgspec.structs.fields(getattr(own, section))
                if field.name == key
            )
            try:
                changed[key] = msgspec.convert(value, kind)
            except msgspec.ValidationError as error:
                raise RefusedError(path, explain(error, Settings)[1]) from error
        part = getattr(own, section, None)
        if not isinstance(part, msgspec.Struct):
            raise RefusedError(section, "is no section of the configuration")
        try:
            part = msgspec.structs.replace(part, **changed)
        except ValueError as error:
            raise RefusedError(section, str(error)) from error
        own = msgspec.structs.replace(own, **{section: part})
    return own


def _parsed(payload: bytes) -> ConfigurationMessage:
    if len(payload) > MOST_BYTES:
        raise RefusedError("payload", f"is larger than {MOST_BYTES} bytes")
    try:
        return msgspec.json.decode(payload, type=ConfigurationMessage)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        field, fault = explain(error, ConfigurationMessage)
        raise RefusedError(field or "payload", fault) from error
