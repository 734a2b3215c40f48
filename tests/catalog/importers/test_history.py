import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import Request, SourceError, Tally
from emoflix_catalog.importers.history import Entry, History, read_history
from emoflix_catalog.store import Catalogue
from tests.catalog.importers.conftest import encrypted_zip

FILMS = (
    Film(
        id="drishyam-2013",
        title="Drishyam",
        original_title="ദൃശ്യം",
        year=2013,
        identifiers={"imdb": "tt3417422"},
    ),
    Film(id="drishyam-2015", title="Drishyam", year=2015),
    Film(id="the-kid-1921", title="The Kid", year=1921),
    Film(id="amelie-2001", title="Amélie", original_title="Le Fabuleux Destin", year=2001),
    Film(id="emma-1996", title="Emma", year=1996),
    Film(id="emma-1996-2", title="Emma", year=1996),
)


@pytest.fixture
def history(catalogue_of: Callable[..., Catalogue]) -> Callable[..., History]:
    """A function that reads a history into a small catalogue."""

    def history_(source: str, where: Path) -> History:
        request = Request(where=str(where))
        return read_history(source, request, catalogue_of(*FILMS), Tally())

    return history_


LETTERBOXD = {
    "watched.csv": (
        "Date,Name,Year,Letterboxd URI\n"
        "2023-01-01,Drishyam,2013,https://boxd.it/1\n"
        "2023-01-01,Kid,1921,https://boxd.it/2\n"
        "2023-01-01,Nowhere,1999,https://boxd.it/3\n"
    ),
    "ratings.csv": (
        "Date,Name,Year,Letterboxd URI,Rating\n"
        "2023-01-02,Drishyam,2013,https://boxd.it/1,4.5\n"
        "2023-01-02,Amelie,2001,https://boxd.it/4,6\n"
    ),
    "diary.csv": (
        "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
        "2024-05-02,Drishyam,2013,https://boxd.it/x,5,Yes,,2024-05-01\n"
    ),
    "watchlist.csv": "Date,Name,Year,Letterboxd URI\n2023-01-01,Emma,1996,https://boxd.it/5\n",
    "deleted/diary.csv": "Date,Name,Year,Letterboxd URI\n2023-01-01,Amelie,2001,https://b/6\n",
}


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_a_letterboxd_export_gives_each_film_once_with_its_last_day_and_rating(
    form: str, tmp_path: Path, history: Callable[..., History]
) -> None:
    where = tmp_path / "letterboxd.zip" if form == "zip" else tmp_path / "letterboxd"
    if form == "zip":
        with zipfile.ZipFile(where, "w") as archive:
            for name, text in LETTERBOXD.items():
                archive.writestr(name, text)
    else:
        for name, text in LETTERBOXD.items():
            (where / name).parent.mkdir(parents=True, exist_ok=True)
            (where / name).write_text(text)
    read = history("letterboxd", where)
    assert read.entries == [
        Entry("drishyam-2013", "Drishyam", dt.date(2024, 5, 1), 10.0),
        Entry("the-kid-1921", "Kid", dt.date(2023, 1, 1), None),
    ]
    assert [(film.title, film.place) for film in read.missing] == [("Nowhere", "watched.csv:4")]
    assert read.reasons == {"a rating that is not 0 to 5": 1}


def test_half_a_star_is_one_of_ten(tmp_path: Path, history: Callable[..., History]) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text("Date,Name,Year,Letterboxd URI,Rating\n2023-01-02,Amelie,2001,u,0.5\n")
    assert [entry.rating for entry in history("letterboxd", path).entries] == [1.0]


def test_a_list_of_films_to_see_is_no_history(
    tmp_path: Path, history: Callable[..., History]
) -> None:
    path = tmp_path / "watchlist.csv"
    path.write_text(LETTERBOXD["watchlist.csv"])
    with pytest.raises(SourceError, match="films to see"):
        history("letterboxd", path)


def test_trakt_tells_films_from_episodes(tmp_path: Path, history: Callable[..., History]) -> None:
    path = tmp_path / "history.csv"
    path.write_text(
        "watched_at,action,type,title,year,trakt_rating,trakt_id,imdb_id,tmdb_id\n"
        "2024-03-09T20:15:00Z,watch,movie,Another Title,2013,8.1,1,tt3417422,\n"
        "2024-03-10T20:15:00Z,watch,episode,The Kid,1921,8.1,2,,\n"
        "yesterday,watch,movie,The Kid,1921,8.1,3,,\n"
    )
    read = history("trakt", path)
    assert read.entries == [Entry("drishyam-2013", "Another Title", dt.date(2024, 3, 9), None)]
    assert read.reasons == {
        "no film but a series, an episode or a game": 1,
        "a date that is not YYYY-MM-DD": 1,
    }


