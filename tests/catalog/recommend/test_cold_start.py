from collections.abc import Callable

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoflix_catalog.film import Film
from emoflix_catalog.recommend import Viewer
from emoflix_catalog.recommend.cold_start import NOISE, films_to_ask
from emoflix_catalog.store import Catalogue
from emoflix_catalog.vocabulary import AGES, GENRES

CatalogueOf = Callable[..., Catalogue]


def left_open(catalogue: Catalogue, asked: list[int]) -> float:
    """The mean variance of what is believed of all films, once some were answered."""
    rows = catalogue.columns["text"].astype(np.float64)
    rows -= rows.mean(axis=0)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
    belief = np.linalg.inv(np.eye(rows.shape[1]) + rows[asked].T @ rows[asked] / NOISE)
    return float(np.einsum("ij,jk,ik->i", rows, belief, rows).mean())


def test_six_films_tell_more_than_any_six_at_random(starter: Catalogue) -> None:
    random = np.random.default_rng(0)
    chosen = left_open(starter, films_to_ask(starter, Viewer()))
    others = [
        left_open(starter, random.choice(len(starter), 6, replace=False).tolist())
        for _ in range(50)
    ]
    assert chosen < min(others)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    language=st.sampled_from(["ml", "en", "ko"]),
    genre=st.sampled_from(GENRES),
    age=st.sampled_from(AGES),
    count=st.integers(0, 40),
)
def test_only_films_that_keep_the_wishes_are_asked_about(
    starter: Catalogue, language: str, genre: str, age: int, count: int
) -> None:
    viewer = Viewer(languages=(language,), genres_left_out=(genre,), max_age=age)
    asked = films_to_ask(starter, viewer, count=count)
    assert asked == films_to_ask(starter, viewer, count=count)
    assert len(set(asked)) == len(asked) <= count
    for number in asked:
        film = starter.film_at(number)
        assert film.language == language
        assert genre not in film.genres
        assert film.age is not None
        assert film.age <= age


def test_a_film_that_many_know_is_asked_about_before_its_double(
    catalogue_of: CatalogueOf,
) -> None:
    facts: dict[str, object] = {"year": 2000, "languages": ("ml",), "genres": ("crime",)}
    films = [
        Film(id=name, title=name, votes=votes, rating=7.0, **facts)  # type: ignore[arg-type]
        for name, votes in (("known", 90_000), ("obscure", 3))
    ]
    other = Film(id="other", title="other", year=2000, genres=("comedy",), votes=9, rating=6.0)
    catalogue = catalogue_of(*films, other)
    (first,) = films_to_ask(catalogue, Viewer(genres=("crime",)), count=1)
    assert catalogue.film_at(first).id == "known"


def test_an_empty_catalogue_has_nothing_to_ask(catalogue_of: CatalogueOf) -> None:
    assert films_to_ask(catalogue_of(), Viewer()) == []
