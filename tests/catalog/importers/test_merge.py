import random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from emoflix_catalog.film import Film
from emoflix_catalog.grouping import group_records
from emoflix_catalog.merge import merge


def record(source: str, record_id: str, **facts: Any) -> Film:
    facts = {"title": "Drishyam", "year": 2013, "licence": f"licence of {source}", **facts}
    return Film(id=record_id, source=source, **facts)


_SOURCES = ("starter", "csv-shelf", "imdb", "tmdb5000", "movielens", "kodi", "elsewhere")
_PEOPLE = st.lists(
    st.sampled_from(("Mohanlal", "Jeethu Joseph", "Ajay Devgn", "Nishikant Kamat")),
    max_size=2,
    unique=True,
).map(tuple)
_RECORDS = st.lists(
    st.builds(
        record,
        st.sampled_from(_SOURCES),
        st.sampled_from(("a", "b", "c", "drishyam-2013", "imdb-tt1")),
        title=st.sampled_from(("Drishyam", "The Drishyam", "ദൃശ്യം", "Drishyam 2")),
        original_title=st.sampled_from(("", "ദൃശ്യം")),
        year=st.integers(2012, 2015),
        directors=_PEOPLE,
        cast=_PEOPLE,
        languages=st.sampled_from(((), ("ml",), ("hi",))),
        rating=st.sampled_from((None, 7.5)),
        identifiers=st.dictionaries(
            st.sampled_from(("imdb", "tmdb", "kodi")), st.sampled_from(("tt1", "tt2", "3"))
        ),
    ),
    max_size=9,
)


