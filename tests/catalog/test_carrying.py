import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.features.carrying import carried
from emoflix_catalog.features.collaborative import (
    Collaborative,
    factors_path,
    fit_collaborative,
    write_collaborative,
)
from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import Request, Tally
from emoflix_catalog.importers.run import import_source, purge_source
from emoflix_catalog.store import open_catalogue

FILMS = [
    Film(
        id=f"film-{n}-2000",
        title=f"Film {n}",
        year=2000,
        votes=100 - n,
        identifiers={"tmdb": f"{n}"},
    )
    for n in range(10)
]
LIKES = np.random.default_rng(3).random((40, 10)) < 0.4


def fit() -> Collaborative:
    viewer, film = np.nonzero(LIKES)

    def engine(likes: csr_matrix) -> np.ndarray:  # type: ignore[type-arg]
        return np.random.default_rng(4).normal(size=(likes.shape[1], 64)).astype(np.float32)

    return fit_collaborative(10, viewer.astype(np.int32), film, engine)[0]


FITTED = fit()


@pytest.fixture
def fitted() -> Collaborative:
    return FITTED


@given(order=st.permutations(range(10)))
def test_in_another_order_the_films_keep_their_scores(order: list[int]) -> None:
    found = FITTED
    moved = carried(found, np.array(order), 12)
    assert moved is not None
    liked = np.array([1, 4])
    before, after = found.scores(liked), moved.scores(np.sort(np.array(order)[liked]))
    np.testing.assert_allclose(after.score[order], before.score, atol=1e-5)
    assert after.known.sum() == 10


def test_what_speaks_for_a_film_is_the_same_film_as_before(fitted: Collaborative) -> None:
    moved = carried(fitted, np.arange(10)[::-1], 10)
    assert moved is not None
    for film in range(10):
        before = fitted.speaks_most(np.array([2, 7]), film)
        after = moved.speaks_most(np.array([2, 7]), 9 - film)
        assert after == (None if before is None else 9 - before)


def test_a_film_that_is_gone_takes_its_weights_along(fitted: Collaborative) -> None:
    place = np.array([-1, *range(9)])
    moved = carried(fitted, place, 9)
    assert moved is not None
    before, after = fitted.neighbours, moved.neighbours
    mine = (np.repeat(np.arange(10), np.diff(before.start.astype(int))) == 0) | (before.target == 0)
    assert len(after.weight) == len(before.weight) - mine.sum()
    assert moved.factored.tolist() == list(range(9))


def test_of_two_films_that_became_one_the_first_stays(fitted: Collaborative) -> None:
    moved = carried(fitted, np.array([0, 0, *range(1, 9)]), 9)
    assert moved is not None
    assert moved.held.tolist() == list(range(9))
    np.testing.assert_array_equal(moved.factors.rows[0], fitted.factors.rows[0])


def test_where_no_film_is_left_nothing_is_carried(fitted: Collaborative) -> None:
    assert carried(fitted, np.full(10, -1), 3) is None


@pytest.fixture
def store(tmp_path: Path, fitted: Collaborative) -> Path:
    built = write_catalogue(FILMS, tmp_path / "films.sqlite")
    write_collaborative(built.path, built.version, fitted)
    return built.path


def scores(path: Path, *liked: str) -> dict[str, float]:
    """By the films' titles, as what was fitted says it."""
    with open_catalogue(path) as catalogue:
        assert catalogue.collaborative is not None
        part = catalogue.collaborative.scores(catalogue.numbers(liked))
        return {
            catalogue.film_at(int(n)).title: round(float(part.score[n]), 4)
            for n in np.flatnonzero(part.known)
        }


CHANGES: dict[str, Callable[[], Iterable[Film]]] = {
    "a film comes": lambda: [*FILMS, Film(id="new-2020", title="New", year=2020, votes=999)],
    "their order changes": lambda: (
        msgspec.structs.replace(film, votes=number) for number, film in enumerate(FILMS)
    ),
    "their ids change": lambda: (
        msgspec.structs.replace(film, id=f"other-{number}") for number, film in enumerate(FILMS)
    ),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_a_rebuild_carries_what_was_fitted_over(change: str, store: Path) -> None:
    before = scores(store, "film-1-2000", "film-4-2000")
    write_catalogue(CHANGES[change](), store)
    assert scores(store, "tmdb-1", "tmdb-4") == pytest.approx(before, abs=1e-3)
    assert len(list(store.parent.glob("*.factors"))) == 1


def test_broken_factors_are_left_behind(store: Path) -> None:
    with open_catalogue(store) as catalogue:
        file = factors_path(store, catalogue.version)
    file.write_bytes(file.read_bytes()[:100])
    write_catalogue(FILMS[1:], store)
    with open_catalogue(store) as catalogue:
        assert catalogue.collaborative is None


def test_a_purge_leaves_nothing_that_ratings_taught(store: Path, tmp_path: Path) -> None:
    table = tmp_path / "shelf.csv"
    table.write_text("title,year\nKireedam,1989\n")
    today = dt.date(2026, 3, 1)
    import_source("csv", Request(where=str(table)), store, FILMS, Tally(), today=today)
    assert scores(store, "film-1-2000")
    purge_source("csv", store, FILMS, today=today)
    with open_catalogue(store) as catalogue:
        assert catalogue.collaborative is None
    assert not list(tmp_path.glob("*.factors"))
