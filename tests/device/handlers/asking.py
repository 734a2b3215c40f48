"""What the tests of the commands share."""

from typing import Any

from emoflix_catalog.film import Film
from emoflix_device.playing import PlayerError
from tests.device.box import Box

FILM = "drishyam-2013"


class Shelf:
    """A player that has the films of one language, or is away."""

    def __init__(self, language: str = "", *, fault: str | None = None) -> None:
        self.language, self.fault = language, fault
        self.played: list[str] = []

    def holds(self, film: Film) -> bool:
        if self.fault is not None:
            raise PlayerError(self.fault)
        return film.language == self.language

    def play(self, film: Film) -> None:
        self.played.append(film.id)


def first_film(box: Box, **wishes: Any) -> str:
    film: str = box.done("recommend", {"count": 3, **wishes})["films"][0]["id"]
    return film
