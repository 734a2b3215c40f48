"""What a library's own play dates say of what is talked of in a house."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.features.popularity import popularity
from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import Request, Tally
from emoflix_catalog.importers.run import Imported, import_source
from emoflix_catalog.recommend import Context, Viewer, recommend
from emoflix_catalog.store import open_catalogue
from tests.catalog.importers.conftest import Server
from tests.catalog.importers.libraries import ITEM, MOVIE, jellyfin_answer, kodi_answer

TODAY = dt.date(2024, 3, 10)
PLAYED = ("2024-03-09", "2024-02-01", "2022-12-24", None)
"""When each film was last played."""


def jellyfin(played: Sequence[str | None]) -> Any:
    items = [
        {
            **ITEM,
            "Id": f"{number:032x}",
            "Name": f"Film {number}",
            "OriginalTitle": None,
            "ProviderIds": {"Imdb": f"tt000000{number}"},
            "UserData": {"LastPlayedDate": day and f"{day}T20:15:00.0000000Z"},
        }
        for number, day in enumerate(played)
    ]
    return jellyfin_answer(*items)


def kodi(played: Sequence[str | None]) -> Any:
    movies = [
        {
            **MOVIE,
            "movieid": number,
            "title": f"Film {number}",
            "originaltitle": "",
            "uniqueid": {"imdb": f"tt000000{number}"},
            "lastplayed": f"{day} 20:15:00" if day else "",
        }
        for number, day in enumerate(played)
    ]
    return kodi_answer(*movies)


LIBRARIES = {"jellyfin": jellyfin, "kodi": kodi}


@pytest.fixture
def bring(server: Server, tmp_path: Path, key_file: Path) -> Callable[..., Imported]:
    """A function that imports a library, beside a film that the house does not have."""

    def bring_(library: str, *played: str | None) -> Imported:
        server.answer = LIBRARIES[library](played)
        path = tmp_path / "films.sqlite"
        user = "Asha" if library == "jellyfin" else ""
        request = Request(where=server.url, key_file=key_file, user=user)
        own = [Film(id="elsewhere", title="Elsewhere", year=2000)]
        return import_source(library, request, path, own, Tally(), today=TODAY)

    return bring_


@pytest.mark.parametrize("library", list(LIBRARIES))
def test_what_was_played_of_late_trends_in_its_house(
    library: str, bring: Callable[..., Imported]
) -> None:
    path = bring(library, *PLAYED).catalogue.path
    with open_catalogue(path) as catalogue:
        context = Context(at=dt.datetime(2024, 3, 10, 20, tzinfo=dt.UTC))
        slate = recommend(catalogue, Viewer(), None, context)
    scores = {place.film.title: place.parts.get("trending") for place in slate.films}
    first, second, third, fourth = (scores[f"Film {number}"] or 0 for number in range(4))
    assert first > second > third == fourth == (scores["Elsewhere"] or 0) == 0
    told = {place.film.title: [reason.text for reason in place.reasons] for place in slate.films}
    assert "Played here of late" in told["Film 0"]
    assert "Played here of late" not in told["Film 1"]


@pytest.mark.parametrize("library", list(LIBRARIES))
def test_nothing_changes_until_something_is_played(
    library: str, bring: Callable[..., Imported]
) -> None:
    first = bring(library, *PLAYED)
    again = bring(library, *PLAYED)
    assert again.changes.unchanged == len(PLAYED)
    assert again.catalogue.version == first.catalogue.version
    played = bring(library, "2024-03-09", "2024-03-10", *PLAYED[2:])
    assert (played.changes.changed, played.changes.unchanged) == (1, 3)


def test_counts_of_different_days_are_compared_as_on_the_newest() -> None:
    newest = Film(
        id="a",
        title="A",
        year=2000,
        popularity=100.0,
        popularity_on=TODAY,
        popularity_by="csv-shelf",
    )
    # A fortnight halves it: to 95, and to 105.
    then = TODAY - dt.timedelta(days=14)
    less, more = (
        msgspec.structs.replace(newest, id=f"{count}", popularity=count, popularity_on=then)
        for count in (190.0, 210.0)
    )
    assert popularity([newest, less, more]).rank.tolist() == pytest.approx([2 / 3, 1 / 3, 1])


def test_another_source_s_numbers_do_not_mix_with_the_plays(
    bring: Callable[..., Imported], tmp_path: Path
) -> None:
    path = bring("kodi", *PLAYED).catalogue.path
    table = tmp_path / "shelf.csv"
    table.write_text(
        "title,year,imdb,popularity,popularity_on\n"
        "Film 1,2013,tt0000001,500,2024-03-09\n"
        "Film 3,2013,tt0000003,900,2024-03-09\n",
        encoding="utf-8",
    )
    import_source("csv", Request(where=str(table)), path, [], Tally(), today=TODAY)
    with open_catalogue(path) as catalogue:
        second, fourth = (catalogue.film(f"imdb-tt000000{number}") for number in (1, 3))
    assert (second.popularity, second.popularity_by) == (1, "kodi")
    assert (fourth.popularity, fourth.popularity_by) == (900, "csv")


def test_a_catalogue_keeps_who_said_it(tmp_path: Path) -> None:
    film = Film(
        id="a", title="A", year=2000, popularity=1.0, popularity_on=TODAY, popularity_by="kodi"
    )
    path = write_catalogue([film], tmp_path / "films.sqlite").path
    with open_catalogue(path) as catalogue:
        assert catalogue.film("a").popularity_by == "kodi"
