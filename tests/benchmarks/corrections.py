"""What a viewer's corrections win: validation crops as of a viewer whose face is always misread.

The network's own logits, shifted: a face that nature made look sad, and an average one. As people
do, the viewer corrects what is misread and leaves the rest. Corrections are drawn from one half of
the crops, and read are those of the other.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.mood.calibration import Calibration
from emoflix_device.vision.card import BUNDLED_MODEL
from emoflix_device.vision.expression import open_expression_model
from tests.benchmarks.crops import is_prepared, validation
from tests.benchmarks.quality import fitted

CROPS: Final = 1400
COUNTS: Final = (0, 1, 5, 20, 60)
VIEWERS: Final = 20
FACES: Final = {
    "looks sad": {"sad": 2.0, "neutral": -1.0},
    "looks angry": {"angry": 2.0, "happy": -1.0},
    "average": {},
}
"""By how much each is read as this or that, in logits."""


def tables() -> Iterator[Table]:
    """A row for each kind of face."""
    if not is_prepared("corrections"):
        return
    model = open_expression_model(BUNDLED_MODEL)
    crops, labels = validation(CROPS, seed=1)
    logits = model.logits(np.stack([fitted(crop, model.card.input) for crop in crops]))
    columns = (f"after {count}" if count else "uncorrected" for count in COUNTS)
    title = f"Read rightly, mean and standard deviation of {VIEWERS} draws of corrections"
    table = Table("face", *columns, title=title)
    for name, shift in FACES.items():
        own = logits + np.array([shift.get(each, 0.0) for each in EXPRESSIONS], np.float32)
        hits = np.array([read_rightly(own, labels, seed) for seed in range(VIEWERS)])
        means, deviations = hits.mean(axis=0), hits.std(axis=0, ddof=1)
        table.add_row(name, *(f"{m:.1%} ± {d:.1%}" for m, d in zip(means, deviations, strict=True)))
    yield table


def read_rightly(logits: NDArray[np.float32], labels: NDArray[np.intp], seed: int) -> list[float]:
    """The share of one half after so many corrections from the other, for each of `COUNTS`."""
    heard, read = np.split(np.random.default_rng(seed).permutation(len(labels)), 2)
    looks = iter(heard)
    calibration, shares = Calibration("benchmark"), []
    for count in range(max(COUNTS) + 1):
        if count in COUNTS:
            answers = calibration.corrected(logits[read]).argmax(axis=1)
            shares.append(float((answers == labels[read]).mean()))
        look = next(
            look for look in looks if calibration.corrected(logits[look]).argmax() != labels[look]
        )
        calibration = calibration.learn(logits[look], EXPRESSIONS[labels[look]])
    return shares
