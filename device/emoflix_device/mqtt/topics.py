"""Where it is said: the only place that knows the names of topics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from emoflix_device.mqtt.messages import (
    AnyEvent,
    Availability,
    HealthMessage,
    InfoMessage,
    MoodMessage,
    RecommendationsMessage,
    SettingsMessage,
)

ROOT: Final = "emoflix"
ANY: Final = "+"
HOME_ASSISTANT_STATUS: Final = "homeassistant/status"
"""Home Assistant says `online` there when it has started."""

TopicName = Literal[
    "availability", "mood", "recommendations", "settings", "event", "health", "info"
]


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of the device, below its base."""

    message: Any
    """The type of its payload."""
    qos: Literal[0, 1]
    retained: bool
    meaning: str


TOPICS: Final[Mapping[TopicName, Topic]] = {
    "availability": Topic(
        Availability, 1, retained=True, meaning="whether the device is there; also its last will"
    ),
    "mood": Topic(MoodMessage, 1, retained=True, meaning="what the room feels"),
    "recommendations": Topic(
        RecommendationsMessage,
        1,
        retained=True,
        meaning="the room's slate; expires (MQTT 5), says nothing of the mood",
    ),
    "settings": Topic(SettingsMessage, 1, retained=True, meaning="what is set and what goes on"),
    "event": Topic(AnyEvent, 1, retained=False, meaning="something that happened"),
    "health": Topic(HealthMessage, 0, retained=True, meaning="how the device fares, every 60 s"),
    "info": Topic(InfoMessage, 1, retained=True, meaning="what the device is and understands"),
}


@dataclass(frozen=True, slots=True)
class Topics:
    """The full names of one device's topics; with the device `ANY`, filters to subscribe to."""

    device: str

    def of(self, name: TopicName) -> str:
        """A topic of `TOPICS`."""
        return f"{ROOT}/{self.device}/{name}"

    @property
    def discovery(self) -> str:
        """Where Home Assistant looks for what this device has."""
        return f"homeassistant/device/{self.device}/config"

    @property
    def configuration(self) -> str:
        """Where this device hears what whoever looks after the fleet wishes of it (retained)."""
        return f"{ROOT}/{self.device}/configuration"

    def command(self, user: str, name: str) -> str:
        """Where `user` asks; with `ANY` for both, what the device subscribes to."""
        return f"{ROOT}/{self.device}/client/{user}/command/{name}"

    def reply(self, user: str, name: str) -> str:
        """Where `user` is answered."""
        return f"{ROOT}/{self.device}/client/{user}/reply/{name}"

    def command_in(self, topic: str) -> tuple[str, str] | None:
        """User and command's name of a topic, `None` for a topic that is no command's."""
        match topic.split("/"):
            case [root, device, "client", user, "command", name] if (root, device) == (
                ROOT,
                self.device,
            ):
                return user, name
        return None

    def is_reply_to(self, user: str, topic: str) -> bool:
        """Whether `topic` lies inside the `reply/` of this user, so that others never read it."""
        inside = self.reply(user, "")
        return topic.startswith(inside) and len(topic) > len(inside) and not {*"+#\0"} & {*topic}


def device_and_name(topic: str) -> tuple[str, TopicName] | None:
    """The device and the topic of `TOPICS` that a full topic names, `None` for any other."""
    match topic.split("/"):
        case [root, device, name] if root == ROOT:
            return next(((device, known) for known in TOPICS if known == name), None)
    return None
