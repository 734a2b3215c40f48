from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_catalog.film import Film
from emoflix_catalog.search import Query, search
from emoflix_catalog.store import Catalogue


def titles(catalogue: Catalogue, query: Query, count: int = 20) -> list[str]:
    return [catalogue.film_at(n).title for n in search(catalogue, query, count=count)]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("drishyam", "Drishyam"),
        ("DRISHYAM 2013", None),
        ("drish", "Drishyam"),
        ("ദൃശ്യം", "Drishyam"),
        ("Drushyam", None),
        ("amelie", "Amélie"),
        ("Le Fabuleux Destin d'Amélie", "Amélie"),
        ("千と千尋", "Spirited Away"),
        ("トトロ", "My Neighbor Totoro"),
        ("기생충", "Parasite"),
        ("spirited awa", "Spirited Away"),
        ("miyazaki bathhouse", "Spirited Away"),
        ("spiritedaway", "Spirited Away"),
        ("neighbortotoro", "My Neighbor Totoro"),
        ("drish yam", "Drishyam"),
        ("pather panchali", "Pather Panchali"),
        ("পথের পাঁচালী", "Pather Panchali"),
    ],
)
def test_a_film_is_found_by_any_spelling(starter: Catalogue, text: str, title: str | None) -> None:
    found = titles(starter, Query(text=text))
    assert found[:1] == [title] if title else title not in found


def test_a_word_that_sounds_right_finds_the_film(catalogue_of: Callable[..., Catalogue]) -> None:
    catalogue = catalogue_of(Film(id="b-2015", title="Baahubali: The Beginning", year=2015))
    assert titles(catalogue, Query(text="bahubali"))
    assert titles(catalogue, Query(text="ബാഹുബലി"))
    assert not titles(catalogue, Query(text="bahurani"))


@pytest.mark.parametrize("text", ["spiderman", "spiderman no way", "spider-man", "spiderma"])
def test_words_written_as_one_find_the_film(
    catalogue_of: Callable[..., Catalogue], text: str
) -> None:
    catalogue = catalogue_of(
        Film(id="s-2021", title="Spider-Man: No Way Home", year=2021),
        Film(id="w-2008", title="WALL·E", year=2008),
    )
    assert titles(catalogue, Query(text=text)) == ["Spider-Man: No Way Home"]
    assert titles(catalogue, Query(text="walle")) == ["WALL·E"]


@pytest.mark.parametrize("person", ["mohanlal", "Mohan Lal", "mohan la", "mohanl", "മോഹൻലാൽ"])
def test_a_person_is_found_by_any_spelling(starter: Catalogue, person: str) -> None:
    numbers = search(starter, Query(person=person), count=10)
    assert len(numbers) == 10
    for film in map(starter.film_at, numbers):
        assert any("Mohanlal" in name for name in film.cast)


def test_a_person_is_not_found_in_a_title(catalogue_of: Callable[..., Catalogue]) -> None:
    catalogue = catalogue_of(
        Film(id="g-1982", title="Gandhi", year=1982, cast=("Ben Kingsley",)),
        Film(id="k-2000", title="Something", year=2000, cast=("Feroz Abbas Gandhi",)),
    )
    assert titles(catalogue, Query(person="gandhi")) == ["Something"]


def test_facts_narrow_the_search(starter: Catalogue) -> None:
    query = Query(languages=("ja", "ko"), genres=("drama",), years=(1950, 1959))
    numbers = search(starter, query, count=100)
    assert numbers
    for film in map(starter.film_at, numbers):
        assert {"ja", "ko"} & set(film.languages)
        assert "drama" in film.genres
        assert 1950 <= film.year <= 1959
    years = [starter.film_at(number).year for number in numbers]
    assert years == sorted(years, reverse=True)


def test_all_the_tags_have_to_hold(starter: Catalogue) -> None:
    numbers = search(starter, Query(mood_tags=("funny", "heartwarming")), count=5)
    assert numbers
    for number in numbers:
        assert {"funny", "heartwarming"} <= set(starter.film_at(number).mood_tags)


def test_a_title_counts_more_than_a_synopsis(catalogue_of: Callable[..., Catalogue]) -> None:
    catalogue = catalogue_of(
        Film(id="a-1", title="Another", year=2000, synopsis="A lighthouse."),
        Film(id="b-1", title="The Lighthouse", year=2000, synopsis="Two men."),
    )
    assert titles(catalogue, Query(text="lighthouse")) == ["The Lighthouse", "Another"]


@pytest.mark.parametrize(
    "text", ['"', "*", "AND", "title:", "(", "NEAR(a b)", "-", "^a", "a*b", "\x00"]
)
def test_the_search_engines_own_language_is_only_words(starter: Catalogue, text: str) -> None:
    search(starter, Query(text=text, person=text), count=5)


@given(text=st.text(max_size=60), person=st.text(max_size=20), count=st.integers(1, 5))
def test_no_text_makes_the_search_fail(
    starter: Catalogue, text: str, person: str, count: int
) -> None:
    found = search(starter, Query(text=text, person=person), count=count)
    assert len(found) == len(set(found)) <= count
