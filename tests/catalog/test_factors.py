import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.commands.factors import factors as factors_command
from emoflix_catalog.errors import CatalogueError, StoreError
from emoflix_catalog.features.collaborative import factors_path, fit_collaborative
from emoflix_catalog.features.ease import dense_ease, ease
from emoflix_catalog.features.factors import CONFIDENCE, ENGINES, L2, Factors, by_implicit
from emoflix_catalog.features.neighbours import Neighbours
from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import SourceError
from emoflix_catalog.ratings import LIKED_FROM, film_numbers, read_ratings
from emoflix_catalog.recommend import Context, Viewer
from emoflix_catalog.recommend.scorers.collaborative import Collaborative as Scorer
from emoflix_catalog.recommend.scorers.content import WEIGHT, WEIGHT_BESIDE_OTHERS, Content
from emoflix_catalog.store import Catalogue, open_catalogue
from tests.catalog.slates import EVENING

FILMS = tuple(
    Film(id=f"film-{number}-2000", title=f"Film {number}", year=2000, languages=("en",))
    for number in range(8)
)


def clubs(viewers: int = 12) -> list[tuple[int, int]]:
    """Who liked what: even viewers films 0 to 3, odd ones films 4 to 7, each all but one."""
    return [
        (viewer, film)
        for viewer in range(viewers)
        for film in range(4 * (viewer % 2), 4 * (viewer % 2) + 4)
        if film % 4 != viewer // 2 % 4
    ]


def table(path: Path, rows: list[tuple[object, ...]], header: str = "user,film,rating") -> Path:
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def clubs_table(folder: Path) -> Path:
    return table(folder / "likes.csv", [(f"v{v}", f"film-{f}-2000", 9) for v, f in clubs()])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "films.sqlite"
    write_catalogue(FILMS, path)
    return path


