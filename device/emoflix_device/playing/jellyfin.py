"""Jellyfin: its films, its screens, and playing one on the other.

`GET /Items`, `GET /Sessions` and `POST /Sessions/{id}/Playing` of https://api.jellyfin.org, let in
by one of the dashboard's API keys.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, urlencode

import msgspec

from emoflix_device.playing import PlayerError
from emoflix_device.playing.http import MediaServer
from emoflix_device.playing.library import SCHEMES, Title

PAGE: Final = 500
ACTIVE_S: Final = 960
"""A screen that said nothing for so long is taken as off, as Jellyfin's own dashboard does."""


class _Item(msgspec.Struct, rename="pascal"):
    id: str
    name: str = ""
    original_title: str | None = None
    production_year: int | None = None
    provider_ids: dict[str, str | None] | None = None


class _Page(msgspec.Struct, rename="pascal"):
    items: list[_Item]
    total_record_count: int


class _Session(msgspec.Struct, rename="pascal"):
    id: str
    device_name: str = ""
    supports_remote_control: bool = False
    playable_media_types: list[str] = []


class Jellyfin:
    """A server, and the screens that are signed in to it."""

    def __init__(self, url: str, key: str, *, screen: str | None) -> None:
        """Nothing is asked yet.

        Args:
            url: the server's.
            key: one of its API keys.
            screen: the device's name, as Jellyfin's dashboard shows it; the only one without.
        """
        self._server = MediaServer(
            url, {"Authorization": f'MediaBrowser Token="{key}"'}, name="Jellyfin"
        )
        self._screen = screen

    def __str__(self) -> str:
        """Program and address."""
        return str(self._server)

    def titles(self) -> Iterator[Title]:
        """All films of all its libraries.

        Raises:
            PlayerError: It does not answer, or refuses.
        """
        start, total = 0, 1
        while start < total:
            wanted = {
                "includeItemTypes": "Movie",
                "recursive": "true",
                "fields": "OriginalTitle,ProviderIds",
                "enableImages": "false",
                "startIndex": start,
                "limit": PAGE,
            }
            page = self._server.get(f"/Items?{urlencode(wanted)}", _Page)
            if not page.items:
                return
            yield from map(_title, page.items)
            start, total = start + len(page.items), page.total_record_count

    def start(self, title: str) -> None:
        """Play the title of this id on the screen, from its beginning.

        Raises:
            PlayerError: No screen is on, several are and none is named, or it does not answer.
        """
        wanted = urlencode({"playCommand": "PlayNow", "itemIds": title})
        self._server.tell(f"/Sessions/{quote(self._session(), safe='')}/Playing?{wanted}")

    def _session(self) -> str:
        sessions = self._server.get(f"/Sessions?activeWithinSeconds={ACTIVE_S}", list[_Session])
        screens = [
            session
            for session in sessions
            if session.supports_remote_control and "Video" in session.playable_media_types
        ]
        names = ", ".join(sorted(screen.device_name for screen in screens))
        if self._screen is not None:
            wanted = self._screen.casefold()
            screens = [each for each in screens if each.device_name.casefold() == wanted]
            if not screens:
                on = f"on are: {names}" if names else "none is on"
                raise PlayerError(f"{self} knows no screen {self._screen!r} that is on; {on}")
        if not screens:
            raise PlayerError(f"{self} knows no screen that is on: open Jellyfin on the television")
        if len({screen.device_name for screen in screens}) > 1:
            # A film that starts in the bedroom of somebody else is worse than none.
            raise PlayerError(
                f"{self} knows several screens ({names}): name one in playing.jellyfin.screen"
            )
        return screens[0].id


def _title(item: _Item) -> Title:
    given = {scheme.lower(): name for scheme, name in (item.provider_ids or {}).items()}
    return Title(
        id=item.id,
        names=tuple(filter(None, (item.name, item.original_title))),
        year=item.production_year,
        identifiers={scheme: name for scheme in SCHEMES if (name := given.get(scheme))},
    )
