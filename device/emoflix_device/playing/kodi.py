"""Kodi: its films, and playing one; it is a screen itself.

`VideoLibrary.GetMovies` and `Player.Open` of https://kodi.wiki/view/JSON-RPC_API/v13, by HTTP:
"Allow remote control via HTTP" in Kodi's settings, under Services, Control.
"""

import base64
from collections.abc import Iterator
from typing import Any, Final, Generic, TypeVar

import msgspec

from emoflix_device.playing import PlayerError
from emoflix_device.playing.http import MediaServer
from emoflix_device.playing.library import SCHEMES, Title

PAGE: Final = 500

_T = TypeVar("_T")


class _Movie(msgspec.Struct):
    movieid: int
    title: str = ""
    originaltitle: str = ""
    year: int | None = None
    uniqueid: dict[str, str] = {}


class _Limits(msgspec.Struct):
    total: int


class _Movies(msgspec.Struct):
    limits: _Limits
    movies: list[_Movie] = []
    """Left out by Kodi where there are none."""


class _Error(msgspec.Struct):
    message: str = ""


class _Answer(msgspec.Struct, Generic[_T]):
    result: _T | None = None
    error: _Error | None = None


class Kodi:
    """One Kodi."""

    def __init__(self, url: str, key: str | None) -> None:
        """Nothing is asked yet.

        Args:
            url: such as `http://kodi.local:8080`.
            key: `user:password` of its control by HTTP, where it has one.
        """
        headers = {}
        if key is not None:
            headers["Authorization"] = f"Basic {base64.b64encode(key.encode()).decode()}"
        self._server = MediaServer(url.removesuffix("/jsonrpc"), headers, name="Kodi")

    def __str__(self) -> str:
        """Program and address."""
        return str(self._server)

    def titles(self) -> Iterator[Title]:
        """All films of its library.

        Raises:
            PlayerError: It does not answer, or refuses.
        """
        start, total = 0, 1
        while start < total:
            found = self._call(
                "VideoLibrary.GetMovies",
                {
                    "properties": ["title", "originaltitle", "year", "uniqueid"],
                    "limits": {"start": start, "end": start + PAGE},
                    "sort": {"method": "label"},
                },
                _Movies,
            )
            if not found.movies:
                return
            yield from map(_title, found.movies)
            start, total = start + len(found.movies), found.limits.total

    def start(self, title: str) -> None:
        """Play the title of this id, from its beginning.

        Raises:
            PlayerError: It refuses, or does not answer.
        """
        self._call(
            "Player.Open",
            {"item": {"movieid": int(title)}, "options": {"resume": False}},
            str,
        )

    def _call(self, method: str, params: dict[str, Any], form: type[_T]) -> _T:
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer: _Answer[_T] = self._server.post("/jsonrpc", call, _Answer[form])  # type: ignore[valid-type]
        if answer.result is None:
            why = answer.error.message if answer.error else "an empty answer"
            raise PlayerError(f"{self} refuses {method} ({why})")
        return answer.result


def _title(movie: _Movie) -> Title:
    return Title(
        id=str(movie.movieid),
        names=tuple(filter(None, (movie.title, movie.originaltitle))),
        # Kodi has no word for "not known" but 0.
        year=movie.year or None,
        identifiers={scheme: name for scheme in SCHEMES if (name := movie.uniqueid.get(scheme))},
    )
