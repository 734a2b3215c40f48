"""What reads a written review for a catalogue: a classifier kept beside it, or a list of words."""

from pathlib import Path

from emoflix_catalog.features.opinion import Opinions
from emoflix_catalog.features.sentiment import read_sentiment
from emoflix_catalog.recommend.rewards import ReviewReader


def sentiment_path(catalogue: Path) -> Path:
    """Where the classifier lies that `emoflix-catalog sentiment fit` made."""
    return catalogue.with_name(f"{catalogue.stem}.sentiment")


def review_reader(catalogue: Path) -> ReviewReader:
    """The classifier beside a catalogue, or the words of `features.opinion` where there is none.

    Raises:
        StoreError: The classifier is broken, or of another form.
    """
    path = sentiment_path(catalogue)
    return read_sentiment(path) if path.exists() else Opinions()
