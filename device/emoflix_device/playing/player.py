"""The player that the configuration names; its library is asked for whole, and kept for a while."""

import time
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from emoflix_catalog.film import Film
from emoflix_device.playing import PlayerError
from emoflix_device.playing.http import key_in
from emoflix_device.playing.jellyfin import Jellyfin
from emoflix_device.playing.kodi import Kodi
from emoflix_device.playing.library import Library, Title
from emoflix_device.playing.settings import PlayingSettings

KEPT_S: Final = 600.0
"""A film put into the library is playable after so long."""
FAULT_KEPT_S: Final = 30.0
"""A server that is away is not waited for again, film by film."""


class Server(Protocol):
    """A media server; `str` of it names program and address."""

    def titles(self) -> Iterable[Title]:
        """All its films.

        Raises:
            PlayerError: It could not be asked.
        """
        ...

    def start(self, title: str) -> None:
        """Play the title of this id; raises as `titles`, and where no screen is on."""
        ...


class LibraryPlayer:
    """Plays what one media server has."""

    def __init__(self, server: Server, *, now_s: Callable[[], float] = time.monotonic) -> None:
        """Nothing is asked yet.

        Args:
            server: what has the films.
            now_s: a clock that does not run backwards.
        """
        self._server = server
        self._now_s = now_s
        self._known: Library | PlayerError | None = None
        self._known_until_s = 0.0

    def describe(self) -> str:
        """The server and how much it has, in words; raises as `holds`."""
        return f"{self._server} has {len(self._library())} films"

    def holds(self, film: Film) -> bool:
        """Whether the film is in the library, as it was at most ten minutes ago.

        Raises:
            PlayerError: It could not be asked.
        """
        return self._library().find(film) is not None

    def play(self, film: Film) -> None:
        """Start the film on the screen.

        Raises:
            PlayerError: It is not in the library, no screen is on, or it could not be asked.
        """
        title = self._library().find(film)
        if title is None:
            raise PlayerError(f"{self._server} does not have {film}")
        self._server.start(title.id)

    def _library(self) -> Library:
        if self._known is None or self._now_s() >= self._known_until_s:
            try:
                self._known = Library(self._server.titles())
            except PlayerError as error:
                self._known = error
            kept_s = KEPT_S if isinstance(self._known, Library) else FAULT_KEPT_S
            self._known_until_s = self._now_s() + kept_s
        if isinstance(self._known, PlayerError):
            raise PlayerError(str(self._known))
        return self._known


def open_player(settings: PlayingSettings) -> LibraryPlayer | None:
    """The configured player, `None` where there is none; nothing is asked of it yet.

    Raises:
        ConfigurationError: The key's file cannot be used.
    """
    if settings.jellyfin is not None:
        screen = settings.jellyfin.screen
        key = key_in(settings.jellyfin.key_file, "playing.jellyfin.key_file")
        return LibraryPlayer(Jellyfin(settings.jellyfin.url, key, screen=screen))
    if settings.kodi is not None:
        file = settings.kodi.key_file
        login = None if file is None else key_in(file, "playing.kodi.key_file")
        return LibraryPlayer(Kodi(settings.kodi.url, login))
    return None
