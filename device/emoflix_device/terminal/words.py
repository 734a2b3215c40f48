"""How moods, cameras and films are told on a terminal."""

from typing import Any, Final

import msgspec

from emoflix_device.mqtt.messages import Announced, CameraState, FilmMessage, SettingsMessage
from emoflix_device.mqtt.topics import TOPICS, TopicName

LOOKS: Final[dict[Announced, tuple[str, str]]] = {
    "angry": ("looks angry", "red"),
    "disgust": ("looks disgusted", "green"),
    "fear": ("looks afraid", "magenta"),
    "happy": ("looks happy", "yellow"),
    "sad": ("looks sad", "blue"),
    "surprise": ("looks surprised", "cyan"),
    "neutral": ("looks neutral", "white"),
    "uncertain": ("hard to say", "white"),
    "nobody": ("nobody there", "white"),
}
LOOKS_WIDTH: Final = max(len(looks) for looks, _ in LOOKS.values())
CAMERA: Final[dict[CameraState, str]] = {
    "on": "the camera is on",
    "off": "the camera is off",
    "lost": "the camera is lost",
    "no consent": "the camera is not looked through: nobody has given consent yet",
}
CERTAINTY: Final = ((0.85, "sure"), (0.65, "fairly sure"), (0.45, "unsure"), (0.0, "a guess"))
"""From which confidence on which words."""


def decode(name: TopicName, payload: bytes) -> Any:
    """The message of a topic.

    Raises:
        ValueError: It is none that this version knows.
        RecursionError: It is nested without end.
    """
    if name == "availability":
        return msgspec.convert(payload.decode(), TOPICS[name].message)
    return msgspec.json.decode(payload, type=TOPICS[name].message)


def camera(settings: SettingsMessage) -> str:
    """What the camera does, in words."""
    words = CAMERA[settings.camera]
    return words if settings.camera_fault is None else f"{words}: {settings.camera_fault}"


def certainty(confidence: float) -> str:
    """How sure it is, in words."""
    return next(words for least, words in CERTAINTY if confidence >= least)


def facts(film: FilmMessage) -> str:
    """Language, length, genres and director."""
    known = [film.language, f"{film.runtime_min} min" if film.runtime_min else ""]
    known += ["/".join(film.genres[:2]), film.director]
    return printable(", ".join(filter(None, known)))


def printable(text: str) -> str:
    """Without control characters: what comes over the network must not steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
