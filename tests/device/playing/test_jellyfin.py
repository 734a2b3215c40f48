"""Jellyfin, before a server that answers as its documentation says."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from emoflix_device.playing import PlayerError, http
from emoflix_device.playing.http import MediaServer
from emoflix_device.playing.jellyfin import PAGE
from emoflix_device.playing.player import LibraryPlayer, open_player
from emoflix_device.playing.settings import JellyfinSettings, PlayingSettings
from tests.catalog.importers.conftest import Answer, Asked, Server
from tests.device.playing.films import AMELIE, DRISHYAM, PADDINGTON
from tests.device.web_server import Web

KEY = "0123456789abcdef"
ITEMS: list[dict[str, Any]] = [
    {
        "Name": "Drishyam",
        "Id": "a1",
        "Type": "Movie",
        "ProductionYear": 2013,
        "OriginalTitle": "ദൃശ്യം",
        "ProviderIds": {"Imdb": "tt3417422", "Tmdb": "244316"},
    },
    {"Name": "Die fabelhafte Welt der Amélie", "Id": "b2", "ProviderIds": {"Imdb": "tt0211915"}},
]


def session(id_: str, device: str, **more: Any) -> dict[str, Any]:
    return {
        "Id": id_,
        "DeviceName": device,
        "Client": "Jellyfin Android TV",
        "SupportsRemoteControl": True,
        "PlayableMediaTypes": ["Audio", "Video"],
    } | more


class Jelly:
    """What the server has, and what it was told to play."""

    def __init__(self, server: Server) -> None:
        self.items = ITEMS
        self.sessions = [session("s1", "Living Room TV")]
        self.played: list[tuple[str, dict[str, str]]] = []
        self.pages: list[int] = []
        server.answer = self.answer

    def answer(self, asked: Asked) -> Any:
        if asked.headers.get("Authorization") != f'MediaBrowser Token="{KEY}"':
            return Answer(status=401)
        match asked.path.split("/"):
            case ["", "Items"]:
                assert asked.query["includeItemTypes"] == "Movie"
                start, limit = int(asked.query["startIndex"]), int(asked.query["limit"])
                self.pages.append(start)
                return {
                    "Items": self.items[start : start + limit],
                    "TotalRecordCount": len(self.items),
                    "StartIndex": start,
                }
            case ["", "Sessions"]:
                return self.sessions
            case ["", "Sessions", id_, "Playing"]:
                self.played.append((id_, asked.query))
                return Answer(status=204)
        return Answer(status=404)


@pytest.fixture
def jelly(server: Server) -> Jelly:
    return Jelly(server)


def player(
    server: Server, folder: Path, *, screen: str | None = None, key: str = KEY
) -> LibraryPlayer:
    file = folder / "jellyfin.key"
    file.write_text(f"{key}\n", encoding="utf-8")
    opened = open_player(
        PlayingSettings(jellyfin=JellyfinSettings(url=server.url, key_file=file, screen=screen))
    )
    assert opened is not None
    return opened


def test_what_it_has_can_be_played_on_the_screen(
    jelly: Jelly, server: Server, tmp_path: Path
) -> None:
    jellyfin = player(server, tmp_path)
    assert jellyfin.holds(DRISHYAM)
    assert jellyfin.holds(AMELIE)
    assert not jellyfin.holds(PADDINGTON)
    jellyfin.play(AMELIE)
    assert jelly.played == [("s1", {"playCommand": "PlayNow", "itemIds": "b2"})]
    assert "has 2 films" in jellyfin.describe()


def test_the_library_is_asked_for_once_however_many_films_are_looked_for(
    jelly: Jelly, server: Server, tmp_path: Path
) -> None:
    jelly.items = [{"Name": f"Film {n}", "Id": str(n)} for n in range(PAGE)] + ITEMS
    jellyfin = player(server, tmp_path)
    for _ in range(5):
        assert jellyfin.holds(DRISHYAM)
    assert jelly.pages == [0, PAGE]


def test_what_it_does_not_have_is_not_played(jelly: Jelly, server: Server, tmp_path: Path) -> None:
    with pytest.raises(PlayerError, match=r"Jellyfin at .* does not have Paddington 2 \(2017\)"):
        player(server, tmp_path).play(PADDINGTON)
    assert jelly.played == []


@pytest.mark.parametrize(
    "sessions",
    [
        [],
        [session("s1", "A radio", PlayableMediaTypes=["Audio"])],
        [session("s1", "A browser", SupportsRemoteControl=False)],
    ],
)
def test_without_a_screen_that_is_on_it_says_what_to_do(
    jelly: Jelly, server: Server, tmp_path: Path, sessions: list[dict[str, Any]]
) -> None:
    jelly.sessions = sessions
    with pytest.raises(PlayerError, match="no screen that is on: open Jellyfin on the television"):
        player(server, tmp_path).play(DRISHYAM)


def test_of_several_screens_the_named_one_plays_and_none_is_guessed(
    jelly: Jelly, server: Server, tmp_path: Path
) -> None:
    jelly.sessions.append(session("s2", "Bedroom"))
    with pytest.raises(PlayerError, match=r"several screens \(Bedroom, Living Room TV\): name one"):
        player(server, tmp_path).play(DRISHYAM)
    player(server, tmp_path, screen="bedroom").play(DRISHYAM)
    assert [id_ for id_, _ in jelly.played] == ["s2"]
    with pytest.raises(PlayerError, match="no screen 'Kitchen' that is on; on are: Bedroom, Liv"):
        player(server, tmp_path, screen="Kitchen").play(DRISHYAM)


def test_a_wrong_key_is_told_with_its_file(jelly: Jelly, server: Server, tmp_path: Path) -> None:
    with pytest.raises(PlayerError, match=r"refuses \(401\): see its key_file"):
        player(server, tmp_path, key="wrong").holds(DRISHYAM)
    assert jelly.played == []


def test_a_key_is_not_carried_to_where_a_redirect_points(
    jelly: Jelly, server: Server, tmp_path: Path
) -> None:
    server.first.append(Answer(status=302, headers={"Location": f"{server.url}/Items"}))
    with pytest.raises(PlayerError, match="answers 302"):
        player(server, tmp_path).holds(DRISHYAM)
    assert len(server.asked) == 1
    assert jelly.pages == []


@pytest.mark.parametrize("body", [b"<html>a router's page</html>", b"[]", b'{"Items": 3}', b"\xff"])
def test_what_is_no_jellyfin_is_told(server: Server, tmp_path: Path, body: bytes) -> None:
    server.answer = lambda _: Answer(body)
    with pytest.raises(PlayerError, match="something else than it should"):
        player(server, tmp_path).holds(DRISHYAM)


def test_a_server_that_says_nothing_is_not_waited_for_long(server: Server) -> None:
    server.answer = lambda _: Answer(stall=True)
    media = MediaServer(server.url, {}, name="Jellyfin", timeout_s=0.2)
    with pytest.raises(PlayerError, match=r"cannot be reached \(no answer in time\): is it on\?"):
        media.get("/Items", dict)


def test_a_server_that_never_comes_to_an_end_is_not_waited_for_long(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        with contextlib.suppress(OSError):
            while not gone.wait(0.01):
                request.wfile.write(b" ")

    web.answer = drip
    monkeypatch.setattr(http, "LONGEST_S", 0.2)
    media = MediaServer(web.address, {}, name="Jellyfin")
    with pytest.raises(PlayerError, match="no answer in time"):
        media.get("/Items", dict)
    gone.set()


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(PlayerError, match=r"cannot be reached \(Invalid IPv6 URL\)"):
        MediaServer("http://[::1", {}, name="Kodi").get("/", dict)


def test_a_server_that_is_away_is_asked_again_only_after_a_while(
    jelly: Jelly, server: Server, tmp_path: Path
) -> None:
    asked = threading.Semaphore(0)

    def away(_: Asked) -> Answer:
        asked.release()
        return Answer(status=503)

    server.answer = away
    now_s = 0.0
    jellyfin = LibraryPlayer(player(server, tmp_path)._server, now_s=lambda: now_s)
    for _ in range(3):
        with pytest.raises(PlayerError, match="answers 503"):
            jellyfin.holds(DRISHYAM)
    assert asked.acquire(blocking=False)
    assert not asked.acquire(blocking=False)
    server.answer = jelly.answer
    now_s = 31.0
    assert jellyfin.holds(DRISHYAM)
    jelly.items = []
    assert jellyfin.holds(DRISHYAM)
    now_s = 700.0
    assert not jellyfin.holds(DRISHYAM)