def test_trakt_ratings_are_of_ten(tmp_path: Path, history: Callable[..., History]) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(
        "rated_at,type,title,year,imdb_id,rating\n2024-03-09T20:15:00Z,movie,Kid,1921,,7\n"
    )
    assert history("trakt", path).entries == [
        Entry("the-kid-1921", "Kid", dt.date(2024, 3, 9), 7.0)
    ]


def test_an_imdb_list_is_matched_by_its_identifier(
    tmp_path: Path, history: Callable[..., History]
) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(
        "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,Year\n"
        "tt3417422,9,2024-03-15,Visual,,u,Movie,2014\n"
        "tt0903747,10,2024-02-02,A Series,,u,TV Series,2008\n"
    )
    read = history("imdb-list", path)
    assert read.entries == [Entry("drishyam-2013", "Visual", dt.date(2024, 3, 15), 9.0)]


def test_a_title_that_fits_two_films_is_not_guessed_at(
    tmp_path: Path, history: Callable[..., History]
) -> None:
    path = tmp_path / "watched.csv"
    path.write_text(
        "Date,Name,Year,Letterboxd URI\n2023-01-01,Emma,1996,u\n2023-01-01,Drishyam,2014,u\n"
        "2023-01-01,Drishyam,2016,u\n"
    )
    read = history("letterboxd", path)
    assert [entry.film for entry in read.entries] == ["drishyam-2015"]
    assert [(film.title, film.year) for film in read.missing] == [
        ("Emma", 1996),
        ("Drishyam", 2014),
    ]


@pytest.mark.parametrize("source", ["letterboxd", "trakt", "imdb-list"])
def test_a_table_of_another_kind_is_refused(
    source: str, tmp_path: Path, history: Callable[..., History]
) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match=r"other\.csv:1: no column"):
        history(source, path)


@pytest.mark.parametrize("source", ["letterboxd", "trakt", "imdb-list"])
@pytest.mark.parametrize("text", ["", "{}", "Position\n"])
def test_a_file_without_titles_is_refused_even_where_it_has_no_rows(
    tmp_path: Path, history: Callable[..., History], source: str, text: str
) -> None:
    where = tmp_path / "export.csv"
    where.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"export\.csv:1: no column .*[Tt]itle"):
        history(source, where)


def test_a_member_who_watched_nothing_has_an_empty_history(
    tmp_path: Path, history: Callable[..., History]
) -> None:
    where = tmp_path / "watched.csv"
    where.write_text("Date,Name,Year,Letterboxd URI\n", encoding="utf-8")
    assert history("letterboxd", where).entries == []


def test_an_export_without_a_known_table_is_refused(
    tmp_path: Path, history: Callable[..., History]
) -> None:
    with pytest.raises(SourceError, match="give Letterboxd's export"):
        history("letterboxd", tmp_path)
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(SourceError, match="download it again"):
        history("letterboxd", tmp_path / "cut.zip")


def test_the_starter_catalogue_finds_films_by_their_titles(
    starter: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "watched.csv"
    path.write_text(
        "Date,Name,Year,Letterboxd URI\n2023-01-01,Drishyam,2013,u\n"
        "2023-01-01,Spirited Away,2001,u\n"
        "2023-01-01,Pather Panchali,1955,u\n2023-01-01,General,1926,u\n"
    )
    read: Any = read_history("letterboxd", Request(where=str(path)), starter, Tally())
    assert not read.missing
    assert "pather-panchali-1955" in {entry.film for entry in read.entries}


def test_a_zip_that_is_damaged_or_encrypted_is_refused(
    tmp_path: Path, history: Callable[..., History]
) -> None:
    path = encrypted_zip(tmp_path / "locked.zip", "watched.csv", LETTERBOXD["watched.csv"])
    with pytest.raises(SourceError, match=r"locked\.zip: cannot be unpacked \(.*encrypted"):
        history("letterboxd", path)
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("watched.csv", LETTERBOXD["watched.csv"] * 50)
    raw = bytearray(path.read_bytes())
    raw[45:60] = b"\xff" * 15
    path.write_bytes(raw)
    with pytest.raises(SourceError, match=r"damaged\.zip: cannot be unpacked"):
        history("letterboxd", path)
