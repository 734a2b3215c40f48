"""Handing a chosen film to what plays it: the contract of a media server's adapter."""

from typing import Protocol

from emoflix_catalog.film import Film
from emoflix_device.errors import EmoflixError


class PlayerError(EmoflixError):
    """The player is away, refuses, or shows nothing anywhere; in one line for a person."""


class Player(Protocol):
    """A media server with a screen.

    Both verbs may wait for the network, so they are called on the worker's thread alone, one at a
    time; each ends within seconds, by time-outs of its own.
    """

    def holds(self, film: Film) -> bool:
        """Whether the film is in its library; an adapter may remember what it was told.

        Raises:
            PlayerError: It could not be asked.
        """
        ...

    def play(self, film: Film) -> None:
        """Start the film on the screen.

        Raises:
            PlayerError: It is not in the library, no screen is on, or it could not be asked.
        """
        ...
