"""Which of a media server's titles is a film: the same one, or none."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from emoflix_catalog.film import Film
from emoflix_device.playing.library import Library, Title
from tests.device.playing.films import AMELIE, DRISHYAM


def title(id_: str, *names: str, year: int | None = None, **identifiers: str) -> Title:
    return Title(id=id_, names=names, year=year, identifiers=identifiers)


def found(film: Film, *titles: Title) -> str | None:
    title = Library(titles).find(film)
    return None if title is None else title.id


def test_a_film_is_found_by_an_identifier_whatever_it_is_called() -> None:
    named = title("1", "Die fabelhafte Welt der Amelie", year=2002, imdb="tt0211915")
    assert found(AMELIE, named) == "1"


def test_a_film_is_found_by_its_name_in_either_script() -> None:
    assert found(DRISHYAM, title("1", "drishyam", year=2013)) == "1"
    assert found(DRISHYAM, title("1", "ദൃശ്യം", year=2013)) == "1"
    assert found(AMELIE, title("1", "Amelie", year=2001)) == "1"


def test_a_year_may_be_one_off_and_the_nearest_counts() -> None:
    assert found(DRISHYAM, title("1", "Drishyam", year=2014)) == "1"
    assert found(DRISHYAM, title("1", "Drishyam", year=2015)) is None
    two = title("1", "Drishyam", year=2014), title("2", "Drishyam", year=2013)
    assert found(DRISHYAM, *two) == "2"


def test_a_title_without_a_year_is_not_played_for_a_film_of_that_name() -> None:
    assert found(DRISHYAM, title("1", "Drishyam")) is None


def test_another_identifier_makes_it_another_film() -> None:
    assert found(AMELIE, title("1", "Amélie", year=2001, imdb="tt9999999")) is None


def test_an_empty_identifier_or_name_is_shared_by_nobody() -> None:
    assert found(DRISHYAM, title("1", "...", year=2013)) is None
    nameless = msgspec.structs.replace(DRISHYAM, title="!", original_title="")
    assert found(nameless, title("1", "?", year=2013)) is None


titles = st.builds(
    Title,
    id=st.text(min_size=1, max_size=3),
    names=st.tuples(st.sampled_from(["Drishyam", "The Drishyam", "Amélie", "", "\U0001f600"])),
    year=st.one_of(st.none(), st.integers(1990, 2020)),
    identifiers=st.dictionaries(
        st.sampled_from(["imdb", "tmdb"]), st.sampled_from(["tt0211915", "9"])
    ),
)


@given(st.lists(titles))
def test_what_is_found_shares_an_identifier_or_name_and_year(several: list[Title]) -> None:
    library = Library(several)
    assert len(library) == len({each.id for each in several})
    for film in (DRISHYAM, AMELIE):
        title = library.find(film)
        if title is None:
            continue
        shared = title.identifiers.items() & film.identifiers.items()
        assert shared or (title.year is not None and abs(title.year - film.year) <= 1)
