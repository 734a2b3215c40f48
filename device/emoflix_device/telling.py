"""How the parts of the loop say something to the world."""

from typing import Protocol

from msgspec import Struct

from emoflix_device.mqtt.topics import TopicName


class Tell(Protocol):
    """Says something on one of the device's topics: `Link.publish`."""

    def __call__(
        self, name: TopicName, message: Struct, *, expires_s: float | None = None
    ) -> None: ...
