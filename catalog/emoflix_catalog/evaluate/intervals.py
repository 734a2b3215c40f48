"""Intervals by the bootstrap: what another draw of viewers might have given."""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

DRAWS: Final = 2000
LEVEL: Final = 0.95
_SEED: Final = 0


class Estimate(msgspec.Struct, frozen=True):
    """A mean with its interval at LEVEL."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        """Such as `0.351 (0.331 to 0.372)`."""
        return f"{self.mean:.3f} ({self.low:.3f} to {self.high:.3f})"


def mean_over(values: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> Estimate:
    """The mean of one number a viewer, by the percentile bootstrap over viewers.

    Efron, "Bootstrap methods: another look at the jackknife", 1979. DRAWS samples with a fixed
    seed: two methods that are measured on the same viewers are drawn alike.

    Args:
        values: float64[n].
        weights: float64[n], 0 or more, where the mean is a ratio sum(w v) / sum(w); drawn together
            with the values.
    """
    if not len(values):
        return Estimate(float("nan"), float("nan"), float("nan"))
    weights = np.ones(len(values)) if weights is None else weights
    random = np.random.default_rng(_SEED)
    drawn = random.multinomial(len(values), np.full(len(values), 1 / len(values)), DRAWS)
    below = drawn @ weights
    means = np.divide(drawn @ (weights * values), below, out=np.zeros(DRAWS), where=below > 0)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    total = float(weights.sum())
    mean = float(weights @ values) / total if total else 0.0
    return Estimate(mean, float(low), float(high))