@settings(deadline=None)
@given(_RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(records: list[Film], shuffler: random.Random) -> None:
    shuffled = list(records)
    shuffler.shuffle(shuffled)
    assert merge(shuffled) == merge(records)


@settings(deadline=None)
@given(_RECORDS)
def test_records_that_come_again_change_nothing(records: list[Film]) -> None:
    assert merge([*records, *records]) == merge(records)


@settings(deadline=None)
@given(_RECORDS)
def test_every_record_is_in_one_film_and_no_source_twice(records: list[Film]) -> None:
    groups = group_records(records)
    names = [(each.source, each.id) for group in groups for each in group]
    assert sorted(names) == sorted({(each.source, each.id) for each in records})
    for group in groups:
        sources = [each.source for each in group]
        assert len(set(sources)) == len(sources)


@settings(deadline=None)
@given(_RECORDS)
def test_ids_and_identifiers_belong_to_one_film(records: list[Film]) -> None:
    films = merge(records)
    ids = [film.id for film in films]
    identifiers = [pair for film in films for pair in film.identifiers.items()]
    assert len(set(ids)) == len(ids)
    assert len(set(identifiers)) == len(identifiers)


@settings(deadline=None)
@given(_RECORDS, st.sampled_from(_SOURCES))
def test_what_a_source_said_is_gone_with_its_records(records: list[Film], source: str) -> None:
    rest = [each for each in records if each.source != source]
    assert merge(each for each in records if each.source != source) == merge(rest)
    for film in merge(rest):
        assert source not in film.source.split("+")


def test_a_shared_identifier_makes_one_film_of_two_titles() -> None:
    (film,) = merge(
        [
            record("imdb", "i", title="Seven Samurai", identifiers={"imdb": "tt0047478"}),
            record(
                "movielens", "m", title="Shichinin", year=1954, identifiers={"imdb": "tt0047478"}
            ),
        ]
    )
    assert film.id == "imdb-tt0047478"
    assert film.source == "imdb+movielens"
    assert film.licence == "licence of imdb AND licence of movielens"


def test_a_record_with_two_identifiers_joins_the_films_that_have_one_each() -> None:
    films = merge(
        [
            record("imdb", "i", title="One", identifiers={"imdb": "tt0000001"}),
            record("tmdb5000", "t", title="Two", identifiers={"tmdb": "2"}),
            record("movielens", "m", identifiers={"imdb": "tt0000001", "tmdb": "2"}),
        ]
    )
    assert [film.source for film in films] == ["imdb+tmdb5000+movielens"]


def test_a_more_trusted_identifier_that_differs_keeps_films_apart() -> None:
    films = merge(
        [
            record("imdb", "i", identifiers={"imdb": "tt0000001", "tmdb": "2"}),
            record("movielens", "m", identifiers={"imdb": "tt0000002", "tmdb": "2"}),
        ]
    )
    assert {film.id for film in films} == {"imdb-tt0000001", "imdb-tt0000002"}
    assert [film.identifiers.get("tmdb") for film in films] == ["2", None]


def test_title_director_and_a_year_apart_make_one_film() -> None:
    joseph = ("Jeethu Joseph",)
    films = merge(
        [
            record("starter", "drishyam-2013", directors=joseph),
            record("tmdb5000", "t", year=2014, directors=("Jithu Joseph",)),
        ]
    )
    assert [(film.id, film.year) for film in films] == [("drishyam-2013", 2013)]


def test_a_remake_by_another_director_is_another_film() -> None:
    films = merge(
        [
            record("starter", "drishyam-2013", directors=("Jeethu Joseph",), cast=("Mohanlal",)),
            record("imdb", "i", year=2014, directors=("Nishikant Kamat",), cast=("Ajay Devgn",)),
        ]
    )
    assert len(films) == 2


def test_two_shared_actors_outweigh_another_spelling_of_the_director() -> None:
    cast = ("Belén Rueda", "Fernando Cayo")
    films = merge(
        [
            record("starter", "the-orphanage-2007", directors=("J. A. Bayona",), cast=cast),
            record("imdb", "i", directors=("Juan Antonio Bayona",), cast=cast),
        ]
    )
    assert len(films) == 1


def test_without_people_the_year_and_the_language_must_agree() -> None:
    starter = record("starter", "drishyam-2013", languages=("ml",), directors=("Jeethu Joseph",))
    assert len(merge([starter, record("movielens", "m")])) == 1
    assert len(merge([starter, record("movielens", "m", year=2014)])) == 2
    assert len(merge([starter, record("movielens", "m", languages=("hi",))])) == 2


def test_two_films_of_one_title_and_year_in_a_source_are_not_guessed_at() -> None:
    films = merge(
        [
            record("starter", "emma-1996", title="Emma", directors=("Douglas McGrath",)),
            record("movielens", "1", title="Emma", identifiers={"movielens": "1"}),
            record("movielens", "2", title="Emma", identifiers={"movielens": "2"}),
        ]
    )
    assert len(films) == 3


def test_an_article_an_accent_and_an_ampersand_do_not_part_titles() -> None:
    films = merge(
        [
            record("starter", "a", title="The Lovers & the Café"),
            record("movielens", "b", title="Lovers and the Cafe"),
        ]
    )
    assert len(films) == 1


def test_own_writing_wins_and_others_fill_what_it_leaves_open() -> None:
    (film,) = merge(
        [
            record("starter", "own", runtime_min=160, original_title="ദൃശ്യം"),
            record(
                "imdb",
                "i",
                runtime_min=164,
                original_title="Drishyam",
                writers=("Jeethu Joseph",),
                rating=8.4,
                votes=40_000,
            ),
            record("movielens", "m", rating=9.9, votes=3, keywords=("remade",)),
        ]
    )
    assert (film.runtime_min, film.original_title) == (160, "ദൃശ്യം")
    assert (film.rating, film.votes) == (8.4, 40_000)
    assert film.writers == ("Jeethu Joseph",)
    assert film.keywords == ("remade",)


def test_a_rating_is_never_taken_with_the_votes_of_another_source() -> None:
    (film,) = merge(
        [record("imdb", "i", rating=8.4), record("movielens", "m", rating=9.9, votes=3)]
    )
    assert (film.rating, film.votes) == (8.4, None)


def test_a_film_of_one_source_is_left_as_it_was_said() -> None:
    said = record("starter", "drishyam-2013", cast=("Mohanlal",))
    assert merge([said]) == [msgspec.structs.replace(said)]


def test_two_libraries_number_their_films_apart() -> None:
    joseph = ("Jeethu Joseph",)
    films = merge(
        [
            record("kodi", "kodi-7", directors=joseph, identifiers={"kodi": "7"}),
            record("kodi-attic", "kodi-9", directors=joseph, identifiers={"kodi": "9"}),
            record("kodi-attic", "kodi-7", title="Kireedam", identifiers={"kodi": "7"}),
        ]
    )
    assert {(film.title, film.source) for film in films} == {
        ("Drishyam", "kodi+kodi-attic"),
        ("Kireedam", "kodi-attic"),
    }
