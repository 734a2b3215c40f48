"""Against a real server on loopback that answers as the sources' documentation says."""

import datetime as dt
import re
from collections.abc import Callable
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from emoflix_catalog.importers import jellyfin, kodi, wikidata
from emoflix_catalog.importers.contract import Request, SourceError, Tally
from emoflix_catalog.importers.sources import history_reader
from tests.catalog.importers.conftest import Answer, Asked, Server

ITEM = {
    "Id": "f27caa37e5142225cceded48f6553502",
    "Name": "Drishyam",
    "OriginalTitle": "ദൃശ്യം",
    "ProductionYear": 2013,
    "RunTimeTicks": 96_000_000_000,
    "OfficialRating": "IN-UA",
    "Overview": "A cable operator hides a crime.",
    "Genres": ["Crime", "Drama", "Thriller"],
    "Tags": ["Alibi"],
    "ProductionLocations": ["India"],
    "People": [
        {"Name": "Mohanlal", "Role": "Georgekutty", "Type": "Actor"},
        {"Name": "Jeethu Joseph", "Type": "Director"},
        {"Name": "Jeethu Joseph", "Type": "Writer"},
    ],
    "ProviderIds": {"Imdb": "tt3417422", "Tmdb": "244267", "TmdbCollection": ""},
    "UserData": {
        "Played": True,
        "PlayCount": 2,
        "LastPlayedDate": "2024-03-09T20:15:00.0000000Z",
        "IsFavorite": False,
    },
    "Type": "Movie",
}


def jellyfin_answer(*items: Any) -> Callable[[Asked], Any]:
    def answer(asked: Asked) -> Any:
        if asked.path == "/Users":
            return [{"Name": "Asha", "Id": "u1"}, {"Name": "Ravi", "Id": "u2"}]
        start, limit = int(asked.query["startIndex"]), int(asked.query["limit"])
        page = items[start : start + limit]
        return {"Items": page, "TotalRecordCount": len(items), "StartIndex": start}

    return answer


@pytest.fixture
def ask(server: Server, key_file: Path, read: Callable[..., Any]) -> Callable[..., Any]:
    """A function that reads from the server without ever waiting for real."""

    def ask_(source: str, path: str = "", **options: Any) -> Any:
        options = {"pause": lambda _: None, "timeout_s": 5.0, "key_file": key_file, **options}
        return read(source, server.url + path, **options)

    return ask_


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


MOVIE = {
    "movieid": 7,
    "label": "Drishyam",
    "title": "Drishyam",
    "originaltitle": "ദൃശ്യം",
    "year": 2013,
    "runtime": 9600,
    "genre": ["Crime", "Drama"],
    "country": ["India"],
    "director": ["Jeethu Joseph"],
    "writer": ["Jeethu Joseph"],
    "cast": [
        {"name": "Meena", "role": "Rani", "order": 1},
        {"name": "Mohanlal", "role": "Georgekutty", "order": 0},
    ],
    "mpaa": "Rated PG-13",
    "plot": "A cable operator hides a crime.",
    "rating": 8.4,
    "votes": "45,000",
    "tag": [],
    "uniqueid": {"imdb": "tt3417422", "tmdb": "244267"},
    "playcount": 1,
    "lastplayed": "2024-03-09 20:15:00",
    "userrating": 9,
}


def kodi_answer(*movies: Any) -> Callable[[Asked], Any]:
    def answer(asked: Asked) -> Any:
        call = msgspec.json.decode(asked.body)
        assert call["method"] == "VideoLibrary.GetMovies"
        limits = call["params"]["limits"]
        page = list(movies[limits["start"] : limits["end"]])
        result: dict[str, Any] = {"limits": {**limits, "total": len(movies)}}
        if page:
            result["movies"] = page
        return {"id": 1, "jsonrpc": "2.0", "result": result}

    return answer


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


def tmdb_answer(asked: Asked) -> Any:
    if asked.path == "/3/discover/movie":
        page = int(asked.query["page"])
        ids = [[244267, 11], [12]][page - 1]
        results = [{"id": number, "title": "x", "genre_ids": [80]} for number in ids]
        return {"page": page, "results": results, "total_pages": 2, "total_results": 3}
    number = int(asked.path.rpartition("/")[2])
    return {
        "id": number,
        "title": f"Film {number}",
        "original_title": "ദൃശ്യം",
        "original_language": "ml",
        "spoken_languages": [{"iso_639_1": "ml", "name": ""}],
        "origin_country": ["IN"],
        "release_date": "" if number == 12 else "2013-12-19",
        "runtime": 160,
        "imdb_id": "tt3417422" if number == 244267 else None,
        "overview": "A cable operator hides a crime.",
        "genres": [{"id": 80, "name": "Crime"}],
        "vote_average": 8.1,
        "vote_count": 600,
        "popularity": 9.5,
        "adult": False,
    }


