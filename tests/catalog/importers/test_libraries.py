"""The films of a household's own Jellyfin and Kodi, and what was played there."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emoflix_catalog.importers import kodi
from emoflix_catalog.importers.contract import Request, SourceError, Tally
from emoflix_catalog.importers.sources import history_reader
from tests.catalog.importers.conftest import Server
from tests.catalog.importers.libraries import ITEM, MOVIE, jellyfin_answer, kodi_answer


def test_jellyfin_films_are_read_page_by_page(server: Server, ask: Callable[..., Any]) -> None:
    items = [{**ITEM, "Id": f"{number:032x}", "ProviderIds": {}} for number in range(450)]
    server.answer = jellyfin_answer(*items)
    reading = ask("jellyfin", user="Ravi")
    assert len(reading.films) == 450
    assert [asked.query.get("startIndex") for asked in server.asked[1:]] == ["0", "200", "400"]
    assert {asked.query.get("userId") for asked in server.asked[1:]} == {"u2"}
    assert server.asked[0].headers["Authorization"] == 'MediaBrowser Token="s3cret"'


def test_a_jellyfin_film_has_all_that_the_server_knows(
    server: Server, ask: Callable[..., Any]
) -> None:
    server.answer = jellyfin_answer(ITEM)
    (film,) = ask("jellyfin", user="Asha").films.values()
    assert (film.title, film.original_title, film.year) == ("Drishyam", "ദൃശ്യം", 2013)
    assert (film.runtime_min, film.age, film.countries) == (160, 12, ("IN",))
    assert (film.cast, film.directors) == (("Mohanlal",), ("Jeethu Joseph",))
    assert film.identifiers == {"imdb": "tt3417422", "tmdb": "244267", "jellyfin": ITEM["Id"]}


def test_one_broken_entry_costs_no_other(server: Server, ask: Callable[..., Any]) -> None:
    server.answer = jellyfin_answer(ITEM, {"Id": "2", "Name": ["a", "list"]}, {"Name": "no id"})
    reading = ask("jellyfin", user="Asha")
    assert len(reading.films) == 1
    assert reading.tally.reasons == {"an entry of another form": 2}
    assert "film 2: Expected `str`" in reading.tally.examples["an entry of another form"][0]


def test_several_users_have_to_be_told_apart(server: Server, ask: Callable[..., Any]) -> None:
    server.answer = jellyfin_answer(ITEM)
    with pytest.raises(SourceError, match="has Asha, Ravi: say by --user"):
        ask("jellyfin")


def test_what_jellyfin_saw_played_is_a_history(server: Server, key_file: Path) -> None:
    server.answer = jellyfin_answer(ITEM, {**ITEM, "Id": "2", "UserData": {"Played": False}})
    request = Request(where=server.url, key_file=key_file, user="Asha")
    tally = Tally()
    (watched,) = history_reader("jellyfin")(request, tally)
    assert (watched.title, watched.year, watched.on) == ("Drishyam", 2013, dt.date(2024, 3, 9))
    assert watched.identifiers["imdb"] == "tt3417422"
    assert tally.reasons == {"not watched": 1}


def test_kodi_films_are_read_page_by_page(server: Server, ask: Callable[..., Any]) -> None:
    server.answer = kodi_answer(*({**MOVIE, "movieid": n, "uniqueid": {}} for n in range(450)))
    reading = ask("kodi")
    assert len(reading.films) == 450
    assert [asked.path for asked in server.asked] == ["/jsonrpc"] * 3
    film = reading.films["kodi-7"]
    assert film.cast == ("Mohanlal", "Meena")
    assert (film.runtime_min, film.age, film.votes) == (160, 12, 45_000)


def test_an_empty_kodi_library_is_read_to_its_end(server: Server, ask: Callable[..., Any]) -> None:
    server.answer = kodi_answer()
    assert ask("kodi").films == {}


def test_kodi_says_why_it_refuses(server: Server, ask: Callable[..., Any]) -> None:
    server.answer = lambda _: {"error": {"code": -32601, "message": "Method not found."}}
    with pytest.raises(SourceError, match=r"Kodi refuses \(Method not found\.\)"):
        ask("kodi")


def test_what_kodi_played_is_a_history_with_ratings(server: Server) -> None:
    server.answer = kodi_answer(MOVIE, {**MOVIE, "movieid": 8, "playcount": 0, "lastplayed": ""})
    tally = Tally()
    (watched,) = history_reader("kodi")(Request(where=f"{server.url}/jsonrpc"), tally)
    assert (watched.on, watched.rating) == (dt.date(2024, 3, 9), 9.0)


def test_a_kodi_with_a_password_gets_it(
    server: Server, ask: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "key"
    path.write_text("kodi:secret\n")
    server.answer = kodi_answer(MOVIE)
    ask("kodi", key_file=path)
    assert server.asked[0].headers["Authorization"] == "Basic a29kaTpzZWNyZXQ="
    assert kodi.PAGE == 200
