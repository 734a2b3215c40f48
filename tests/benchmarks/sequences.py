"""Ten minutes of somebody's face, invented from labelled crops, with the truth beside it.

Every expression is held for half a minute or so. Meanwhile the crop changes about twice a second to
another of the same label, in other light, shifted and with other noise, and now and then there is
no face at all. As in the service, every second look is read in the mirror. So single looks are
wrong about as often as the network is, and wrong for more than one look in a row, as on real faces.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.vision.expression import ExpressionModel, probabilities
from tests.benchmarks.crops import Labelled
from tests.benchmarks.quality import fitted

LENGTH_S: Final = 600.0
LOOKS_PER_S: Final = 5.0
SHORTEST_S: Final = 8.0
MEAN_FURTHER_S: Final = 22.0
MEAN_CROP_S: Final = 0.5
GAPS_PER_S: Final = 1 / 20
MEAN_GAP_S: Final = 0.8
VIEWS: Final = 2
"""As it is, and in the mirror; each with light and noise of its own."""


@dataclass(frozen=True)
class Sequence:
    """Looks in order of time.

    Attributes:
        times_s: float64[n].
        truth: int[n], positions in `EXPRESSIONS`.
        looks: float32[n, 7], calibrated probabilities; NaN where there was no face.
        prior: of the network behind them.
    """

    times_s: NDArray[np.float64]
    truth: NDArray[np.intp]
    looks: NDArray[np.float32]
    prior: tuple[float, ...]

    @property
    def looks_per_s(self) -> float:
        return float(1 / (self.times_s[1] - self.times_s[0]))

    @property
    def seen(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.looks[:, 0])


def readings(model: ExpressionModel, labelled: Labelled, seed: int) -> list[NDArray[np.float32]]:
    """For each expression the probabilities float32[crops, VIEWS, 7] of its crops."""
    generator = np.random.default_rng(seed)
    found = []
    for label in range(len(EXPRESSIONS)):
        crops = labelled.crops[labelled.labels == label]
        varied = np.stack(
            [_varied(view, generator) for crop in crops for view in (crop, crop[:, ::-1])]
        )
        logits = model.logits(np.stack([fitted(crop, model.card.input) for crop in varied]))
        shares = probabilities(logits, model.card.temperature)
        found.append(shares.reshape(len(crops), VIEWS, len(EXPRESSIONS)))
    return found


def invented(
    read: list[NDArray[np.float32]],
    prior: tuple[float, ...],
    seed: int,
    looks_per_s: float = LOOKS_PER_S,
) -> Sequence:
    """One sequence; the same one for the same seed."""
    generator = np.random.default_rng(seed)
    times_s = np.arange(0, LENGTH_S, 1 / looks_per_s)
    truth = np.empty(len(times_s), np.intp)
    looks = np.empty((len(times_s), len(EXPRESSIONS)), np.float32)
    label, crop = int(generator.integers(len(EXPRESSIONS))), 0
    label_until_s = crop_until_s = gap_until_s = 0.0
    for look, now_s in enumerate(times_s):
        if now_s >= label_until_s:
            label = (label + int(generator.integers(1, len(EXPRESSIONS)))) % len(EXPRESSIONS)
            label_until_s = now_s + SHORTEST_S + generator.exponential(MEAN_FURTHER_S)
            crop_until_s = now_s
        if now_s >= crop_until_s:
            crop = int(generator.integers(len(read[label])))
            crop_until_s = now_s + generator.exponential(MEAN_CROP_S)
        if generator.random() < GAPS_PER_S / looks_per_s:
            gap_until_s = now_s + generator.exponential(MEAN_GAP_S)
        truth[look] = label
        looks[look] = np.nan if now_s < gap_until_s else read[label][crop, look % VIEWS]
    return Sequence(times_s, truth, looks, prior)


def drawn_anew(
    read: list[NDArray[np.float32]], generator: np.random.Generator
) -> list[NDArray[np.float32]]:
    """As many crops of each expression, drawn with repetition (the bootstrap, Efron 1979)."""
    return [shares[generator.integers(len(shares), size=len(shares))] for shares in read]


def _varied(crop: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Shifted by a pixel or two, in other light, with noise."""
    shifted = np.roll(crop, generator.integers(-2, 3, 2), axis=(0, 1))
    lit: NDArray[Any] = shifted * generator.uniform(0.6, 1.15)
    return np.clip(lit + generator.normal(0, 6, crop.shape), 0, 255).astype(np.uint8)
