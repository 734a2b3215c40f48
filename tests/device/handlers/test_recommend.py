"""Slates, and films that are looked for."""

from tests.device.box import Box
from tests.device.handlers.asking import FILM


def test_genres_and_languages_are_asked_for_one_slate(box: Box) -> None:
    slate = box.done("recommend", {"genres": ["thriller"], "languages": ["ml"], "count": 3})
    assert all("thriller" in film["genres"] for film in slate["films"])
    assert box.done("preferences")["languages"] == []


def test_a_slate_is_logged_with_its_chances_and_without_a_mood(box: Box) -> None:
    slate = box.done("recommend", {"mood": "sad", "count": 3})
    record = box.store.slates.of("household")[-1]
    assert [offer.film for offer in record.offers] == [film["id"] for film in slate["films"]]
    assert all(0 < offer.propensity <= 1 and offer.parts for offer in record.offers)
    assert record.mood is None
    box.done("consent", {"consent": "give", "purpose": "moods"})
    box.done("recommend", {"mood": "sad", "count": 3})
    assert box.store.slates.of("household")[-1].mood == "sad"
    box.done("consent", {"consent": "withdraw", "purpose": "moods"})
    assert [each.mood for each in box.store.slates.of("household")] == [None, None]


def test_films_that_were_just_shown_rest(box: Box) -> None:
    first = {film["id"] for film in box.done("recommend")["films"]}
    second = {film["id"] for film in box.done("recommend")["films"]}
    assert not first & second


def test_a_search_finds_films_and_names(box: Box) -> None:
    assert box.done("search", {"title": "drishyam"})["films"][0]["id"] == FILM
    found = box.done("search", {"person": "mohanl"})
    assert found["people"][0] == "Mohanlal"
    assert box.refused("search", {})[0] == "title"
    assert box.done("search", {"title": '"*(:^ OR 1=1'}) == {"films": [], "people": []}
