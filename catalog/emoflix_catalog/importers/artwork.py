"""The posters in the owner's own library, for how their films look. None of them is kept.

Jellyfin: `GET /Items/{id}/Images/Primary` of https://api.jellyfin.org. Kodi: the film's `art` by
`VideoLibrary.GetMovieDetails` of https://kodi.wiki/view/JSON-RPC_API, then `/image/` of its server.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from emoflix_catalog.importers import kodi
from emoflix_catalog.importers.contract import Request, SourceError, Tally
from emoflix_catalog.importers.web import Web, key_of

WIDTH_PX: Final = 300
"""Asked of Jellyfin: enough for a look, and a tenth of the bytes."""


class _Details(msgspec.Struct):
    art: dict[str, str] = {}


class _Found(msgspec.Struct):
    moviedetails: _Details


class _Answer(msgspec.Struct):
    result: _Found | None = None


def posters(
    library: str, request: Request, names: Iterable[tuple[str, str]], tally: Tally
) -> Iterator[tuple[str, bytes]]:
    """The posters of some films, as encoded pictures.

    Args:
        library: One of `LIBRARIES`.
        request: The address and the key, as for an import.
        names: Film's id and its name in the library.
        tally: Where films without a poster are counted.

    Raises:
        SourceError: There is no key where one is needed, or the server fails.
    """
    return LIBRARIES[library](request, names, tally)


def _jellyfin(
    request: Request, names: Iterable[tuple[str, str]], tally: Tally
) -> Iterator[tuple[str, bytes]]:
    key = key_of(request)
    if not key:
        raise SourceError(
            "Jellyfin wants a key: write one of its API keys into a file and name"
            " that by --key-file"
        )
    headers = {"Authorization": f'MediaBrowser Token="{key}"', "Accept": "image/*"}
    base = request.where.rstrip("/")
    with Web(request, headers) as web:
        for film, name in names:
            address = f"{base}/Items/{quote(name, safe='')}/Images/Primary"
            yield from _poster(web, film, tally, f"{address}?maxWidth={WIDTH_PX}")


def _kodi(
    request: Request, names: Iterable[tuple[str, str]], tally: Tally
) -> Iterator[tuple[str, bytes]]:
    url = kodi.address(request)
    parts = urlsplit(url)
    with Web(request, kodi.headers(request)) as web:
        for film, name in names:
            asked = {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "VideoLibrary.GetMovieDetails",
                "params": {"movieid": int(name), "properties": ["art"]},
            }
            found = web.post(url, _Answer, json=asked).result
            image = found.moviedetails.art.get("poster", "") if found else ""
            if not image:
                tally.pass_by("no poster", film)
                continue
            path = f"/image/{quote(image, safe='')}"
            address = urlunsplit(parts._replace(path=path, query=""))
            yield from _poster(web, film, tally, address)


def _poster(web: Web, film: str, tally: Tally, address: str) -> Iterator[tuple[str, bytes]]:
    picture = web.content(address)
    if picture is None:
        tally.pass_by("no poster", film)
    else:
        yield film, picture


_Reader = Callable[[Request, Iterable[tuple[str, str]], Tally], Iterator[tuple[str, bytes]]]
LIBRARIES: Final[dict[str, _Reader]] = {"jellyfin": _jellyfin, "kodi": _kodi}
"""The libraries that have posters, by the scheme of their films' names."""
