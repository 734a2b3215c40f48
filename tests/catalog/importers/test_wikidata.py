"""Wikidata by SPARQL: from an endpoint, or from an answer that was saved."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, Store

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


GRAPH = """
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

wd:Q24862 wdt:P279 wd:Q11424 .  # short films are films
wd:Q1 wdt:P31 wd:Q11424; wdt:P577 "1931-05-11T00:00:00Z"^^xsd:dateTime;
  rdfs:label "M: Eine Stadt sucht einen Mörder"@de, "M"@en, "M (1931)"@mul;
  wdt:P1476 "M"@de; wdt:P2047 117; wdt:P345 "tt0022100"; wdt:P364 wd:Q188; wdt:P136 wd:Q2;
  wdt:P57 wd:Q3; wdt:P161 wd:Q4, wd:Q5, wd:Q6 .
wd:Q188 wdt:P218 "de" .
wd:Q2 rdfs:label "thriller film"@en .
wd:Q3 rdfs:label "Fritz Lang"@mul .
wd:Q4 rdfs:label "Peter Lorre"@en, "Peter Lorre"@mul, "Петер Лорре"@ru .
wd:Q5 rdfs:label "Gustaf Gründgens"@de, "Gustaf Gruendgens"@en, "Gustaf Gründgens"@mul .
wd:Q6 rdfs:label "Gerhard Bienert"@de .
wd:Q7 wdt:P31 wd:Q24862; wdt:P577 "1931-01-01T00:00:00Z"^^xsd:dateTime; rdfs:label "Limite"@mul .
wd:Q8 wdt:P31 wd:Q11424; wdt:P577 "1931-01-01T00:00:00Z"^^xsd:dateTime; rdfs:label "Nur"@de .
wd:Q9 wdt:P31 wd:Q5; wdt:P577 "1931-01-01T00:00:00Z"^^xsd:dateTime; rdfs:label "No film"@en .
"""


def test_a_name_that_is_the_same_in_all_languages_is_taken_where_english_has_none(
    server: Server, ask: Callable[..., Any]
) -> None:
    store = Store()
    store.load(GRAPH.encode(), format=RdfFormat.TURTLE)

    def answer(asked: Asked) -> bytes:
        results = store.query(parse_qs(asked.body.decode())["query"][0])
        return results.serialize(format=QueryResultsFormat.JSON)

    server.answer = answer
    films = ask("wikidata", "/sparql", years=(1931, 1931), key_file=None).films
    assert {name: film.title for name, film in films.items()} == {
        "wikidata-Q1": "M",
        "wikidata-Q7": "Limite",
    }
    film = films["wikidata-Q1"]
    assert (film.year, film.runtime_min, film.languages) == (1931, 117, ("de",))
    assert film.genres == ("thriller",)
    assert film.directors == ("Fritz Lang",)
    assert film.cast == ("Gustaf Gruendgens", "Peter Lorre")


def test_a_saved_answer_of_wikidata_is_read_too(tmp_path: Path, read: Callable[..., Any]) -> None:
    path = tmp_path / "films.json"
    path.write_bytes(msgspec.json.encode({"results": {"bindings": [DRISHYAM]}}))
    assert set(read("wikidata", path).films) == {"wikidata-Q15221521"}
    path.write_text("<html>")
    with pytest.raises(SourceError, match=r"films\.json: is no answer in SPARQL JSON"):
        read("wikidata", path)
