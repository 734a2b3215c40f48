import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoflix_catalog.importers.contract import SourceError
from emoflix_catalog.importers.imdb import _Marks

N = r"\N"
TABLES = {
    "title.ratings": [
        ("tconst", "averageRating", "numVotes"),
        ("tt3417422", "8.4", "45000"),
        ("tt0000002", "9.0", "12"),
    ],
    "title.basics": [
        (
            "tconst",
            "titleType",
            "primaryTitle",
            "originalTitle",
            "isAdult",
            "startYear",
            "endYear",
            "runtimeMinutes",
            "genres",
        ),
        ("tt3417422", "movie", "Drishyam", "Drishyam", "0", "2013", N, "160", "Crime,Drama"),
        ("tt0000002", "movie", 'The "Quoted" One', N, "0", "1999", N, N, N),
        ("tt0000003", "tvSeries", "A Series", "A Series", "0", "2001", "2004", "40", "Drama"),
        ("tt0000004", "movie", "Adults", "Adults", "1", "2001", N, "80", N),
        ("tt0000005", "movie", "Undated", "Undated", "0", N, N, "80", N),
        ("tt0000006", "movie", "Short row"),
        ("tt3417422", "movie", "Drishyam again", "Drishyam", "0", "2013", N, "160", "Crime"),
        ("tt29000001", "tvMovie", "On Television", N, "0", "2020", N, "90", "Sci-Fi,Musical"),
    ],
    "title.principals": [
        ("tconst", "ordering", "nconst", "category", "job", "characters"),
        ("tt3417422", "2", "nm0000002", "actress", N, N),
        ("tt3417422", "1", "nm0000001", "actor", N, '["Georgekutty"]'),
        ("tt3417422", "5", "nm0000003", "director", N, N),
        ("tt3417422", "6", "nm0000003", "writer", N, N),
        ("tt3417422", "7", "nm0000009", "composer", N, N),
        ("tt0000003", "1", "nm0000004", "actor", N, N),
    ],
    "name.basics": [
        ("nconst", "primaryName", "birthYear"),
        ("nm0000001", "Mohanlal", "1960"),
        ("nm0000002", "Meena", "1976"),
        ("nm0000003", "Jeethu Joseph", "1972"),
        ("nm0000004", "Nobody Wanted", N),
    ],
}


@pytest.fixture
def imdb(tmp_path: Path) -> Path:
    for name, rows in TABLES.items():
        text = "".join("\t".join(row) + "\n" for row in rows)
        (tmp_path / f"{name}.tsv.gz").write_bytes(gzip.compress(text.encode()))
    return tmp_path


def test_four_files_become_films_with_people_in_order(imdb: Path, read: Callable[..., Any]) -> None:
    film = read("imdb", imdb).films["imdb-tt3417422"]
    assert (film.title, film.year, film.runtime_min) == ("Drishyam", 2013, 160)
    assert film.cast == ("Mohanlal", "Meena")
    assert (film.directors, film.writers) == (("Jeethu Joseph",), ("Jeethu Joseph",))
    assert film.genres == ("crime", "drama")
    assert (film.rating, film.votes) == (8.4, 45_000)
    assert film.identifiers == {"imdb": "tt3417422"}


def test_what_is_missing_stays_open_and_quotes_are_kept(
    imdb: Path, read: Callable[..., Any]
) -> None:
    reading = read("imdb", imdb)
    film = reading.films["imdb-tt0000002"]
    assert film.title == 'The "Quoted" One'
    assert (film.runtime_min, film.genres, film.original_title) == (None, (), "")
    assert reading.films["imdb-tt29000001"].genres == ("science fiction", "music")


def test_rows_that_are_no_films_are_counted_by_reason(imdb: Path, read: Callable[..., Any]) -> None:
    reading = read("imdb", imdb)
    assert set(reading.films) == {"imdb-tt3417422", "imdb-tt0000002", "imdb-tt29000001"}
    assert dict(reading.tally.reasons) == {
        "no film but a series, a short or a game": 1,
        "for adults only": 1,
        "no year": 1,
        "another number of fields": 1,
        "a film that was there already": 1,
    }
    assert reading.tally.examples["a film that was there already"] == [
        "title.basics.tsv.gz:8: tt3417422"
    ]


def test_films_with_few_votes_can_be_left_out(imdb: Path, read: Callable[..., Any]) -> None:
    reading = read("imdb", imdb, least_votes=1000)
    assert set(reading.films) == {"imdb-tt3417422"}
    assert reading.tally.reasons["too few votes"] == 3


def test_a_cut_file_is_named_with_its_line(imdb: Path, read: Callable[..., Any]) -> None:
    path = imdb / "title.principals.tsv.gz"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(SourceError, match=r"title\.principals\.tsv\.gz:\d+: cannot be read"):
        read("imdb", imdb)


def test_a_missing_file_is_named(imdb: Path, read: Callable[..., Any]) -> None:
    (imdb / "name.basics.tsv.gz").unlink()
    with pytest.raises(SourceError, match=r"holds no name\.basics\.tsv\.gz"):
        read("imdb", imdb)


def test_a_file_of_another_kind_is_refused(imdb: Path, read: Callable[..., Any]) -> None:
    (imdb / "title.ratings.tsv.gz").write_bytes(gzip.compress(b"a\tb\n1\t2\n"))
    with pytest.raises(SourceError, match=r"title\.ratings\.tsv\.gz:1: the column 'tconst'"):
        read("imdb", imdb)


@settings(deadline=None)
@given(st.sets(st.integers(0, 40_000_000), max_size=20), st.integers(0, 40_000_000))
def test_marks_are_a_set_of_numbers(numbers: set[int], other: int) -> None:
    marks = _Marks()
    for number in numbers:
        marks.add(number)
    assert all(number in marks for number in numbers)
    assert (other in marks) == (other in numbers)


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        ("title.basics", ("tt²", "movie", "X", N, "0", "2001", N, N, N), "no identifier of IMDb"),
        (
            "title.basics",
            (f"tt{10**20}", "movie", "X", N, "0", "2001", N, N, N),
            "no identifier of IMDb",
        ),
        (
            "title.basics",
            ("nm0000009", "movie", "X", N, "0", "2001", N, N, N),
            "no identifier of IMDb",
        ),
        ("title.principals", ("tt3417422", "²", "nm0000001", "actor", N, N), "a broken credit"),
        (
            "title.principals",
            ("tt3417422", "9" * 20, "nm0000001", "actor", N, N),
            "a broken credit",
        ),
        ("title.principals", ("tt3417422", "9", f"nm{10**20}", "actor", N, N), "a broken credit"),
        ("title.ratings", ("tt3417422", "8.4", "²"), "no number of votes"),
    ],
)
def test_a_number_that_is_none_costs_its_row_alone(
    table: str, row: tuple[str, ...], reason: str, imdb: Path, read: Callable[..., Any]
) -> None:
    path = imdb / f"{table}.tsv.gz"
    before = read("imdb", imdb).films
    path.write_bytes(path.read_bytes() + gzip.compress(("\t".join(row) + "\n").encode()))
    reading = read("imdb", imdb)
    assert reading.films == before
    assert reading.tally.reasons[reason] == 1
