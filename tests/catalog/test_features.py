from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_catalog.arrays import open_arrays, write_arrays
from emoflix_catalog.errors import CatalogueError, StoreError
from emoflix_catalog.features.affect import by_tags, evoked
from emoflix_catalog.features.fitting import fit_transforms
from emoflix_catalog.features.quality import bayesian_average
from emoflix_catalog.features.text import SCALE, embed
from emoflix_catalog.features.transforms import (
    FORM,
    SHIPPED,
    read_transforms,
    shipped_transforms,
    write_transforms,
)
from emoflix_catalog.features.vectors import Vectors
from emoflix_catalog.film import Film
from emoflix_catalog.recommend import MoodReading, mood_of
from emoflix_catalog.store import Catalogue
from emoflix_catalog.vocabulary import EXPRESSIONS, GENRES, MOOD_TAGS

ROWS = np.random.default_rng(0).normal(size=(9000, 64))
ROWS /= np.linalg.norm(ROWS, axis=1, keepdims=True)


def film(**facts: object) -> Film:
    facts = {"id": "f", "title": "F", "year": 2000, **facts}
    return Film(**facts)  # type: ignore[arg-type]


def test_a_film_evokes_what_its_tags_say_the_first_the_most() -> None:
    funny, tragic = MOOD_TAGS["funny"], MOOD_TAGS["tragic"]
    films = [film(mood_tags=tags) for tags in (("funny",), ("funny", "tragic"), ())]
    point, emotions, certainty = by_tags(films)
    assert point[0] == pytest.approx([funny.valence, funny.arousal])
    assert point[1][0] == pytest.approx((funny.valence + 0.75 * tragic.valence) / 1.75)
    assert certainty.tolist() == [1, 1, 0]
    assert EXPRESSIONS[int(emotions[0].argmax())] == "happy"


@pytest.mark.parametrize(
    ("tag", "expression"),
    [("scary", "fear"), ("melancholic", "sad"), ("feel-good", "happy"), ("angry", "angry")],
)
def test_a_tag_stands_for_the_emotion_beside_it(tag: str, expression: str) -> None:
    _, emotions, _ = by_tags([film(mood_tags=(tag,))])
    assert EXPRESSIONS[int(emotions[0].argmax())] in {expression, "angry"}
    assert emotions[0].sum() == pytest.approx(1)


def test_an_untagged_film_is_guessed_from_its_genres_less_surely() -> None:
    transforms = shipped_transforms()
    films = [film(genres=("horror",)), film(genres=("comedy", "romance")), film()]
    point, emotions, certainty = evoked(films, transforms.terms, transforms.affect)
    assert point[0][0] < 0 < point[1][0]
    assert emotions[0][EXPRESSIONS.index("fear")] > emotions[1][EXPRESSIONS.index("fear")]
    assert 0.3 < certainty[0] < 1
    assert certainty[2] == 0
    assert point[2].tolist() == [0, 0]
    assert emotions.sum(axis=1) == pytest.approx(1)


def test_the_guess_is_near_what_the_tags_say(starter_list: list[Film]) -> None:
    """On the films it was fitted to; what the fit reports is cross-validated."""
    transforms = shipped_transforms()
    untagged = [
        film(genres=f.genres, keywords=f.keywords, synopsis=f.synopsis) for f in starter_list
    ]
    guessed = evoked(untagged, transforms.terms, transforms.affect).point
    told = by_tags(starter_list).point
    assert np.abs(guessed - told).mean() < 0.8 * np.abs(told - told.mean(axis=0)).mean()


def test_likeness_knows_what_belongs_together(starter: Catalogue) -> None:
    def alike(one: str, other: str) -> float:
        numbers = np.concatenate([starter.numbers([film_id]) for film_id in (one, other)])
        return float(starter.vectors.likeness_among(numbers)[0, 1])

    assert alike("drishyam-2013", "drishyam-2-2021") > 0.6
    assert alike("drishyam-2013", "my-neighbor-totoro-1988") < 0.4
    assert alike("drishyam-2013", "drishyam-2013") == pytest.approx(1, abs=0.02)


