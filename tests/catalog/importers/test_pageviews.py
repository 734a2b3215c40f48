"""Against a real server on loopback that answers as the documentation of the two says."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.features.trending import HALVED_AFTER_DAYS, decayed
from emoflix_catalog.film import Film
from emoflix_catalog.importers import pageviews
from emoflix_catalog.importers.contract import Request, SourceError, Tally
from emoflix_catalog.importers.run import import_source, purge_source
from emoflix_catalog.store import open_catalogue
from tests.catalog.importers.conftest import Answer, Asked, Server

TODAY = dt.date(2024, 3, 9)
FILMS = [
    Film(
        id=f"film-{number}",
        title=f"Film {number}",
        year=2000,
        directors=(f"Director {number}",),
        identifiers={"wikidata": f"Q{number}"},
    )
    for number in range(1, 5)
]


def test_a_view_counts_half_after_a_fortnight() -> None:
    then = TODAY - dt.timedelta(days=HALVED_AFTER_DAYS)
    assert decayed({TODAY: 100, then: 100}, TODAY) == pytest.approx(150)
    assert decayed({TODAY + dt.timedelta(days=1): 100}, TODAY) == 0


_COUNTS = st.dictionaries(st.dates(dt.date(2024, 1, 1), TODAY), st.integers(0, 10**6), max_size=9)


@given(_COUNTS, _COUNTS, st.integers(0, 100))
def test_the_order_of_two_films_does_not_depend_on_the_day_of_comparing(
    one: dict[dt.date, float], other: dict[dt.date, float], days: int
) -> None:
    later = TODAY + dt.timedelta(days=days)
    now, then = (decayed(one, day) - decayed(other, day) for day in (TODAY, later))
    assert now * 2 ** (-days / HALVED_AFTER_DAYS) == pytest.approx(then, abs=1e-3)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    return write_catalogue(FILMS, tmp_path / "films.sqlite").path


@pytest.fixture
def bring(server: Server, catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A function that imports from the server without ever waiting for real."""
    monkeypatch.setattr(pageviews, "WIKIDATA", f"{server.url}/w/api.php")

    def bring_() -> Any:
        request = Request(
            where=server.url, catalogue=catalogue, timeout_s=5.0, pause=lambda _: None
        )
        tally = Tally()
        return import_source("pageviews", request, catalogue, FILMS, tally, today=TODAY)

    return bring_


def views(asked: Asked) -> Any:
    """Film 1 has more and more views, film 2 had many, film 3 no article, film 4 no views."""
    if asked.path == "/w/api.php":
        names = asked.query["ids"].split("|")
        assert (asked.query["action"], asked.query["sitefilter"]) == ("wbgetentities", "enwiki")
        links = {name: {"enwiki": {"title": f"Film/{name} (film)"}} for name in names}
        links["Q3"] = {}
        return {"entities": {name: {"id": name, "sitelinks": links[name]} for name in names}}
    *_, article, step, first, last = asked.path.split("/")
    day = dt.datetime.strptime(last, "%Y%m%d").replace(tzinfo=dt.UTC).date()
    assert (day - dt.datetime.strptime(first, "%Y%m%d").date()).days == 59  # noqa: DTZ007
    assert step == "daily"
    old, new = {"Q1": (1, 500), "Q2": (9000, 1)}.get(unquote(article).split("/")[1][:2], (0, 0))
    if not new:
        return Answer(status=404)
    ages = {59: old, 0: new}
    stamps = [(f"{day - dt.timedelta(days=age):%Y%m%d}00", n) for age, n in ages.items()]
    return {"items": [{"project": "en.wikipedia", "timestamp": t, "views": n} for t, n in stamps]}


def test_films_that_are_read_about_now_come_before_those_of_long_ago(
    server: Server, catalogue: Path, bring: Callable[..., Any]
) -> None:
    server.answer = views
    imported = bring()
    assert imported.reasons == {"no article": 1, "not read by anybody": 1}
    assert (imported.changes.new, imported.merged) == (2, 2)
    with open_catalogue(catalogue) as opened:
        assert len(opened) == len(FILMS)
        first, second = opened.film("film-1"), opened.film("film-2")
        ranks = opened.columns["popularity"][opened.numbers(["film-1", "film-2"])]
    assert first.popularity is not None
    assert second.popularity is not None
    assert first.popularity == pytest.approx(500, abs=1)
    assert second.popularity == pytest.approx(1 + 9000 * 2 ** (-59 / 14), abs=1)
    assert (first.source, first.licence) == ("starter+pageviews", "CC0-1.0")
    assert sorted(ranks.tolist()) == [0.5, 1.0]
    assert "%2F" in server.asked[1].path
    assert bring().changes.unchanged == 2
    assert purge_source("pageviews", catalogue, FILMS, today=TODAY).records == 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(status=500), "answers 500"),
        (Answer(b"<html>"), "something else than it should"),
        (Answer({"entities": {"Q1": {"sitelinks": {"enwiki": {"title": 3}}}}}), "something else"),
    ],
)
def test_a_server_that_fails_changes_nothing(
    server: Server, catalogue: Path, bring: Callable[..., Any], answer: Answer, told: str
) -> None:
    before = catalogue.read_bytes()
    server.answer = lambda _: answer
    with pytest.raises(SourceError, match=told):
        bring()
    assert catalogue.read_bytes() == before


def test_a_busy_server_is_asked_again(server: Server, bring: Callable[..., Any]) -> None:
    server.first = [Answer(status=429, headers={"Retry-After": "3"})]
    server.answer = views
    assert bring().changes.new == 2


def test_a_catalogue_without_wikidata_says_what_to_do_first(tmp_path: Path) -> None:
    path = write_catalogue([Film(id="a", title="A", year=2000)], tmp_path / "a.sqlite").path
    with pytest.raises(SourceError, match="import wikidata first"):
        list(pageviews.read(Request(where="http://127.0.0.1:9", catalogue=path), Tally()))
