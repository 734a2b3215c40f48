"""The evaluation from a ratings file to its tables, on a small world whose truth is known."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.commands.evaluate import evaluate
from emoflix_catalog.evaluate.context import refuse_leaks
from emoflix_catalog.evaluate.films import rated_by
from emoflix_catalog.evaluate.splits import SPLITS, newcomers, validates
from emoflix_catalog.evaluate.study import open_study
from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import SourceError
from emoflix_catalog.ratings import Ratings, read_ratings

CLUBS, FILMS, VIEWERS, RATED = 2, 40, 40, 14
GENRES = ("drama", "comedy")


def club_of(number: int) -> int:
    return number % CLUBS


def films() -> list[Film]:
    """Films of two clubs, told apart by genre and by what they evoke."""
    return [
        Film(
            id=f"film-{number}-2000",
            title=f"Film {number}",
            year=2000,
            languages=("en",),
            genres=(GENRES[club_of(number)],),
            mood_tags=("bleak",) if club_of(number) == 0 else ("feel-good",),
        )
        for number in range(FILMS)
    ]


def rated() -> list[tuple[int, int, float, int]]:
    """Each viewer likes the films of their club and dislikes some of the other, a day apart."""
    random = np.random.default_rng(0)
    rows = []
    for viewer in range(VIEWERS):
        own = [film for film in range(FILMS) if club_of(film) == club_of(viewer // 2)]
        other = [film for film in range(FILMS) if film not in own]
        chosen = [*random.permutation(own)[:RATED], *random.permutation(other)[:2]]
        for day, film in enumerate(random.permutation(chosen)):
            rows.append((viewer, int(film), 9.0 if film in own else 2.0, 86400 * day))
    return rows


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "ratings.csv"
    lines = [
        f"v{viewer},film-{film}-2000,{rating:g},{at},{'sad' if club_of(film) else 'happy'}"
        for viewer, film, rating, at in rated()
    ]
    path.write_text("\n".join(["user,film,rating,at,mood", *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "films.sqlite"
    write_catalogue(films(), path)
    return path


def run(*arguments: object) -> str:
    result = CliRunner().invoke(evaluate, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def ndcg(report: Mapping[str, Any], ranker: str, depth: int = 5) -> float:
    found = next(each for each in report["rankers"] if each["name"] == ranker)
    mean: float = found["metrics"][f"ndcg@{depth}"]["mean"]
    return mean


def test_who_likes_what_is_found_out_and_popularity_is_beaten(
    table: Path, catalogue: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "curve.png"
    (report,) = json.loads(
        run("--ratings", table, "--catalogue", catalogue, "--json", "--plot", picture)
    )["splits"]
    for ranker in ("EASE sparse", "EASE dense", "item-kNN", "collaborative", "all scorers"):
        assert ndcg(report, ranker) > ndcg(report, "popularity"), ranker
    assert report["asked"] == VIEWERS * 4 // 5
    assert {each["name"] for each in report["rankers"]} >= {"slate", "content only", "factors"}
    for pair in report["compared"]:
        one, other = (ndcg(report, pair[side], 10) for side in ("name", "other"))
        assert pair["ahead"]["mean"] == pytest.approx(one - other)
        assert pair["share"] == pytest.approx(one / other - 1)
    scorers = {row["scorer"]: row for row in report["scorers"]}
    assert scorers["collaborative"]["asked"] == report["asked"]
    assert scorers["collaborative"]["loss"]["low"] <= scorers["collaborative"]["loss"]["high"]
    assert scorers["affect"]["alone"] is None
    assert report["relevance"][0]["relevance"] == 1
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_tables_name_every_ranker_and_the_viewers_asked(table: Path, catalogue: Path) -> None:
    splits = ("--split", "newcomers", "--split", "time")
    told = run("--ratings", table, "--catalogue", catalogue, *splits)
    assert "newcomers: 16 of 40 viewers asked" in told
    assert "time: 32 of 40 viewers asked" in told
    for name in ("popularity", "EASE dense", "slate", "miscalibration", "lost without it"):
        assert name in told


def test_a_mood_before_the_film_is_measured_beside_none_and_anothers(
    table: Path, catalogue: Path
) -> None:
    (report,) = json.loads(
        run("--ratings", table, "--catalogue", catalogue, "--context", "mood", "--json")
    )["splits"]
    found = report["context"]
    assert report["split"] == "time"
    assert found["queries"] > 0
    for name in ("with_mood", "without", "gain", "gain_of_anothers"):
        assert found[name]["low"] <= found[name]["mean"] <= found[name]["high"]
    gain = found["with_mood"]["mean"] - found["without"]["mean"]
    assert found["gain"]["mean"] == pytest.approx(gain)


@pytest.mark.parametrize("column", ["endEmo", "dominantEmo", "mood_after", "felt", "duringMood"])
def test_what_was_noted_during_or_after_the_film_is_refused(column: str) -> None:
    with pytest.raises(SourceError, match="noted during or after the film"):
        refuse_leaks(column)


@pytest.mark.parametrize("column", ["mood", "mood_before", "weekend_mood", "moodAtStart"])
def test_what_was_noted_before_it_is_taken(column: str) -> None:
    refuse_leaks(column)


MOVIES = ["movieId,title,genres"] + [
    f"{number + 1},Plain Film {number} (2000),{GENRES[club_of(number)].capitalize()}"
    for number in range(FILMS)
]


@pytest.fixture
def movielens(tmp_path: Path) -> Path:
    folder = tmp_path / "ml"
    folder.mkdir()
    rows = [f"{v + 1},{f + 1},{rating / 2:g},{at}" for v, f, rating, at in rated()]
    header = "userId,movieId,rating,timestamp"
    (folder / "movies.csv").write_text("\n".join(MOVIES) + "\n", encoding="utf-8")
    (folder / "ratings.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


def test_a_movielens_folder_brings_its_own_films(movielens: Path) -> None:
    (report,) = json.loads(run("--ratings", movielens, "--json"))["splits"]
    assert report["candidates"] == FILMS  # and none of our own, which nobody could have rated
    assert ndcg(report, "EASE sparse") > ndcg(report, "popularity")


@pytest.fixture
def ratings(table: Path) -> Ratings:
    return read_ratings(table)


@pytest.mark.parametrize("name", list(SPLITS))
def test_nothing_held_out_is_learnt_from_or_known(name: str, ratings: Ratings) -> None:
    split = SPLITS[name](ratings)
    assert split.held_out.any()
    assert not (split.held_out & (split.learnt | split.known)).any()


def test_by_time_what_is_held_out_is_later_than_what_is_known(ratings: Ratings) -> None:
    split = SPLITS["time"](ratings)
    for viewer in range(ratings.viewers):
        own = ratings.viewer == viewer
        last = ratings.at[own & split.known].max()
        assert last <= ratings.at[own & split.held_out].min()


def test_nothing_is_learnt_from_newcomers_and_five_ratings_of_each_are_known(
    ratings: Ratings,
) -> None:
    split = newcomers(ratings)
    new = np.unique(ratings.viewer[split.held_out])
    of_new = np.isin(ratings.viewer, new)
    assert not (of_new & split.learnt).any()
    assert (np.bincount(ratings.viewer[of_new & split.known])[new] == 5).all()
    asked = new[~validates(new)]
    assert len(asked) == VIEWERS * 4 // 5 // 2


def test_the_ratings_of_the_films_come_from_what_is_learnt_alone(ratings: Ratings) -> None:
    learnt = np.zeros(len(ratings.rating), bool)
    learnt[:2] = True
    found = {film.id: film for film in rated_by(films(), ratings, learnt)}
    votes = {film_id: film.votes for film_id, film in found.items() if film.votes}
    assert votes == {ratings.names[place]: 1 for place in ratings.film[:2]}


def test_a_studys_catalogue_knows_nothing_of_what_is_held_out(
    ratings: Ratings, table: Path
) -> None:
    with open_study(ratings, table, films(), "random") as study:
        split = SPLITS["random"](ratings)
        liked = split.learnt & (ratings.rating >= 7)
        assert study.popularity.sum() == liked.sum()
        for query in study.queries:
            assert not set(query.wanted) & set(query.seen)


def test_too_few_viewers_to_ask_are_an_error(catalogue: Path, tmp_path: Path) -> None:
    lines = ["user,film,rating", *(f"v{v},film-{f}-2000,9" for v in range(3) for f in range(3))]
    path = tmp_path / "few.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(SourceError, match="nobody can be asked"):
        run("--ratings", path, "--catalogue", catalogue)


def test_a_catalogue_with_too_few_films_to_rank_is_an_error(table: Path, tmp_path: Path) -> None:
    path = tmp_path / "small.sqlite"
    write_catalogue(films()[:25], path)
    with pytest.raises(SourceError, match="25 films are too few to rank"):
        run("--ratings", table, "--catalogue", path)


def test_ratings_without_times_cannot_be_split_by_time(catalogue: Path, tmp_path: Path) -> None:
    lines = ["user,film,rating", *(f"v{v},film-{f}-2000,9" for v in range(6) for f in range(6))]
    path = tmp_path / "undated.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(SourceError, match="a rating has no time"):
        run("--ratings", path, "--catalogue", catalogue, "--split", "time")


def test_either_ratings_or_a_log_is_asked_for() -> None:
    result = CliRunner().invoke(evaluate, [])
    assert result.exit_code == 2
    assert "either --ratings or --log" in result.output