def test_of_tmdb_only_what_is_shown_and_filtered_by_is_taken(
    server: Server, ask: Callable[..., Any]
) -> None:
    server.answer = tmdb_answer
    reading = ask("tmdb", "/3/discover/movie?with_original_language=ml")
    film = reading.films["tmdb-244267"]
    assert (film.title, film.year, film.runtime_min) == ("Film 244267", 2013, 160)
    assert (film.languages, film.countries) == (("ml",), ("IN",))
    assert film.identifiers == {"imdb": "tt3417422", "tmdb": "244267"}
    for field in ("genres", "keywords", "mood_tags", "directors", "cast", "writers", "synopsis"):
        assert not getattr(film, field)
    assert (film.rating, film.votes, film.popularity) == (None, None, None)


def test_tmdb_pages_are_read_with_the_key_and_ones_own_query(
    server: Server, ask: Callable[..., Any]
) -> None:
    server.answer = tmdb_answer
    reading = ask("tmdb", "/3/discover/movie?with_original_language=ml")
    assert set(reading.films) == {"tmdb-244267", "tmdb-11"}
    assert reading.tally.reasons == {"no year": 1}
    lists = [asked.query for asked in server.asked if asked.path.endswith("/discover/movie")]
    assert [query["page"] for query in lists] == ["1", "2"]
    assert {query["with_original_language"] for query in lists} == {"ml"}
    assert all(asked.query["api_key"] == "s3cret" for asked in server.asked)


