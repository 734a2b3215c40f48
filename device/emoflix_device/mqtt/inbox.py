"""The commands that wait for the loop: so many at most, in number and in bytes."""

import threading
from collections import deque
from typing import Final

from emoflix_device.mqtt.commands import Command

LIMIT: Final = 100
LIMIT_BYTES: Final = 16 * 1024 * 1024
"""Four of the largest pictures."""


class Inbox:
    """First in, first out; the network's thread puts, the loop takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Command, int]] = deque()
        self._bytes = 0

    def put(self, command: Command, size_bytes: int) -> bool:
        """Let it wait; false where there is no room for a payload of this size."""
        with self._lock:
            if len(self._waiting) == LIMIT or self._bytes + size_bytes > LIMIT_BYTES:
                return False
            self._waiting.append((command, size_bytes))
            self._bytes += size_bytes
            return True

    def take(self) -> Command | None:
        """The one that has waited longest, or `None`."""
        with self._lock:
            if not self._waiting:
                return None
            command, size_bytes = self._waiting.popleft()
            self._bytes -= size_bytes
            return command
