import datetime as dt
import gzip
from pathlib import Path

import click
import msgspec
import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.commands.info import info
from emoflix_catalog.commands.sentiment import sentiment as sentiment_command
from emoflix_catalog.errors import CatalogueError, StoreError
from emoflix_catalog.features.quality import bayesian_average
from emoflix_catalog.features.sentiment import (
    Sentiment,
    read_sentiment,
    terms,
    write_sentiment,
)
from emoflix_catalog.features.sentiment_fitting import Labelled, fit_sentiment
from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import Request, Tally
from emoflix_catalog.importers.run import Imported, import_source, purge_source
from emoflix_catalog.reviews import review_reader
from emoflix_catalog.store import open_catalogue

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


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A table of the reviews, every sixth held out."""
    table = tmp_path / "labelled.csv.gz"
    with gzip.open(table, "wt") as file:
        print("split,label,text", file=file)
        for number, review in enumerate(REVIEWS):
            split = "test" if number % 6 == 0 else "train"
            print(f'{split},{int(review.likes)},"{review.text}"', file=file)
    return table


def run(command: click.Command, *words: object) -> Result:
    return CliRunner().invoke(command, list(map(str, words)))


def test_what_the_command_fits_reads_the_reviews_of_the_catalogue(
    labelled: Path, tmp_path: Path
) -> None:
    catalogue = tmp_path / "films.sqlite"
    done = run(sentiment_command, "fit", labelled, "--catalogue", catalogue, "--json")
    report = msgspec.json.decode(done.stdout)
    assert (report["reviews"], report["held_out"]) == (40, 8)
    assert 0 <= report["accuracy_of_words"] <= 1
    assert isinstance(review_reader(catalogue), Sentiment)


def test_a_label_that_is_none_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text("text,label\nfine,1\nhm,maybe\n")
    done = run(
        sentiment_command, "fit", tmp_path / "reviews.csv", "--catalogue", tmp_path / "films.sqlite"
    )
    assert "reviews.csv:3: the label 'maybe' is none of" in str(done.exception)
    assert not list(tmp_path.glob("*.sentiment"))


FILMS = (
    Film(id="the-kid-1921", title="The Kid", year=1921, directors=("Charlie Chaplin",)),
    Film(id="drishyam-2013", title="Drishyam", year=2013, identifiers={"imdb": "tt3417422"}),
    Film(id="kireedam-1989", title="Kireedam", year=1989, rating=8.0, votes=3),
)


@pytest.fixture
def reviewed(tmp_path: Path) -> Imported:
    catalogue, table = tmp_path / "films.sqlite", tmp_path / "reviews.csv"
    write_catalogue(FILMS, catalogue)
    table.write_text(
        "film,text\n"
        "the-kid-1921,It was boring\n"
        "imdb-tt3417422,It was wonderful\n"
        "drishyam-2013,I loved it\n"
        "drishyam-2013,Padam adipoli\n"
        "nobody-knows-1900,I loved it\n",
        encoding="utf-8",
    )
    request = Request(where=str(table), catalogue=catalogue)
    return import_source("reviews", request, catalogue, FILMS, Tally(), today=dt.date(2026, 3, 1))


def test_imported_reviews_give_a_film_its_liking(reviewed: Imported) -> None:
    with open_catalogue(reviewed.catalogue.path) as catalogue:
        kid, drishyam, kireedam = (catalogue.film(film.id) for film in FILMS)
    assert (kid.reviews, drishyam.reviews, kireedam.reviews) == (1, 2, None)
    assert kid.liking is not None
    assert drishyam.liking is not None
    assert kid.liking < 0.4
    assert drishyam.liking > 0.7
    assert reviewed.reasons == {"not understood": 1, "no film of this id": 1}
    assert reviewed.examples["not understood"] == ["reviews.csv:5: Padam adipoli"]


def test_liking_is_shown_and_purged_again(reviewed: Imported) -> None:
    path = reviewed.catalogue.path
    assert "for it, of 2" in run(info, "drishyam-2013", "--catalogue", path).stdout
    purge_source("reviews", path, FILMS, today=dt.date(2026, 3, 1))
    with open_catalogue(path) as catalogue:
        assert catalogue.film("drishyam-2013").liking is None


def test_a_review_counts_as_a_vote_in_the_quality(reviewed: Imported) -> None:
    voted = [
        msgspec.structs.replace(FILMS[2], id=f"f{number}", rating=rating, votes=votes)
        for number, (rating, votes) in enumerate([(8.0, 3), (5.5, 2), (7.0, 5)])
    ]
    read = [
        msgspec.structs.replace(voted[0], liking=None, reviews=None),
        msgspec.structs.replace(voted[1], rating=None, votes=None, liking=0.5, reviews=2),
        # Three votes of 7 and two reviews of 1 + 9 * 2/3 = 7.
        msgspec.structs.replace(voted[2], votes=3, liking=2 / 3, reviews=2),
    ]
    np.testing.assert_allclose(bayesian_average(read), bayesian_average(voted), rtol=1e-6)
    with open_catalogue(reviewed.catalogue.path) as catalogue:
        assert not np.isnan(catalogue.columns["quality"]).any()
