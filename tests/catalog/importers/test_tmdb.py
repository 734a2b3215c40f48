"""TMDB's API: what is shown and filtered by, and no more."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emoflix_catalog.importers.contract import SourceError
from tests.catalog.importers.conftest import Answer, Asked, Server


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


def test_a_film_that_is_gone_since_it_was_listed_costs_itself_alone(
    server: Server, ask: Callable[..., Any]
) -> None:
    server.answer = lambda asked: (
        Answer(status=404) if asked.path.endswith("/11") else tmdb_answer(asked)
    )
    reading = ask("tmdb", "/3/discover/movie")
    assert set(reading.films) == {"tmdb-244267"}
    assert reading.tally.reasons["gone since it was listed"] == 1
