"""How much a network loses where it will live: each hardship at three strengths.

The hardships are drawn with one fixed seed, so that two networks meet the same ones. They act on
FER2013's 48 px as cut, before the centre crop; none is what the network was trained with exactly:
training blurs, moves and lights at random and in combination.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .augment import blurred, fewer_pixels, moved
from .labels import FER_PX

Images = NDArray[np.uint8]
Hardship = Callable[[Images, float, np.random.Generator], NDArray[np.float32]]

SEED: Final = 7
EYE_ROW: Final = 19.0
EYE_COLUMNS: Final = (15.5, 31.5)
RIM_RADIUS_PX: Final = 6.5
"""Where glasses sit on an average face of FER2013."""


@dataclass(frozen=True)
class Step:
    """One hardship at one strength: what to do, how much, and how to say it."""

    hardship: str
    strength: str
    apply: Callable[[Images], Images]


def steps() -> list[Step]:
    """Every hardship, mildest first."""
    return [
        Step(name, said.format(amount), _fixed(act, amount))
        for name, (said, amounts, act) in HARDSHIPS.items()
        for amount in amounts
    ]


def _fixed(act: Hardship, amount: float) -> Callable[[Images], Images]:
    def apply(images: Images) -> Images:
        changed = act(images, amount, np.random.default_rng(SEED))
        return np.clip(np.rint(changed), 0, 255).astype(np.uint8)

    return apply


def _other_detector(
    images: Images, amount: float, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Another detector's box: larger or smaller and off by up to this share of the face."""
    n = len(images)
    shift = generator.uniform(-amount, amount, (2, n)) * FER_PX
    scale = 1 + generator.uniform(-2 * amount, 2 * amount, n)
    return moved(images.astype(np.float32), FER_PX, scale=scale, shift_px=shift)


def _turned(images: Images, amount: float, generator: np.random.Generator) -> NDArray[np.float32]:
    sign = generator.choice((-1.0, 1.0), len(images))
    return moved(images.astype(np.float32), FER_PX, angle_rad=np.deg2rad(amount) * sign)


def _dim(images: Images, amount: float, generator: np.random.Generator) -> NDArray[np.float32]:
    """The light falls to this share, and the camera's noise (3 grey levels) stays."""
    return images * np.float32(amount) + 3 * generator.standard_normal(images.shape, np.float32)


def _bright(images: Images, amount: float, _: np.random.Generator) -> NDArray[np.float32]:
    return np.minimum(images * np.float32(amount), 255)


def _toned(images: Images, amount: float, _: np.random.Generator) -> NDArray[np.float32]:
    """A gamma curve: above 1 darkens mid tones (darker skin), below 1 lightens them."""
    return 255 * (images / np.float32(255)) ** np.float32(amount)


def _blurred(images: Images, amount: float, _: np.random.Generator) -> NDArray[np.float32]:
    return blurred(images.astype(np.float32), amount)


def _small(images: Images, amount: float, _: np.random.Generator) -> NDArray[np.float32]:
    return fewer_pixels(images.astype(np.float32), int(amount))


def _noisy(images: Images, amount: float, generator: np.random.Generator) -> NDArray[np.float32]:
    return images + np.float32(amount) * generator.standard_normal(images.shape, np.float32)


def _glasses(images: Images, amount: float, _: np.random.Generator) -> NDArray[np.float32]:
    """Dark rims of so many pixels around where FER2013 has the eyes."""
    rows, columns = np.mgrid[0:FER_PX, 0:FER_PX].astype(np.float32)
    rims = np.zeros((FER_PX, FER_PX), bool)
    for eye_column in EYE_COLUMNS:
        distance = np.hypot(columns - eye_column, rows - EYE_ROW)
        rims |= np.abs(distance - RIM_RADIUS_PX) <= amount / 2
    return np.where(rims, np.float32(25), images)


HARDSHIPS: Final[Mapping[str, tuple[str, tuple[float, float, float], Hardship]]] = {
    "another detector's box": ("off by {:.0%}", (0.04, 0.08, 0.12), _other_detector),
    "turned": ("{:g} degrees", (5, 10, 20), _turned),
    "dim": ("light x {:g}", (0.6, 0.35, 0.2), _dim),
    "overexposed": ("light x {:g}", (1.3, 1.6, 2.0), _bright),
    "darker tones": ("gamma {:g}", (1.3, 1.7, 2.2), _toned),
    "lighter tones": ("gamma {:g}", (0.8, 0.6, 0.45), _toned),
    "blurred": ("sigma {:g} px", (0.6, 1.0, 1.5), _blurred),
    "few pixels": ("{:g} px", (32, 24, 16), _small),
    "noisy": ("{:g} grey levels", (6, 12, 20), _noisy),
    "glasses": ("rims {:g} px", (1, 2, 3), _glasses),
}
"""Name: how its amount is said, the three amounts, and what it does. FER2013 has no record of skin
or glasses: tones by gamma and drawn rims stand in for them, and measure no real group."""
