from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoflix_catalog.film import Film
from emoflix_catalog.importers import movielens, plain, tidy, tmdb5000, words
from emoflix_catalog.importers.contract import Request, RowError, SourceError, Tally
from emoflix_catalog.table import FIRST_YEAR
from emoflix_catalog.vocabulary import AGES, GENRES, LANGUAGES

_ANY = st.text(max_size=40)
_NUMBER = st.one_of(_ANY, st.none(), st.floats(), st.integers())
_WORDS = st.lists(st.one_of(_ANY, st.sampled_from(("Drama", "Sci-Fi", "ml", "Hindi", "IN"))))
_FACTS = st.fixed_dictionaries(
    {
        "title": _ANY,
        "year": st.one_of(_NUMBER, st.integers(1900, 2020).map(str)),
        "original_title": _ANY,
        "runtime_min": _NUMBER,
        "certificate": _ANY,
        "languages": _WORDS,
        "countries": _WORDS,
        "genres": _WORDS,
        "cast": _WORDS,
        "keywords": _WORDS,
        "synopsis": st.text(),
        "rating": _NUMBER,
        "votes": _NUMBER,
        "identifiers": st.dictionaries(st.sampled_from(("imdb", "tmdb", "kodi")), _ANY),
    }
)


@settings(deadline=None)
@given(_FACTS)
def test_whatever_is_said_becomes_a_film_that_can_be_built_or_is_refused(
    facts: dict[str, Any],
) -> None:
    film = None
    with suppress(RowError):
        film = tidy.film("x", **facts)
    if film is None:
        return
    assert film.title == film.title.strip() != ""
    assert film.year >= FIRST_YEAR
    assert (film.title + film.synopsis).encode(), "whatever is kept can be written"
    assert set(film.genres) <= set(GENRES)
    assert set(film.languages) <= set(LANGUAGES)
    assert film.age is None or film.age in AGES
    assert film.rating is None or 0 < film.rating <= 10


@pytest.mark.parametrize(
    ("value", "year"),
    [("2013", 2013), ("-2013", 2013), ("2013.0", 2013), ("2013-12-19", 2013), (1995.0, 1995)],
)
def test_a_year_is_found_however_it_is_written(value: str | float, year: int) -> None:
    assert tidy.year_of(value) == year


@pytest.mark.parametrize("value", ["", None, "12", "20134", "(2013b1)x"[:0], "tt2013123"])
def test_what_is_no_year_is_none(value: str | None) -> None:
    with pytest.raises(RowError, match="no year"):
        tidy.year_of(value)


@pytest.mark.parametrize(
    ("certificate", "age"),
    [
        ("PG-13", 12),
        ("Rated R", 16),
        ("DE-12", 12),
        ("Germany:16", 16),
        ("GB-15", 16),
        ("IN-U/A 13+", 16),
        ("TV-MA", None),
        ("Not Rated", None),
        ("21", None),
        ("", None),
        ("0", 0),
    ],
)
def test_certificates_are_the_youngest_age_that_covers_them(
    certificate: str, age: int | None
) -> None:
    assert words.age(certificate) == age


def test_countries_are_codes_or_names() -> None:
    assert words.countries(["India", "us", "UK", "Atlantis", "United States of America"]) == (
        "IN",
        "US",
        "GB",
    )


def test_languages_are_codes_or_names() -> None:
    assert words.languages(["ml", "Hindi", "cn", "Klingon", "nb"]) == ("ml", "hi", "zh", "no")


@pytest.mark.parametrize(
    ("written", "read"),
    [("0114709", "tt0114709"), ("tt0114709", "tt0114709"), ("112682", "tt0112682"), ("x", "")],
)
def test_identifiers_of_imdb_are_padded(written: str, read: str) -> None:
    assert tidy.imdb_id(written) == read


@settings(deadline=None)
@given(st.text())
def test_no_title_of_movielens_breaks_the_reading(title: str) -> None:
    with suppress(RowError):
        name, _, year = movielens._parsed(title)
        assert name
        assert len(year) == 4


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_break_a_table_but_as_an_error_of_ours(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "shelf.csv"
    path.write_bytes(b"title,year,cast\n" + data)
    tally = Tally()
    films: list[Film] = []
    with suppress(SourceError):
        films = [found.film for found in plain.read(Request(where=str(path)), tally)]
    assert len(films) <= tally.read


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_cell_of_tmdb_breaks_the_reading(cell: str) -> None:
    with suppress(RowError):
        assert isinstance(tmdb5000._named(cell), list)
