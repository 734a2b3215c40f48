"""Labelled crops of FER2013's validation split, as good and as bad as a room gives them.

They are read from what `emoflix-train prepare` wrote; PublicTest is never touched here.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

PREPARED: Final = Path(__file__).resolve().parents[2] / "prepared" / "fer2013.npz"
VALIDATION: Final = 1
"""Its place among the prepared splits."""

Crops = NDArray[np.uint8]


class Labelled(NamedTuple):
    """Crops uint8[n, 48, 48] and their labels, positions in `EXPRESSIONS`."""

    crops: Crops
    labels: NDArray[np.intp]


def is_prepared(benchmark: str) -> bool:
    """Whether there are crops; says so where there are none."""
    if not PREPARED.is_file():
        Console(stderr=True).print(
            f"{benchmark}: {PREPARED} is not there; `emoflix-train prepare` writes it"
        )
    return PREPARED.is_file()


def validation(count: int, seed: int) -> Labelled:
    """So many crops of the validation split, drawn without repetition.

    Raises:
        FileNotFoundError: nothing is prepared.
    """
    with np.load(PREPARED) as prepared:
        rows = np.flatnonzero(prepared["split"] == VALIDATION)
        rows = np.random.default_rng(seed).permutation(rows)[:count]
        return Labelled(prepared["images"][rows], prepared["labels"][rows].astype(np.intp))


def halves(labelled: Labelled) -> tuple[Labelled, Labelled]:
    """The first half of the crops of each label, and the second: no crop is in both.

    By label, because the rarest has no more than a few dozen, and half a dozen of them more or less
    decide how hard the half is.
    """
    place = np.zeros(len(labelled.labels), np.intp)
    for label in np.unique(labelled.labels):
        held = labelled.labels == label
        place[held] = np.arange(held.sum()) * 2 // held.sum()
    first, second = (Labelled(*(part[place == half] for part in labelled)) for half in (0, 1))
    return first, second


def shrunk(side_px: int) -> Callable[[Crops], Crops]:
    """As if the face had been so small in the frame."""

    def degrade(crop: Crops) -> Crops:
        small = cv2.resize(crop, (side_px, side_px), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(small, crop.shape[::-1], interpolation=cv2.INTER_LINEAR))

    return degrade


def blurred(sigma_px: float) -> Callable[[Crops], Crops]:
    """Out of focus."""
    return lambda crop: np.asarray(cv2.GaussianBlur(crop, (0, 0), sigma_px))


def smeared(length_px: int) -> Callable[[Crops], Crops]:
    """Moved while the shutter was open."""
    kernel = np.full((1, length_px), 1 / length_px, np.float32)
    return lambda crop: np.asarray(cv2.filter2D(crop, -1, kernel))


def darkened(gain: float, noise: float, seed: int = 5) -> Callable[[Crops], Crops]:
    """Less light: darker, and noise of so many grey levels beside it."""
    generator = np.random.default_rng(seed)

    def degrade(crop: Crops) -> Crops:
        dark: NDArray[Any] = crop * gain + generator.normal(0, noise, crop.shape)
        return np.clip(dark, 0, 255).astype(np.uint8)

    return degrade


def half_lit(share: float) -> Callable[[Crops], Crops]:
    """Lit from one side: from full light to this share of it."""

    def degrade(crop: Crops) -> Crops:
        ramp = np.linspace(1, share, crop.shape[1])
        return (crop * ramp).astype(np.uint8)

    return degrade


def covered(share: float) -> Callable[[Crops], Crops]:
    """Something plain before the lower part of the face."""

    def degrade(crop: Crops) -> Crops:
        crop = crop.copy()
        crop[round(len(crop) * (1 - share)) :] = 128
        return crop

    return degrade


ROOMS: Final[dict[str, Callable[[Crops], Crops]]] = {
    "as it is": lambda crop: crop,
    "24 px": shrunk(24),
    "18 px": shrunk(18),
    "14 px": shrunk(14),
    "10 px": shrunk(10),
    "blur of 1 px": blurred(1),
    "blur of 2 px": blurred(2),
    "blur of 3 px": blurred(3),
    "smear of 5 px": smeared(5),
    "smear of 9 px": smeared(9),
    "half the light": darkened(0.5, 4),
    "a quarter": darkened(0.25, 5),
    "a tenth": darkened(0.1, 5),
    "noise of 15": darkened(1, 15),
    "noise of 30": darkened(1, 30),
    "lit from the side": half_lit(0.2),
    "mouth covered": covered(0.4),
}
"""What a room does to a face; sizes and lengths are pixels of FER2013's 48."""