def test_a_film_of_unknown_words_is_like_nothing() -> None:
    transforms = shipped_transforms()
    vector = embed([film(synopsis="Qqqq wwww.")], transforms.terms, transforms.components)
    assert not vector.any()
    vectors = Vectors(vector)
    assert vectors.likeness_to(vectors.profile(np.array([0]))).tolist() == [0]


@given(st.lists(st.integers(0, 40), max_size=8))
def test_likeness_in_chunks_is_the_cosine(numbers: list[int]) -> None:
    vectors = Vectors(np.rint(ROWS * SCALE).astype(np.int8))
    profile = vectors.profile(np.array(numbers, np.int64))
    wanted = ROWS @ ROWS[numbers].sum(axis=0)
    wanted /= np.linalg.norm(ROWS[numbers].sum(axis=0)) or 1
    np.testing.assert_allclose(vectors.likeness_to(profile), wanted, atol=0.02)


@given(st.text(max_size=30), st.lists(st.text(max_size=10), max_size=3))
def test_any_words_make_a_vector(synopsis: str, names: list[str]) -> None:
    transforms = shipped_transforms()
    odd = film(synopsis=synopsis, keywords=tuple(names), cast=tuple(names), genres=GENRES[:1])
    vector = embed([odd], transforms.terms, transforms.components).astype(float)
    assert np.linalg.norm(vector) == pytest.approx(SCALE, rel=0.05)


def test_few_votes_draw_a_rating_to_the_mean() -> None:
    films = [
        film(rating=9.0, votes=10_000),
        film(rating=9.0, votes=10),
        film(rating=5.0, votes=1_000),
        film(rating=9.0),
        film(),
    ]
    quality = bayesian_average(films)
    assert quality[0] > quality[1] > quality[2]
    assert np.isnan(quality[3:]).all()


def test_transforms_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "t.arrays"
    shipped = shipped_transforms()
    write_transforms(path, shipped)
    again = read_transforms(path)
    assert again.terms.place == shipped.terms.place
    assert again.components == pytest.approx(shipped.components, abs=0.005)
    assert again.affect.terms == pytest.approx(shipped.affect.terms, abs=0.005)


def test_transforms_of_another_form_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.arrays"
    write_arrays(path, "transforms-0", {}, {})
    with pytest.raises(StoreError, match=r"transforms-0.* emoflix-catalog fit"):
        read_transforms(path)
    write_arrays(path, FORM, {}, {"terms": ()})
    with pytest.raises(StoreError, match="run emoflix-catalog fit"):
        read_transforms(path)


def test_the_shipped_transforms_know_the_starter_films(starter_list: list[Film]) -> None:
    transforms = shipped_transforms()
    vectors = embed(starter_list, transforms.terms, transforms.components)
    assert vectors.any(axis=1).all()
    assert SHIPPED.stat().st_size < 1_000_000
    assert set(open_arrays(SHIPPED, FORM)) >= {"rarity", "components", "affect_terms"}


def test_a_fit_beats_guessing_the_mean(starter_list: list[Film]) -> None:
    transforms, report = fit_transforms(starter_list[::5])
    assert report.valence_error < 0.8 * report.valence_error_of_mean
    assert report.arousal_error < 0.9 * report.arousal_error_of_mean
    assert 0.2 < report.valence_explained < 0.9
    assert transforms.components.shape == (report.terms, 64)


def test_too_few_films_cannot_be_fitted(starter_list: list[Film]) -> None:
    with pytest.raises(CatalogueError, match="are too few to fit on"):
        fit_transforms(starter_list[:20])


def test_a_told_mood_lies_where_its_expression_does() -> None:
    mood: MoodReading = mood_of("sad")
    assert (mood.valence, mood.arousal) == (-0.7, -0.4)
