import datetime as dt

import pytest

from emoflix_catalog.features.popularity import popularity
from emoflix_catalog.recommend import Context, Slate, Viewer, recommend
from tests.catalog.slates import EVENING, CatalogueOf, film


def parts(slate: Slate, name: str) -> dict[str, float]:
    return {place.film.id: place.parts[name] for place in slate.films if name in place.parts}


def reasons(slate: Slate, film_id: str) -> list[str]:
    (place,) = [place for place in slate.films if place.film.id == film_id]
    return [reason.text for reason in place.reasons]


def test_a_newer_film_counts_more_and_a_film_of_the_future_no_more_than_a_new_one(
    catalogue_of: CatalogueOf,
) -> None:
    catalogue = catalogue_of(
        film("old", year=1950),
        film("four", year=2022),
        film("new", year=2026),
        film("announced", year=2030),
    )
    slate = recommend(catalogue, Viewer(), None, EVENING)
    scores = parts(slate, "novelty")
    assert scores["new"] == scores["announced"] == pytest.approx(2 * scores["four"])
    assert scores["old"] < 0.001
    assert reasons(slate, "new")[0] == "New: from 2026"
    assert not any("New" in reason for reason in reasons(slate, "four"))


def test_what_is_looked_at_these_weeks_counts_and_what_was_last_year_does_not(
    catalogue_of: CatalogueOf,
) -> None:
    today, last_year = dt.date(2026, 3, 1), dt.date(2025, 3, 1)
    catalogue = catalogue_of(
        film("talked-of", popularity=900.0, popularity_on=today),
        film("quiet", popularity=1.0, popularity_on=today),
        film("once", popularity=5000.0, popularity_on=last_year, popularity_by="other"),
        film("unknown"),
    )
    slate = recommend(catalogue, Viewer(), None, EVENING)
    scores = parts(slate, "trending")
    assert scores["talked-of"] > scores["quiet"] > scores["once"] == scores["unknown"] == 0
    assert reasons(slate, "talked-of")[0] == "Looked at by many these weeks"


def test_without_fresh_numbers_nothing_trends(catalogue_of: CatalogueOf) -> None:
    old = film("old", popularity=9.0, popularity_on=dt.date(2020, 1, 1))
    slate = recommend(catalogue_of(old, film("none")), Viewer(), None, EVENING)
    assert parts(slate, "trending") == {}


def test_popularity_is_ordered_within_each_source() -> None:
    day = dt.date(2026, 1, 1)
    found = popularity(
        [
            film("a", popularity=1.0, popularity_on=day, popularity_by="one"),
            film("b", popularity=2.0, popularity_on=day, popularity_by="one"),
            film("c", popularity=0.001, popularity_on=day, popularity_by="other"),
            film("undated", popularity=7.0),
        ]
    )
    assert found.rank.tolist() == [0.5, 1.0, 1.0, 0.0]
    assert found.day.tolist() == [day.toordinal()] * 3 + [0]


@pytest.mark.parametrize(
    ("context", "suits", "said"),
    [
        (
            Context(at=dt.datetime(2026, 3, 8, 22, 30, tzinfo=dt.UTC)),  # a Sunday
            "short",
            "Short enough for a late evening: 1 h 25 min",
        ),
        (
            Context(at=dt.datetime(2026, 3, 10, 1, 0, tzinfo=dt.UTC)),  # the night after a Monday
            "short",
            "Short enough for a late evening: 1 h 25 min",
        ),
        (Context(at=EVENING.at, restless=True), "short", "Soon told: 1 h 25 min"),
        (Context(at=EVENING.at, people=4), "funny", "Comedy for a full sofa"),
        (Context(at=EVENING.at, light="dark"), "eerie", "Horror for a dark room"),
    ],
)
def test_the_evening_asks_for_what_suits_it(
    catalogue_of: CatalogueOf, context: Context, suits: str, said: str
) -> None:
    catalogue = catalogue_of(
        film("short", runtime_min=85, genres=("drama",)),
        film("funny", runtime_min=170, genres=("comedy",)),
        film("eerie", runtime_min=170, genres=("horror",)),
    )
    slate = recommend(catalogue, Viewer(), None, context)
    scores = parts(slate, "context")
    assert max(scores, key=scores.__getitem__) == suits
    assert reasons(slate, suits)[0] == said


@pytest.mark.parametrize(
    "context",
    [
        EVENING,
        Context(at=dt.datetime(2026, 3, 7, 23, 30, tzinfo=dt.UTC)),  # tomorrow is Sunday
        Context(at=EVENING.at, people=2, light="bright"),
    ],
)
def test_an_evening_like_any_other_asks_for_nothing(
    catalogue_of: CatalogueOf, context: Context
) -> None:
    slate = recommend(catalogue_of(film("any", runtime_min=85)), Viewer(), None, context)
    assert parts(slate, "context") == {}


def test_of_films_about_the_same_those_of_the_years_of_what_was_liked_come_first(
    catalogue_of: CatalogueOf,
) -> None:
    catalogue = catalogue_of(
        film("liked", year=1975, genres=("drama",)),
        film("near", year=1978, genres=("drama",)),
        film("far", year=2015, genres=("drama",)),
    )
    content = parts(recommend(catalogue, Viewer(liked=("liked",)), None, EVENING), "content")
    assert content["near"] > content["far"] > 0
