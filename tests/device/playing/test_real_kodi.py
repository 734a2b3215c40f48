"""Kodi itself, the system's package (`apt install kodi xvfb`), on a screen that nobody sees."""

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import httpx
import pytest

from emoflix_device.camera.source import bundled_clip
from emoflix_device.playing import PlayerError
from emoflix_device.playing.player import LibraryPlayer, open_player
from emoflix_device.playing.settings import KodiSettings, PlayingSettings
from tests.device.playing.films import DRISHYAM, PADDINGTON
from tests.mosquitto import HOST, free_port, wait_until

PROGRAM: Final = next(Path("/usr/lib").glob("*/kodi/kodi.bin"), None)
START_GUARD_S: Final = 120
LOGIN: Final = ("kodi", "secret")

pytestmark = [
    pytest.mark.skipif(
        PROGRAM is None or shutil.which("xvfb-run") is None,
        reason="Kodi and Xvfb are not installed (apt install kodi xvfb)",
    ),
    pytest.mark.timeout(2 * START_GUARD_S),
]

SETTINGS: Final = """<settings version="2">
<setting id="services.webserver">true</setting>
<setting id="services.webserverport">{port}</setting>
<setting id="services.webserverauthentication">true</setting>
<setting id="services.webserverusername">kodi</setting>
<setting id="services.webserverpassword">secret</setting>
<setting id="services.esenabled">false</setting>
<setting id="services.zeroconf">false</setting>
</settings>
"""

NFO: Final = """<?xml version="1.0" encoding="UTF-8"?>
<movie><title>{title}</title><originaltitle>{original}</originaltitle>
<premiered>{year}-12-19</premiered>
<uniqueid type="imdb" default="true">tt3417422</uniqueid></movie>
"""


class RealKodi:
    """A running Kodi with one film in its library."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        userdata = self.home / ".kodi" / "userdata"
        userdata.mkdir(parents=True)
        (userdata / "guisettings.xml").write_text(SETTINGS.format(port=self.port), "utf-8")
        with (self.home / "kodi.out").open("wb") as out:
            self._process = subprocess.Popen(
                ["xvfb-run", "-a", "-s", "-screen 0 640x360x24", str(PROGRAM), "--standalone"],
                env={**os.environ, "HOME": str(self.home)},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._answers, "Kodi answers", START_GUARD_S)

    def stop(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def call(self, method: str, **params: Any) -> Any:
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = httpx.post(f"{self.url}/jsonrpc", json=call, auth=LOGIN, timeout=20)
        return answer.raise_for_status().json()["result"]

    def add(self, folder: Path) -> None:
        """Make the folder a source of films, as its dialogue does, and have it scanned."""
        (database,) = (self.home / ".kodi/userdata/Database").glob("MyVideos*.db")
        with sqlite3.connect(database) as library:
            library.execute(
                "INSERT INTO path(strPath, strContent, strScraper, scanRecursive, useFolderNames,"
                " strSettings, noUpdate, exclude) VALUES (?, 'movies', 'metadata.local', 1, 1,"
                " '', 0, 0)",
                (f"{folder}/",),
            )
        library.close()
        self.call("VideoLibrary.Scan", showdialogs=False)
        wait_until(
            lambda: self.call("VideoLibrary.GetMovies")["limits"]["total"] == 1,
            "the film is in Kodi's library",
            START_GUARD_S,
        )

    def playing(self) -> str | None:
        """The title of the film on the screen."""
        for player in self.call("Player.GetActivePlayers"):
            item = self.call("Player.GetItem", playerid=player["playerid"], properties=["title"])
            return str(item["item"]["title"])
        return None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.home / "kodi.out").read_text("utf-8")
        try:
            return bool(self.call("JSONRPC.Ping") == "pong")
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def kodi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealKodi]:
    films = tmp_path_factory.mktemp("films")
    film = films / "Drishyam (2013)"
    film.mkdir()
    shutil.copy(bundled_clip(), film / "Drishyam (2013).mp4")
    described = NFO.format(
        title=escape(DRISHYAM.title), original=escape(DRISHYAM.original_title), year=DRISHYAM.year
    )
    (film / "Drishyam (2013).nfo").write_text(described, "utf-8")
    kodi = RealKodi(tmp_path_factory.mktemp("kodi"))
    try:
        kodi.start()
        kodi.add(films)
        yield kodi
    finally:
        kodi.stop()


def player(kodi: RealKodi, folder: Path, login: str = ":".join(LOGIN)) -> LibraryPlayer:
    key = folder / "kodi.key"
    key.write_text(login, "utf-8")
    opened = open_player(PlayingSettings(kodi=KodiSettings(url=kodi.url, key_file=key)))
    assert opened is not None
    return opened


def test_a_film_of_its_library_is_on_its_screen(kodi: RealKodi, tmp_path: Path) -> None:
    opened = player(kodi, tmp_path)
    assert opened.holds(DRISHYAM)
    assert not opened.holds(PADDINGTON)
    assert kodi.playing() is None
    opened.play(DRISHYAM)
    wait_until(lambda: kodi.playing() == DRISHYAM.title, "the film plays", START_GUARD_S)


def test_its_lock_is_told_with_the_key_file(kodi: RealKodi, tmp_path: Path) -> None:
    with pytest.raises(PlayerError, match=r"refuses \(401\): see its key_file"):
        player(kodi, tmp_path, login="kodi:wrong").holds(DRISHYAM)