def run(*arguments: object) -> str:
    result = CliRunner().invoke(factors_command, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def reference(likes: NDArray[np.float64], l2: float) -> NDArray[np.float64]:
    """EASE as the paper has it, in float64."""
    inverse = np.linalg.inv(likes.T @ likes + l2 * np.eye(likes.shape[1]))
    weights: NDArray[np.float64] = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


likes_of_a_few = st.integers(1, 9).flatmap(
    lambda films: st.lists(
        st.lists(st.sampled_from([0.0, 1.0]), min_size=films, max_size=films),
        min_size=1,
        max_size=12,
    )
)


@given(rows=likes_of_a_few, l2=st.floats(0.5, 500))
def test_dense_ease_is_the_papers_with_more_viewers_or_more_films(
    rows: list[list[float]], l2: float
) -> None:
    likes = np.array(rows)
    np.testing.assert_allclose(
        dense_ease(csr_matrix(likes), l2=l2), reference(likes, l2), atol=1e-4
    )


@settings(max_examples=50)
@given(rows=likes_of_a_few, l2=st.floats(0.5, 500))
def test_with_all_neighbours_sparse_ease_scores_as_dense_ease(
    rows: list[list[float]], l2: float
) -> None:
    likes = np.array(rows)
    weights = reference(likes, l2)
    liked = np.flatnonzero(likes[0])
    scores = ease(csr_matrix(likes), l2=l2).scores(liked, np.ones(len(liked), np.float32))
    # Each weight is rounded to 1/127 of the largest of its film, at most.
    off = 0.51 * np.abs(weights).max(axis=0) / 127 * max(1, len(liked)) + 1e-4
    assert (np.abs(scores - likes[0] @ weights) <= off).all()


def test_the_strongest_weights_of_all_films_are_kept() -> None:
    random = np.random.default_rng(0)
    likes = (random.random((40, 30)) < random.uniform(0.05, 0.6, 30)).astype(np.float64)
    found = ease(csr_matrix(likes), l2=20, neighbours=5)
    sources = np.repeat(np.arange(30), np.diff(found.start.astype(int)))
    wanted = reference(likes, 20)
    strongest = np.sort(np.abs(wanted).ravel())[-5 * 30 :]
    assert len(found.weight) == 5 * 30
    assert found.weight.dtype == np.int8
    assert (np.abs(wanted[sources, found.target]) >= strongest[0] - 1e-6).all()
    counts = np.bincount(found.target, minlength=30)
    assert counts.min() < 5 < counts.max()  # films that many like have more of them


def test_neighbours_add_up_as_the_matrix_they_stand_for() -> None:
    source, target = np.array([2, 0, 0, 1]), np.array([0, 2, 1, 2])
    found = Neighbours.of(
        source, target, np.array([5, -3, 7, 2], np.int8), np.array([0.5, 1, 2], np.float32)
    )
    scores = found.scores(np.array([0, 2]), np.array([1, -1], np.float32))
    assert scores.tolist() == [-2.5, 7, -6]


def test_a_viewer_is_folded_in_as_the_formula_says() -> None:
    random = np.random.default_rng(2)
    films = Factors.of(random.standard_normal((20, 64)).astype(np.float32))
    rows = films.rows * films.scale[:, None].astype(np.float64)
    liked = np.array([3, 8])
    confidence = np.ones(20)
    confidence[liked] = CONFIDENCE
    wanted = np.linalg.solve(
        rows.T @ (confidence[:, None] * rows) + L2 * np.eye(64),
        rows.T @ (confidence * np.isin(np.arange(20), liked)),
    )
    np.testing.assert_allclose(films.fold_in(liked), wanted, rtol=1e-3, atol=1e-5)


@pytest.mark.timeout(1800)  # Spark starts a Java of its own
@pytest.mark.parametrize("engine", list(ENGINES))
def test_factors_know_who_likes_what_with_each_engine(engine: str) -> None:
    if engine == "spark":
        pytest.importorskip(
            "pyspark", reason="pyspark is not installed: pip install emoflix[spark]"
        )
        if shutil.which("java") is None:
            pytest.skip("Spark needs Java, and there is none here")
    viewer, film = np.array(clubs(40)).T
    likes = csr_matrix((np.ones(len(film), np.float32), (viewer, film)))
    scores = Factors.of(ENGINES[engine](likes)).scores(np.array([0, 1]))
    assert scores[[2, 3]].min() > scores[4:].max()


def test_a_film_that_ease_does_not_hold_is_scored_by_its_factors() -> None:
    pairs = [*clubs(40), (0, 8), (2, 8)]  # film 8: two people of the first club
    viewer, film = np.array(pairs).T
    found, fitted = fit_collaborative(10, viewer.astype(np.int32), film, by_implicit)
    assert (fitted.held, fitted.factored) == (8, 9)
    first, second = found.scores(np.array([0, 1])), found.scores(np.array([4, 5]))
    assert first.score[8] > second.score[8]
    assert first.known.tolist() == [True] * 9 + [False]


def test_after_the_command_the_scorer_leads_to_the_films_of_ones_club(
    store: Path, tmp_path: Path
) -> None:
    with open_catalogue(store) as catalogue:
        assert scorer(catalogue, "film-0-2000").weight() == 0  # as before
    run("--ratings", clubs_table(tmp_path), "--catalogue", store)
    with open_catalogue(store) as catalogue:
        asked = scorer(catalogue, "film-0-2000", "film-1-2000")
        scores = asked.score()
        order = [catalogue.film_at(int(n)).id for n in np.argsort(-scores, kind="stable")]
        assert asked.weight() > 0
        assert set(order[:2]) == {"film-2-2000", "film-3-2000"}
        assert 0 <= scores.min() <= scores.max() == 1
        reason = asked.reason(catalogue.film("film-2-2000"))
        assert reason is not None
        assert reason.text in {f"Liked by others who like Film {n}" for n in (0, 1)}
        assert asked.reason(catalogue.film("film-6-2000")) is None


def test_factors_that_know_nothing_of_what_is_liked_take_no_weight_from_content(
    tmp_path: Path,
) -> None:
    path = tmp_path / "films.sqlite"
    stranger = msgspec.structs.replace(FILMS[0], id="stranger-2000", title="Stranger")
    write_catalogue([*FILMS, stranger], path)
    run("--ratings", clubs_table(tmp_path), "--catalogue", path)
    with open_catalogue(path) as catalogue:
        weights = {
            liked: (
                scorer(catalogue, liked).weight(),
                Content(catalogue, Viewer(liked=(liked,)), None, Context(at=EVENING.at)).weight(),
            )
            for liked in ("film-0-2000", "stranger-2000")
        }
    assert weights == {
        "film-0-2000": (1, WEIGHT_BESIDE_OTHERS),
        "stranger-2000": (0, WEIGHT),
    }


def scorer(catalogue: Catalogue, *liked: str) -> Scorer:
    return Scorer(catalogue, Viewer(liked=liked), None, Context(at=EVENING.at))


def test_histories_add_viewers(store: Path, tmp_path: Path) -> None:
    mine = table(
        tmp_path / "mine.csv",
        [("Film 0", 2000, 4.5), ("Film 1", 2000, 4.0), ("Film 9", 2000, 5), ("Film 5", 2000, 1)],
        "Name,Year,Rating",
    )
    ratings = clubs_table(tmp_path)
    told = run(
        "--ratings", ratings, "--history", "letterboxd", mine, "--catalogue", store, "--json"
    )
    assert '"viewers": 13' in told
    assert f'"likes": {len(clubs()) + 2}' in told
    assert '"films_not_in_the_catalogue": 1' in told


def test_factors_of_another_catalogue_are_refused(store: Path, tmp_path: Path) -> None:
    with open_catalogue(store) as catalogue:
        version = catalogue.version
    write_catalogue(FILMS[:-1], tmp_path / "other.sqlite")
    run("--ratings", clubs_table(tmp_path), "--catalogue", tmp_path / "other.sqlite")
    (file,) = tmp_path.glob("other-*.factors")
    file.rename(factors_path(store, version))
    with pytest.raises(StoreError, match=r"belongs to catalogue .*: run emoflix-catalog factors"):
        open_catalogue(store)


MOVIELENS = {
    "movies.csv": "movieId,title,genres\n"
    "1,Film 0 (2000),Drama\n2,Film 1 (2000),Drama\n3,No Such Film (1999),Drama\n",
    "ratings.csv": "userId,movieId,rating,timestamp\n"
    "1,1,3.5,964982703\n1,2,0.5,964982704\n2,3,5.0,964982705\n2,1,3.0,964982706\n"
    "2,1,4.0,964982707\n",
}


@pytest.fixture
def movielens(tmp_path: Path) -> Path:
    folder = tmp_path / "ml"
    folder.mkdir()
    for name, text in MOVIELENS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_movielens_ratings_find_their_films_by_title_where_they_were_not_imported(
    movielens: Path, store: Path
) -> None:
    ratings = read_ratings(movielens)
    assert ratings.rating.tolist() == [7, 1, 10, 8]  # the last of each film counts
    assert ratings.at.tolist() == [964982703, 964982704, 964982705, 964982707]
    with open_catalogue(store) as catalogue:
        numbers = film_numbers(ratings, movielens, catalogue)
        found = [catalogue.film_at(int(number)).id for number in numbers[:2]]
    assert found == ["film-0-2000", "film-1-2000"]
    assert numbers[2] == -1


BAD: dict[str, tuple[str, str]] = {
    "a rating of 11": ("user,film,rating\na,f,11\n", r":2: the rating '11' is not 0 to 10"),
    "a rating that is no number": ("user,film,rating\na,f,good\n", r":2: the rating 'good'"),
    "another header": ("user,movie,stars\na,f,5\n", r":1: the column 'film' is missing"),
    "nothing": ("", r":1: the column 'user' is missing"),
    "a header alone": ("user,film,rating\n", "holds no ratings"),
    "a row too short": ("user,film,rating\na,f\n", "another number of fields"),
    "no time": ("user,film,rating,at\na,f,5,yesterday\n", r":2: the time 'yesterday'"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_bad_ratings_are_refused_with_the_line(case: str, tmp_path: Path) -> None:
    text, message = BAD[case]
    (path := tmp_path / "ratings.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read_ratings(path)


def test_more_than_five_stars_are_refused(movielens: Path) -> None:
    with (movielens / "ratings.csv").open("a", encoding="utf-8") as file:
        file.write("3,1,5.5,964982703\n")
    with pytest.raises(SourceError, match=r":7: the rating '5.5' is not 0 to 5"):
        read_ratings(movielens)


def test_ratings_of_films_that_the_catalogue_lacks_are_an_error(
    store: Path, tmp_path: Path
) -> None:
    path = table(tmp_path / "r.csv", [("a", "unknown-1990", 9)])
    with pytest.raises(SourceError, match="holds none of its 1 films"):
        run("--ratings", path, "--catalogue", store)


def test_too_few_likes_are_an_error_and_leave_nothing_behind(store: Path, tmp_path: Path) -> None:
    path = table(tmp_path / "r.csv", [("a", "film-0-2000", 9)])
    with pytest.raises(CatalogueError, match="too few: no film was liked by"):
        run("--ratings", path, "--catalogue", store)
    assert not list(tmp_path.glob("*.factors*"))


def test_the_real_movielens_is_read_whole(
    shared: Path, catalogue_of: Callable[..., Catalogue]
) -> None:
    folder = shared / "data" / "movies" / "ml-latest-small"
    ratings = read_ratings(folder)
    assert (len(ratings.rating), ratings.viewers, len(ratings.names)) == (100_836, 610, 9_724)
    assert (ratings.rating >= LIKED_FROM).sum() == 61_716
    toy_story = Film(id="t", title="Toy Story", year=1995, identifiers={"imdb": "tt0114709"})
    numbers = film_numbers(ratings, folder, catalogue_of(toy_story))
    assert numbers[ratings.names.index("1")] == 0
    assert (numbers >= 0).sum() == 1
