from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_catalog.errors import StoreError
from emoflix_catalog.features.opinion import Opinions
from emoflix_catalog.features.sentiment import Sentiment, write_sentiment
from emoflix_catalog.reviews import review_reader, sentiment_path
from tests.catalog.test_sentiment import fitted

__all__ = ["fitted"]

OTHER_LANGUAGES = {
    "French": "Ce film est une merveille, je l'ai adoré du début à la fin",
    "German": "Das war ein guter Film, in dem alles super war",
    "Spanish": "Una película muy buena, me encantó la música y la historia",
    "Italian": "Questo film è un capolavoro, la musica è bella",
    "Dutch": "Een mooie film met goede acteurs, het was in alles geweldig",
    "Swedish": "Filmen var bra och vi hade en trevlig kväll",
    "Turkish": "Bu film çok güzel",
    "Hindi": "Yeh film bahut achchi thi, mujhe bahut pasand aayi",
    "Malayalam": "Padam adipoli, enikku valare ishtamayi",
    "Malayalam in its own script": "ഗംഭീര സിനിമ, എല്ലാവരും കാണണം",
    "Tamil": "Padam romba nalla irundhuchu",
}


@pytest.mark.parametrize(
    "review",
    [
        "Loved it",
        "Masterpiece!",
        "A moving story, beautifully played.",
        "Not bad at all",
        "It was slow at first, but the ending is wonderful",
        "Well-acted and never boring",
    ],
)
def test_praise_is_for_the_film(review: str) -> None:
    assert (Opinions().sentiment(review) or 0) > 0.2


@pytest.mark.parametrize(
    "review",
    [
        "Meh.",
        "I fell asleep twice",
        "I didn\N{RIGHT SINGLE QUOTATION MARK}t like it",
        "A waste of time: nobody can act",
        "Good first half, but the ending is terrible",
        "Not funny, not moving, never exciting",
    ],
)
def test_blame_is_against_it(review: str) -> None:
    assert (Opinions().sentiment(review) or 0) < -0.2


def test_what_strengthens_a_word_makes_it_count_more() -> None:
    read = Opinions().sentiment
    fairly, plainly, very = (read(f"It was {how} boring") or 0 for how in ("fairly", "so", "very"))
    assert very == plainly < fairly < 0


def test_no_opinion_is_not_understood() -> None:
    assert Opinions().sentiment("We saw it on Sunday with my aunt") is None
    assert Opinions().sentiment("") is None


@pytest.mark.parametrize("language", list(OTHER_LANGUAGES))
def test_another_language_is_not_understood_by_either_reader(
    language: str, fitted: Sentiment
) -> None:
    assert Opinions().sentiment(OTHER_LANGUAGES[language]) is None
    assert fitted.sentiment(OTHER_LANGUAGES[language]) is None


def test_the_classifier_reads_as_it_was_fitted(fitted: Sentiment) -> None:
    read = fitted.sentiment
    assert (read("The story was moving") or 0) > 0 > (read("The story was not moving") or 0)


@given(st.text())
def test_any_text_is_read_or_not_understood(text: str) -> None:
    found = Opinions().sentiment(text)
    assert found is None or -1 < found < 1


def test_a_catalogue_s_own_classifier_is_preferred(tmp_path: Path, fitted: Sentiment) -> None:
    catalogue = tmp_path / "films.sqlite"
    assert isinstance(review_reader(catalogue), Opinions)
    write_sentiment(sentiment_path(catalogue), fitted)
    assert isinstance(review_reader(catalogue), Sentiment)
    sentiment_path(catalogue).write_bytes(b"not one")
    with pytest.raises(StoreError, match="run emoflix-catalog sentiment fit"):
        review_reader(catalogue)
