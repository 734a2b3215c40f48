"""Wikidata by SPARQL: from an endpoint, or from an answer that was saved."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from emoflix_catalog.importers import wikidata
from emoflix_catalog.importers.contract import SourceError
from tests.catalog.importers.conftest import Asked, Server


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
