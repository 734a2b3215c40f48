"""The starter catalogue as a whole: what it promises to those who speak these languages."""

from collections import Counter
from typing import Final

import pytest

from emoflix_catalog.film import STARTER_LICENCE, Film
from emoflix_catalog.vocabulary import AGES, GENRES, MOOD_TAGS, MoodTag

LEAST: Final = {
    **dict.fromkeys(("en", "hi", "ml", "ta"), 120),
    "te": 80,
    **dict.fromkeys(("kn", "bn", "ko", "ja", "fr", "es"), 40),
    **dict.fromkeys(("it", "de", "zh", "fa", "ar", "tr", "ru", "pt", "sv", "da"), 20),
}
"""Films in each language at least."""


def test_there_are_enough_films_in_every_language(starter_list: list[Film]) -> None:
    films = Counter(film.language for film in starter_list)
    assert len(starter_list) >= 1000
    assert {code: films[code] for code, least in LEAST.items() if films[code] < least} == {}


def test_there_is_something_for_every_genre_age_and_time(starter_list: list[Film]) -> None:
    genres = Counter(genre for film in starter_list for genre in film.genres)
    assert {genre for genre in GENRES if genres[genre] < 10} == set()
    assert {film.age for film in starter_list} == set(AGES)
    decades = Counter(film.year // 10 * 10 for film in starter_list)
    assert {decade for decade in range(1920, 2030, 10) if not decades[decade]} == set()


def test_every_film_has_tags_people_and_a_line_of_our_own(starter_list: list[Film]) -> None:
    for film in starter_list:
        assert len(film.mood_tags) >= 3, film.id
        assert len(film.cast) >= 3, film.id
        assert film.directors, film.id
        assert film.synopsis.endswith((".", "!", "?")), film.id
        assert film.licence == STARTER_LICENCE, film.id


@pytest.mark.parametrize(("name", "tag"), MOOD_TAGS.items())
def test_a_mood_tag_is_defined_in_a_sentence_and_has_its_place(name: str, tag: MoodTag) -> None:
    assert name == name.lower()
    assert tag.meaning[0].isupper()
    assert tag.meaning.endswith(".")
    assert -1 <= tag.valence <= 1
    assert -1 <= tag.arousal <= 1


def test_no_mood_tag_stands_in_for_another() -> None:
    assert 35 <= len(MOOD_TAGS) <= 45
    assert len({tag.meaning for tag in MOOD_TAGS.values()}) == len(MOOD_TAGS)
