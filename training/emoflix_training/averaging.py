"""The moving average of a network's weights, which is what is measured and saved."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Average:
    """An exponential moving average of everything the network has learnt, batch norm included."""

    def __init__(self, model: Any, decay: float) -> None:
        self._weights = learnt(model)
        self._decay = decay
        self._updates = 0
        self.values = [np.asarray(w).copy() for w in self._weights]

    def update(self) -> None:
        self._updates += 1
        # Young averages follow closely, or the random first weights would linger.
        decay = min(self._decay, (1 + self._updates) / (10 + self._updates))
        with np.errstate(invalid="ignore"):  # `is_finite` tells of it
            for held, weight in zip(self.values, self._weights, strict=True):
                np.add(held, (1 - decay) * (np.asarray(weight) - held), out=held)

    @property
    def is_finite(self) -> bool:
        """Whether all weights still are numbers; those of a training that diverges soon are not."""
        return all(np.isfinite(held).all() for held in self.values)

    def in_place(self) -> "_Swapped":
        """A context in which the network carries the averaged weights."""
        return _Swapped(self._weights, self.values)

    @property
    def updates(self) -> int:
        return self._updates

    def restore(self, values: list[NDArray[np.float32]], updates: int) -> None:
        self.values = values
        self._updates = updates


class _Swapped:
    def __init__(self, weights: list[Any], values: list[NDArray[np.float32]]) -> None:
        self._weights = weights
        self._values = values
        self._own: list[NDArray[np.float32]] = []

    def __enter__(self) -> None:
        self._own = [np.asarray(w).copy() for w in self._weights]
        for weight, value in zip(self._weights, self._values, strict=True):
            weight.assign(value)

    def __exit__(self, *_: object) -> None:
        for weight, value in zip(self._weights, self._own, strict=True):
            weight.assign(value)


def learnt(model: Any) -> list[Any]:
    """The weights, without what counts or draws."""
    return [weight for weight in model.weights if "float" in str(weight.dtype)]
