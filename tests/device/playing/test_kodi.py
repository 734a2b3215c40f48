"""Kodi, before a server that answers as its documentation says."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from emoflix_device.errors import ConfigurationError
from emoflix_device.playing import PlayerError
from emoflix_device.playing.player import LibraryPlayer, open_player
from emoflix_device.playing.settings import KodiSettings, PlayingSettings
from tests.catalog.importers.conftest import Answer, Asked, Server
from tests.device.playing.films import DRISHYAM, PADDINGTON

LOGIN = "kodi:secret"
MOVIES: list[dict[str, Any]] = [
    {
        "label": "Drishyam",
        "movieid": 7,
        "title": "Drishyam",
        "originaltitle": "ദൃശ്യം",
        "year": 2013,
        "uniqueid": {"imdb": "tt3417422"},
    },
    {"label": "Home video", "movieid": 8, "title": "Paddington 2", "year": 0},
]


class Box:
    """A Kodi: what it has, and what it was told to open."""

    def __init__(self, server: Server) -> None:
        self.movies = MOVIES
        self.opened: list[dict[str, Any]] = []
        self.error: dict[str, Any] | None = None
        server.answer = self.answer

    def answer(self, asked: Asked) -> Any:
        if (
            asked.headers.get("Authorization")
            != f"Basic {base64.b64encode(LOGIN.encode()).decode()}"
        ):
            return Answer(status=401)
        assert asked.path == "/jsonrpc"
        assert asked.headers["Content-Type"] == "application/json"
        call = json.loads(asked.body)
        answer = {"jsonrpc": "2.0", "id": call["id"]}
        if self.error is not None and call["method"] == "Player.Open":
            return answer | {"error": self.error}
        if call["method"] == "Player.Open":
            self.opened.append(call["params"])
            return answer | {"result": "OK"}
        limits = call["params"]["limits"]
        some = self.movies[limits["start"] : limits["end"]]
        result = {"limits": {**limits, "total": len(self.movies)}}
        return answer | {"result": result | ({"movies": some} if some else {})}


@pytest.fixture
def box(server: Server) -> Box:
    return Box(server)


def player(server: Server, folder: Path, *, login: str = LOGIN, path: str = "") -> LibraryPlayer:
    file = folder / "kodi.key"
    file.write_text(login, encoding="utf-8")
    opened = open_player(
        PlayingSettings(kodi=KodiSettings(url=f"{server.url}{path}", key_file=file))
    )
    assert opened is not None
    return opened


@pytest.mark.parametrize("path", ["", "/", "/jsonrpc"])
def test_what_it_has_is_opened(box: Box, server: Server, tmp_path: Path, path: str) -> None:
    kodi = player(server, tmp_path, path=path)
    assert kodi.holds(DRISHYAM)
    assert not kodi.holds(PADDINGTON)
    kodi.play(DRISHYAM)
    assert box.opened == [{"item": {"movieid": 7}, "options": {"resume": False}}]


def test_an_empty_library_has_nothing(box: Box, server: Server, tmp_path: Path) -> None:
    box.movies = []
    assert not player(server, tmp_path).holds(DRISHYAM)


def test_its_refusal_is_told_in_its_words(box: Box, server: Server, tmp_path: Path) -> None:
    box.error = {"code": -32100, "message": "Failed to execute method."}
    with pytest.raises(PlayerError, match=r"refuses Player.Open \(Failed to execute method.\)"):
        player(server, tmp_path).play(DRISHYAM)


def test_a_wrong_password_is_told_with_its_file(box: Box, server: Server, tmp_path: Path) -> None:
    with pytest.raises(PlayerError, match=r"refuses \(401\): see its key_file"):
        player(server, tmp_path, login="kodi:wrong").play(DRISHYAM)
    assert box.opened == []


def test_a_kodi_that_is_off_is_told() -> None:
    opened = open_player(PlayingSettings(kodi=KodiSettings(url="http://127.0.0.1:1")))
    assert opened is not None
    with pytest.raises(PlayerError, match=r"cannot be reached \(.*refused\): is it on\?"):
        opened.holds(DRISHYAM)


@pytest.mark.parametrize("content", ["", "one\ntwo\n", "a\x1bb"])
def test_a_key_file_must_hold_one_line(server: Server, tmp_path: Path, content: str) -> None:
    with pytest.raises(ConfigurationError, match=r"kodi\.key_file: .* one line"):
        player(server, tmp_path, login=content)


def test_a_missing_key_file_is_named() -> None:
    settings = KodiSettings(url="http://127.0.0.1:1", key_file=Path("/no/such/key"))
    with pytest.raises(ConfigurationError, match=r"playing.kodi.key_file: /no/such/key cannot be"):
        open_player(PlayingSettings(kodi=settings))


def test_without_a_server_nothing_is_played() -> None:
    assert open_player(PlayingSettings()) is None
