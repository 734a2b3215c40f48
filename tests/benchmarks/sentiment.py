"""Which review reader is right more often: this program's two, beside well-known libraries.

The libraries get an environment of their own, made by uv and kept in its cache. NLTK's VADER would
download its word list; vaderSentiment's wheel holds the same one.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from emoflix_catalog.features.opinion import Opinions
from emoflix_catalog.features.sentiment_fitting import Labelled, fit_sentiment, wilson
from emoflix_catalog.importers.contract import Tally
from emoflix_catalog.importers.files import csv_rows
from emoflix_catalog.recommend.rewards import ReviewReader
from tests.benchmarks.shared import SHARED

REVIEWS: Final = SHARED / "data" / "movies" / "reviews" / "aclImdb_10k_subset.csv.gz"
LIBRARIES: Final = ("textblob==0.20.1", "nltk==3.10.4", "vaderSentiment==3.3.2")
_WORKER: Final = """
import json, pathlib, sys
import nltk
import vaderSentiment
from nltk.sentiment.vader import SentimentIntensityAnalyzer
from textblob import TextBlob

words = pathlib.Path(sys.argv[2]).with_name("vader_lexicon.txt")
words.write_bytes(pathlib.Path(vaderSentiment.__file__).with_name(words.name).read_bytes())
nltk.data.path.append(str(words.parent))  # it reads nothing from elsewhere, nor what is linked
vader = SentimentIntensityAnalyzer(words.as_uri())
with open(sys.argv[1], encoding="utf-8") as file:
    texts = json.load(file)
scores = {
    "NLTK 3.10.4, VADER": [vader.polarity_scores(text)["compound"] for text in texts],
    "TextBlob 0.20.1": [TextBlob(text).sentiment.polarity for text in texts],
}
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(scores, file)
"""


def tables() -> Iterator[Table]:
    """One table, after some minutes."""
    if not REVIEWS.is_file():
        Console(stderr=True).print(f"sentiment: {REVIEWS} is not there")
        return
    parts: dict[bool, list[Labelled]] = {False: [], True: []}
    for _, row in csv_rows(REVIEWS, Tally(), ("text", "label", "split")):
        parts[row["split"] == "test"].append(Labelled(row["text"], row["label"] == "1"))
    held_out = parts[True]
    kept_out = {review.text for review in held_out}
    training = [review for review in parts[False] if review.text not in kept_out]
    fitted, _ = fit_sentiment(training)
    scores = _of_libraries([review.text for review in (*training, *held_out)])
    table = Table("", "accuracy", "95 %", "with the best threshold", "95 %")
    table.title = f"{len(held_out):,} held-out reviews, half of them for their film"
    table.caption = (
        f"for a film is a score above 0; the best threshold is that of the {len(training):,}"
        " training reviews. A review that is not understood is not right"
    )
    likes = np.array([review.likes for review in held_out])
    readers: dict[str, ReviewReader] = {
        "fitted to the training reviews": fitted,
        "list of words": Opinions(),
    }
    for name, reader in readers.items():
        read = np.array([reader.sentiment(review.text) or np.nan for review in held_out], float)
        table.add_row(name, *_right((read > 0) == likes, ~np.isnan(read)))
    for name, values in scores.items():
        before, after = np.split(np.array(values), [len(training)])
        best = _best_threshold(before, np.array([review.likes for review in training]))
        table.add_row(name, *_right((after > 0) == likes), *_right((after > best) == likes))
    yield table


def _of_libraries(texts: Sequence[str]) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as name:
        asked, told = Path(name) / "texts.json", Path(name) / "scores.json"
        asked.write_text(json.dumps(texts), encoding="utf-8")
        options = [option for library in LIBRARIES for option in ("--with", library)]
        uv = [sys.executable, "-m", "uv", "run", "--quiet", "--no-project", *options]
        done = subprocess.run(
            [*uv, "python", "-c", _WORKER, asked, told],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = "".join(done.stderr.strip().splitlines()[-1:])
            Console(stderr=True).print(f"sentiment: the libraries are left out: {reason}")
            return {}
        scores: dict[str, list[float]] = json.loads(told.read_text(encoding="utf-8"))
        return scores


def _best_threshold(scores: NDArray[np.float64], likes: NDArray[np.bool_]) -> float:
    thresholds = np.unique(np.percentile(scores, np.arange(1, 100)))
    right = [((scores > threshold) == likes).sum() for threshold in thresholds]
    return float(thresholds[int(np.argmax(right))])


def _right(right: NDArray[np.bool_], understood: NDArray[np.bool_] | None = None) -> list[str]:
    count = int((right if understood is None else right & understood).sum())
    low, high = wilson(count, len(right))
    return [f"{count / len(right):.1%}", f"{low:.1%} to {high:.1%}"]