def test_a_read_access_token_goes_into_the_header(
    server: Server, ask: Callable[..., Any], tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("ey.ab.cd")
    server.answer = tmdb_answer
    ask("tmdb", "/3/discover/movie", key_file=token)
    assert {asked.headers["Authorization"] for asked in server.asked} == {"Bearer ey.ab.cd"}
    assert not any("api_key" in asked.query for asked in server.asked)


def test_without_a_key_tmdb_is_not_asked(server: Server, ask: Callable[..., Any]) -> None:
    with pytest.raises(SourceError, match="TMDB wants a key"):
        ask("tmdb", "/3/discover/movie", key_file=None)
    assert not server.asked


def binding(number: int, **facts: str) -> dict[str, Any]:
    entity = {"type": "uri", "value": f"http://www.wikidata.org/entity/Q{number}"}
    return {"film": entity, **{k: {"type": "literal", "value": v} for k, v in facts.items()}}


DRISHYAM = binding(
    15221521,
    title="Drishyam",
    original="ദൃശ്യം",
    year="2013",
    runtime="160",
    imdb="tt3417422",
    tmdb="244267",
    languages="ml",
    countries="IN",
    genres="thriller film|crime film|heist film",
    directors="Jeethu Joseph",
    cast="Mohanlal|Meena",
)


def test_wikidata_is_asked_year_by_year_and_page_by_page(
    server: Server, ask: Callable[..., Any]
) -> None:
    def answer(asked: Asked) -> Any:
        query = asked.body.decode()
        year = re.search(r"(\d{4})-01-01", query)
        offset = re.search(r"OFFSET[+ ](\d+)", query)
        assert year is not None
        assert offset is not None
        rows = []
        if year[1] == "2013" and offset[1] == "0":
            rows = [DRISHYAM, binding(2, title="Undated")]
        if year[1] == "2013" and offset[1] == str(wikidata.PAGE):
            rows = [binding(3, title="Third", year="2013")]
        if year[1] == "2014" and offset[1] == "0":
            rows = [{**DRISHYAM, "year": {"type": "literal", "value": "2014"}}]
        return {"head": {"vars": list(DRISHYAM)}, "results": {"bindings": rows}}

    server.answer = answer
    reading = ask("wikidata", "/sparql", years=(2013, 2014), key_file=None)
    assert set(reading.films) == {"wikidata-Q15221521", "wikidata-Q3"}
    film = reading.films["wikidata-Q15221521"]
    assert (film.title, film.original_title, film.year) == ("Drishyam", "ദൃശ്യം", 2013)
    assert film.genres == ("crime", "thriller")
    assert film.identifiers == {
        "imdb": "tt3417422",
        "tmdb": "244267",
        "wikidata": "Q15221521",
    }
    assert reading.tally.reasons == {"no year": 1}


def test_a_saved_answer_of_wikidata_is_read_too(tmp_path: Path, read: Callable[..., Any]) -> None:
    path = tmp_path / "films.json"
    path.write_bytes(msgspec.json.encode({"results": {"bindings": [DRISHYAM]}}))
    assert set(read("wikidata", path).films) == {"wikidata-Q15221521"}
    path.write_text("<html>")
    with pytest.raises(SourceError, match=r"films\.json: is no answer in SPARQL JSON"):
        read("wikidata", path)


@pytest.mark.parametrize(
    ("retry_after", "pause_s"),
    [
        ("7", 7),
        ("soon", 1),
        ("", 1),
        ("99999", 120),
    ],
)
def test_a_server_that_asks_for_patience_gets_it(
    server: Server, ask: Callable[..., Any], retry_after: str, pause_s: float
) -> None:
    server.first = [Answer(b"slow down", 429, {"Retry-After": retry_after})]
    server.answer = kodi_answer(MOVIE)
    pauses: list[float] = []
    assert len(ask("kodi", pause=pauses.append).films) == 1
    assert pauses == [pause_s]


def test_a_server_may_ask_for_patience_until_a_date(
    server: Server, ask: Callable[..., Any]
) -> None:
    until = dt.datetime.now(tz=dt.UTC) + dt.timedelta(hours=1)
    server.first = [
        Answer(status=429, headers={"Retry-After": format_datetime(until)}),
        Answer(status=503, headers={"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}),
    ]
    server.answer = kodi_answer(MOVIE)
    pauses: list[float] = []
    assert len(ask("kodi", pause=pauses.append).films) == 1
    assert pauses == [120, 0], "as long as is waited at all, and not at all for what is past"


def test_a_server_that_fails_is_asked_again_ever_later(
    server: Server, ask: Callable[..., Any]
) -> None:
    server.first = [Answer(status=status) for status in (500, 502, 503, 504)]
    server.answer = kodi_answer(MOVIE)
    pauses: list[float] = []
    assert len(ask("kodi", pause=pauses.append).films) == 1
    assert pauses == [1, 2, 4, 8]


def test_a_server_that_goes_on_failing_is_given_up(server: Server, ask: Callable[..., Any]) -> None:
    server.answer = lambda _: Answer(status=503)
    with pytest.raises(SourceError, match="answers 503 Service Unavailable, 5 times"):
        ask("kodi")


def test_a_server_that_does_not_answer_in_time_is_asked_again(
    server: Server, ask: Callable[..., Any]
) -> None:
    server.first = [Answer(stall=True)]
    server.answer = kodi_answer(MOVIE)
    assert len(ask("kodi", timeout_s=0.3).films) == 1


def test_a_server_that_is_not_there_is_named(
    read: Callable[..., Any], unused_tcp_port: int, key_file: Path
) -> None:
    with pytest.raises(SourceError, match="does not answer"):
        read(
            "jellyfin",
            f"http://127.0.0.1:{unused_tcp_port}",
            key_file=key_file,
            pause=lambda _: None,
        )


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_not_tried_twice(
    server: Server, ask: Callable[..., Any], status: int
) -> None:
    server.answer = lambda _: Answer(status=status)
    with pytest.raises(SourceError, match=r"check the key in the file given by --key-file"):
        ask("jellyfin")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body", [b"", b"<html>busy</html>", b'{"Items": [', b"\xff\xfe", b"[1, 2]"]
)
def test_a_broken_page_is_one_clear_line(
    server: Server, ask: Callable[..., Any], body: bytes
) -> None:
    server.answer = lambda asked: (
        [{"Name": "Asha", "Id": "u1"}] if asked.path == "/Users" else Answer(body)
    )
    with pytest.raises(SourceError, match="answers with something else than it should") as caught:
        ask("jellyfin")
    assert "\n" not in str(caught.value)


def test_a_page_in_the_middle_that_breaks_ends_the_import(
    server: Server, ask: Callable[..., Any]
) -> None:
    full = jellyfin_answer(*({**ITEM, "Id": f"{n:032x}"} for n in range(jellyfin.PAGE + 1)))
    server.answer = lambda asked: (
        Answer(b"{") if asked.query.get("startIndex") == str(jellyfin.PAGE) else full(asked)
    )
    with pytest.raises(SourceError, match="nothing was changed"):
        ask("jellyfin", user="Asha")


def test_a_key_never_stands_in_a_message(server: Server, ask: Callable[..., Any]) -> None:
    server.answer = lambda _: Answer(status=404)
    with pytest.raises(SourceError) as caught:
        ask("tmdb", "/3/discover/movie?with_original_language=ml")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("where", ["ftp://127.0.0.1/x", "kodi.local", "http://[::1"])
def test_what_is_no_address_is_refused(where: str, read: Callable[..., Any]) -> None:
    with pytest.raises(SourceError, match="is no address"):
        read("kodi", where, pause=lambda _: None)


@pytest.mark.parametrize("words", ["", "two words"])
def test_a_key_file_holds_one_word(words: str, tmp_path: Path, ask: Callable[..., Any]) -> None:
    path = tmp_path / "key"
    path.write_text(words)
    with pytest.raises(SourceError, match="write the key alone into it"):
        ask("kodi", key_file=path)


def test_a_kodi_with_a_password_gets_it(
    server: Server, ask: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "key"
    path.write_text("kodi:secret\n")
    server.answer = kodi_answer(MOVIE)
    ask("kodi", key_file=path)
    assert server.asked[0].headers["Authorization"] == "Basic a29kaTpzZWNyZXQ="
    assert kodi.PAGE == 200


@pytest.fixture
def unused_tcp_port() -> int:
    """A port on which nobody listens."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
