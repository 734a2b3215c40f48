import gzip
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_catalog.errors import CatalogueError, StoreError
from emoflix_catalog.features.sentiment import (
    Sentiment,
    film_score,
    read_sentiment,
    terms,
    write_sentiment,
)
from emoflix_catalog.features.sentiment_fitting import Labelled, fit_sentiment

CLI = [sys.executable, "-m", "emoflix_catalog", "sentiment"]
GOOD = ("wonderful", "moving", "a joy", "well played")
BAD = ("boring", "a waste", "badly played", "not moving")
SUBJECTS = ("The film", "The story", "Her acting", "The music", "This ending", "All of it")
REVIEWS = [
    Labelled(f"{subject} was {word}, in the {number}th minute.", likes)
    for likes, words in ((True, GOOD), (False, BAD))
    for subject in SUBJECTS
    for number, word in enumerate(words)
]


@pytest.fixture(scope="module")
def fitted() -> Sentiment:
    return fit_sentiment(REVIEWS)[0]


def test_what_it_was_not_shown_is_told_apart_too(fitted: Sentiment) -> None:
    good, bad = fitted.positive(["Their dancing was wonderful.", "Their dancing was boring."])
    assert good > 0.6
    assert bad < 0.4


def test_two_words_say_more_than_each(fitted: Sentiment) -> None:
    moving, not_moving = fitted.positive(["It was moving", "It was not moving"])
    assert moving > 0.5 > not_moving


def test_a_review_without_a_known_word_leans_neither_way(fitted: Sentiment) -> None:
    assert fitted.positive(["Xyzzy"])[0] == pytest.approx(0.5, abs=0.1)
    assert fitted.positive([]).shape == (0,)


def test_numpy_says_what_scikit_learn_says() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    fitted, report = fit_sentiment(REVIEWS)
    counter = TfidfVectorizer(analyzer=terms, sublinear_tf=True, min_df=3)
    texts, likes = [r.text for r in REVIEWS], [r.likes for r in REVIEWS]
    model = LogisticRegression(C=report.strength, solver="liblinear")
    model.fit(counter.fit_transform(texts), likes)
    theirs = model.predict_proba(counter.transform(texts))[:, 1]
    assert fitted.positive(texts) == pytest.approx(theirs, abs=1e-4)


def test_a_held_out_review_is_not_fitted_to_and_counts_in_the_accuracy() -> None:
    _, report = fit_sentiment(REVIEWS, REVIEWS[:5])
    assert (report.reviews, report.held_out) == (len(REVIEWS) - 5, 5)
    assert report.accuracy is not None
    assert report.interval is not None
    low, high = report.interval
    assert 0 <= low <= report.accuracy <= high + 1e-9


def test_too_few_reviews_are_refused() -> None:
    with pytest.raises(CatalogueError, match="24 good and 0 bad reviews are too few"):
        fit_sentiment([review for review in REVIEWS if review.likes])


@given(st.lists(st.floats(0, 1), max_size=40))
def test_a_film_s_score_lies_between_the_reviews_and_the_middle(likely: list[float]) -> None:
    score = film_score(likely)
    assert min([0.5, *likely]) - 1e-9 <= score <= max([0.5, *likely]) + 1e-9


@given(st.text())
def test_any_text_is_a_review(text: str) -> None:
    assert all(terms(text))


def test_it_comes_back_as_it_was_written(tmp_path: Path, fitted: Sentiment) -> None:
    write_sentiment(tmp_path / "s", fitted)
    back = read_sentiment(tmp_path / "s")
    texts = [review.text for review in REVIEWS]
    np.testing.assert_array_equal(back.positive(texts), fitted.positive(texts))
    with pytest.raises(StoreError, match="run emoflix-catalog sentiment fit"):
        read_sentiment(tmp_path / "none")


def test_the_commands_fit_and_score(tmp_path: Path) -> None:
    table = tmp_path / "reviews.csv.gz"
    with gzip.open(table, "wt") as file:
        print("split,label,text", file=file)
        for number, review in enumerate(REVIEWS):
            split = "test" if number % 6 == 0 else "train"
            print(f'{split},{int(review.likes)},"{review.text}"', file=file)
    model = tmp_path / "sentiment.arrays"

    def run(*words: object) -> bytes:
        command = [*CLI, *map(str, words), "--json"]
        return subprocess.run(command, check=True, capture_output=True).stdout

    report = msgspec.json.decode(run("fit", table, model))
    assert (report["reviews"], report["held_out"]) == (40, 8)
    reviews = tmp_path / "mine.csv"
    reviews.write_text("film,text\nbad,It was boring\ngood,It was wonderful\ngood,A joy\n")
    scores = msgspec.json.decode(run("score", reviews, "--model", model))
    assert [(row["film"], row["reviews"]) for row in scores] == [("good", 2), ("bad", 1)]


def test_a_label_that_is_none_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text("text,label\nfine,1\nhm,maybe\n")
    command = [*CLI, "fit", tmp_path / "reviews.csv", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "reviews.csv:3: the label 'maybe' is none of" in done.stderr
    assert not (tmp_path / "out").exists()
