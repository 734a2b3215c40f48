"""Against a real server on loopback that answers as the libraries' documentation says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from emoflix_catalog.importers.artwork import posters
from emoflix_catalog.importers.contract import Request, SourceError, Tally
from tests.catalog.importers.conftest import Answer, Asked, Server


@pytest.fixture
def take(server: Server, key_file: Path) -> Callable[..., dict[str, bytes]]:
    """A function that takes posters from the server without ever waiting for real."""

    def take_(library: str, tally: Tally, *names: tuple[str, str]) -> dict[str, bytes]:
        request = Request(where=server.url, key_file=key_file, timeout_s=5.0, pause=lambda _: None)
        return dict(posters(library, request, names, tally))

    return take_


def test_jellyfin_gives_the_posters_that_it_has(
    server: Server, take: Callable[..., dict[str, bytes]]
) -> None:
    def answer(asked: Asked) -> Answer:
        there = asked.path == "/Items/a1/Images/Primary" and asked.query == {"maxWidth": "300"}
        return Answer(b"poster") if there else Answer(status=404)

    server.answer, tally = answer, Tally()
    server.first = [Answer(status=503)]
    assert take("jellyfin", tally, ("one", "a1"), ("two", "b2")) == {"one": b"poster"}
    assert tally.reasons == {"no poster": 1}
    assert server.asked[0].headers["Authorization"] == 'MediaBrowser Token="s3cret"'


def test_kodi_gives_the_posters_that_it_has(
    server: Server, take: Callable[..., dict[str, bytes]]
) -> None:
    image = "image://https%3a%2f%2fimages.example%2fp.jpg/"

    def answer(asked: Asked) -> Any:
        if asked.path == "/jsonrpc":
            film = msgspec.json.decode(asked.body)["params"]["movieid"]
            art = {"poster": image} if film == 7 else {"fanart": "x"}
            return {"id": 1, "jsonrpc": "2.0", "result": {"moviedetails": {"art": art}}}
        assert asked.path == "/image/image%3A%2F%2Fhttps%253a%252f%252fimages.example%252fp.jpg%2F"
        return Answer(b"poster")

    server.answer, tally = answer, Tally()
    assert take("kodi", tally, ("one", "7"), ("two", "8")) == {"one": b"poster"}
    assert tally.examples == {"no poster": ["two"]}


def test_a_server_that_refuses_ends_the_taking(
    server: Server, take: Callable[..., dict[str, bytes]]
) -> None:
    server.answer = lambda _: Answer(status=401)
    with pytest.raises(SourceError, match="check the key"):
        take("jellyfin", Tally(), ("one", "a1"))
