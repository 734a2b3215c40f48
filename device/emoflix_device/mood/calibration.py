"""What a viewer said about their own face: corrections, and how they shift what is read from it.

Some faces at rest look sad to a network, others hardly smile. Vector scaling (Guo and others, "On
Calibration of Modern Neural Networks", ICML 2017, section 4.2) gives each expression a scale and
a shift of its own,

    z' = scale * z + shift,

fitted to the viewer's corrections by the largest posterior probability: normal priors about 1 and
0 keep a face that was corrected once close to what it was, and the newest correction counts most.
Only logits are kept, seven numbers a correction, never a picture.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.errors import StateError

_KINDS: Final = len(EXPRESSIONS)

SCALE_SPREAD: Final = 0.2
SHIFT_SPREAD: Final = 0.7
"""Standard deviations of the priors: how far viewers lie from the average face, in logits. In a
simulation, twenty corrections cost a viewer with an average face 1.5 points and win 17 for one who
always looks sad; a shift half as free again costs 3 and wins 18."""
FADE: Final = 0.95
"""A correction counts for so much of the one after it: half after thirteen more."""
MOST: Final = 60
"""Older corrections are dropped; they would count for less than a twentieth."""

_STEPS: Final = 50
_FLAT: Final = 1e-8


class _Correction(Struct, frozen=True):
    logits: tuple[float, float, float, float, float, float, float]
    expression: str

    def __post_init__(self) -> None:
        if self.expression not in EXPRESSIONS:
            raise ValueError(f"{self.expression!r} is none of {', '.join(EXPRESSIONS)}")
        if not np.isfinite(self.logits).all():
            raise ValueError("logits must be finite")


class _Stored(Struct, frozen=True, forbid_unknown_fields=True):
    """As JSON: the corrections alone, from which the rest is fitted again."""

    model: str
    corrections: tuple[_Correction, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """One viewer's; a new one leaves all as it is.

    Attributes:
        model: names the network whose logits these are; another one's mean something else.
        corrections: oldest first.
        scale: float64[7], in the order of `EXPRESSIONS`.
        shift: float64[7].
    """

    model: str
    corrections: tuple[_Correction, ...] = ()
    scale: NDArray[np.float64] = field(default_factory=lambda: np.ones(_KINDS))
    shift: NDArray[np.float64] = field(default_factory=lambda: np.zeros(_KINDS))

    def corrected(self, logits: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Logits float32[..., 7] as they would be of an average face that feels the same."""
        corrected: NDArray[np.float32] = (self.scale * logits + self.shift).astype(np.float32)
        return corrected

    def learn(self, logits: ArrayLike, expression: str) -> Self:
        """A calibration that has heard one more correction.

        Args:
            logits: float[7], as the network gave them (uncorrected).
            expression: what the viewer says it is.

        Raises:
            ValueError: these are not seven finite numbers, or there is no such expression.
        """
        row = np.asarray(logits, np.float64)
        if row.shape != (_KINDS,):
            raise ValueError(f"logits must be {_KINDS} numbers, not {row.shape}")
        heard = _Correction(tuple(row.tolist()), expression)
        return self._fitted((*self.corrections, heard)[-MOST:])

    def forgotten(self) -> Self:
        """A calibration that has heard nothing."""
        return type(self)(self.model)

    def to_json(self) -> bytes:
        """What `from_json` reads."""
        return msgspec.json.encode(_Stored(self.model, self.corrections))

    @classmethod
    def from_json(cls, data: bytes | str, model: str) -> Self:
        """Read one; a new one where it was learned from another model's logits.

        Raises:
            StateError: it was not written by `to_json`.
        """
        try:
            stored = msgspec.json.decode(data, type=_Stored)
        except msgspec.DecodeError as error:
            raise StateError(f"a viewer's calibration is damaged: {error}") from error
        new = cls(model)
        return new._fitted(stored.corrections[-MOST:]) if stored.model == model else new

    def _fitted(self, corrections: tuple[_Correction, ...]) -> Self:
        if not corrections:
            return self.forgotten()
        rows = np.array([each.logits for each in corrections])
        said = np.array([EXPRESSIONS.index(each.expression) for each in corrections])
        weights = FADE ** np.arange(len(corrections) - 1, -1, -1)
        scale, shift = _fit(rows, said, weights)
        return replace(self, corrections=corrections, scale=scale, shift=shift)


def _fit(
    rows: NDArray[np.float64], said: NDArray[np.intp], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scale and shift of the largest posterior, by Newton's method with halved steps.

    The negative logarithm of the posterior is convex, and the priors make its minimum unique.
    """
    wanted = np.eye(_KINDS)[said]
    centre = np.repeat([1.0, 0.0], _KINDS)
    stiffness = np.repeat([SCALE_SPREAD**-2, SHIFT_SPREAD**-2], _KINDS)

    def cost(at: NDArray[np.float64]) -> float:
        shares = _shares(at, rows)
        likely = np.maximum((shares * wanted).sum(axis=1), np.finfo(float).tiny)
        return float(-weights @ np.log(likely) + stiffness @ (at - centre) ** 2 / 2)

    at = centre
    for _ in range(_STEPS):
        shares = _shares(at, rows)
        missed = weights[:, None] * (shares - wanted)
        slope = np.concatenate([(missed * rows).sum(axis=0), missed.sum(axis=0)])
        slope += stiffness * (at - centre)
        if np.abs(slope).max() < _FLAT:
            break
        step = np.linalg.solve(_curvature(shares, rows, weights) + np.diag(stiffness), slope)
        length, now = 1.0, cost(at)
        while cost(at - length * step) > now and length > _FLAT:
            length /= 2
        at = at - length * step
    return at[:_KINDS], at[_KINDS:]


def _shares(at: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    corrected = at[:_KINDS] * rows + at[_KINDS:]
    powers = np.exp(corrected - corrected.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _curvature(
    shares: NDArray[np.float64], rows: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The likelihood's second derivatives, float64[14, 14], by scales and then by shifts."""
    spread = shares[:, :, None] * (np.eye(_KINDS) - shares[:, None, :]) * weights[:, None, None]
    pulled = spread * rows[:, None, :]
    return np.block(
        [
            [(pulled * rows[:, :, None]).sum(axis=0), (spread * rows[:, :, None]).sum(axis=0)],
            [pulled.sum(axis=0), spread.sum(axis=0)],
        ]
    )
