"""Augmentation in numpy, a whole batch at a time: fast enough to hide behind a training step.

Everything is drawn from the generator it is given, so that a resumed run sees the same pictures.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .labels import FER_PX
from .recipe import Augmentation

SHORTEST_PX: Final = 20
"""A face a sofa away: the fewest pixels a side that `optics` makes a face from."""
BLUR_SIGMA_PX: Final = (0.4, 1.3)
BRIGHTNESS: Final = 50.0
CONTRAST: Final = (0.5, 1.4)
GAMMA_LOG2: Final = 0.8
NOISE_SIGMA: Final = 10.0
ERASED_SIDE: Final = (0.15, 0.5)
"""Sides of an erased rectangle, as shares of the crop's."""
RIM_HALF_PX: Final = (4.0, 8.0)
"""Half the height and half the width of a lens on a face of 48 px."""
RIM_PX: Final = (0.6, 3.0)
RIM_POWER: Final = (2.0, 8.0)
"""Of the superellipse that a rim follows: 2 is round, 8 nearly a box."""
EYE_ROW: Final = (16.0, 22.0)
EYES_APART_PX: Final = (13.0, 19.0)


def augment(
    images: NDArray[np.uint8],
    crop_px: int,
    strength: Augmentation,
    generator: np.random.Generator,
) -> NDArray[np.float32]:
    """Give crops as a camera might have seen these faces: float32[n, crop_px, crop_px, 1], 0-255.

    Args:
        images: uint8[n, 48, 48].
        crop_px: side of the crop, cut around the (moved) centre.
        strength: how much of what.
        generator: the only source of chance.
    """
    faces = images.astype(np.float32)
    faces = _glasses(faces, strength.glasses, generator)
    faces = _optics(faces, strength.optics, generator)
    crops = _move(faces, crop_px, strength, generator)
    crops = _light(crops, strength.light, generator)
    crops = _noise(crops, strength.noise, generator)
    crops = _erase(crops, strength.erase, generator)
    return np.asarray(np.clip(crops, 0, 255, out=crops)[..., None])


def centre_crop(images: NDArray[np.uint8], crop_px: int) -> NDArray[np.float32]:
    """The middle of each face, unchanged: float32[n, crop_px, crop_px, 1], 0-255."""
    start = (images.shape[1] - crop_px) // 2
    cut = slice(start, start + crop_px)
    return images[:, cut, cut, None].astype(np.float32)


def _move(
    faces: NDArray[np.float32],
    crop_px: int,
    strength: Augmentation,
    generator: np.random.Generator,
) -> NDArray[np.float32]:
    n = len(faces)
    angle = np.deg2rad(generator.uniform(-strength.rotation_deg, strength.rotation_deg, n))
    scale = 1 + generator.uniform(-strength.scale, strength.scale, n)
    mirror = np.where(generator.random(n) < 0.5 * strength.flip, -1.0, 1.0)
    shift = generator.uniform(-strength.shift, strength.shift, (2, n)) * FER_PX
    shear = generator.uniform(-strength.shear, strength.shear, n)
    return moved(
        faces, crop_px, angle_rad=angle, scale=scale, mirror=mirror, shift_px=shift, shear=shear
    )


def moved(
    faces: NDArray[np.float32],
    crop_px: int,
    *,
    angle_rad: NDArray[np.float64] | float = 0.0,
    scale: NDArray[np.float64] | float = 1.0,
    mirror: NDArray[np.float64] | float = 1.0,
    shift_px: NDArray[np.float64] | None = None,
    shear: NDArray[np.float64] | float = 0.0,
) -> NDArray[np.float32]:
    """Turn, shear, scale, flip and shift in one affine map; bilinear, the border repeated.

    Args:
        faces: float32[n, 48, 48].
        crop_px: side of the crop, cut around the moved centre.
        angle_rad: of the turn; like all that follow one for all or one a face, [n].
        scale: of the face in the crop.
        mirror: -1 for the mirror image.
        shift_px: of the crop's centre across and down, [2, n].
        shear: tangent of the angle by which uprights lean.

    Returns:
        float32[n, crop_px, crop_px].
    """
    n = len(faces)
    shift = np.zeros((2, n)) if shift_px is None else shift_px
    across = np.arange(crop_px, dtype=np.float32) - (crop_px - 1) / 2
    cos, sin = (np.broadcast_to(f(angle_rad) / scale, n) for f in (np.cos, np.sin))
    centre = (FER_PX - 1) / 2
    # Where each pixel of the crop comes from: [n, crop, crop] for x and y.
    x = _plane(cos * mirror, shear * cos - sin, shift[0] + centre, across)
    y = _plane(sin * mirror, shear * sin + cos, shift[1] + centre, across)
    np.clip(x, 0, FER_PX - 1.001, out=x)
    np.clip(y, 0, FER_PX - 1.001, out=y)
    left, top = x.astype(np.int32), y.astype(np.int32)
    x -= left
    y -= top
    flat = faces.ravel()
    corner = (np.arange(n, dtype=np.int32) * (FER_PX * FER_PX))[:, None, None] + top * FER_PX + left
    upper = flat[corner] * (1 - x) + flat[corner + 1] * x
    lower = flat[corner + FER_PX] * (1 - x) + flat[corner + FER_PX + 1] * x
    return np.asarray(upper * (1 - y) + lower * y, np.float32)


def blurred(faces: NDArray[np.float32], sigma_px: float) -> NDArray[np.float32]:
    """Gaussian blur of float32[n, 48, 48]."""
    return _along_both_axes(_gaussian(sigma_px), faces)


def fewer_pixels(faces: NDArray[np.float32], side_px: int) -> NDArray[np.float32]:
    """The same faces as if caught in side_px x side_px pixels and blown up: float32[n, 48, 48]."""
    return _along_both_axes(_stretch(side_px, FER_PX) @ _shrink(FER_PX, side_px), faces)


def _along_both_axes(
    linear_map: NDArray[np.float64], faces: NDArray[np.float32]
) -> NDArray[np.float32]:
    once = linear_map.astype(np.float32)
    return np.asarray(once @ faces @ once.T)


def _plane(
    per_column: NDArray[np.float64],
    per_row: NDArray[np.float64],
    origin: NDArray[np.float64],
    across: NDArray[np.float32],
) -> NDArray[np.float32]:
    columns = per_column[:, None, None] * across[None, None, :]
    rows = per_row[:, None, None] * across[None, :, None]
    return np.asarray(columns + rows + origin[:, None, None], np.float32)


def _glasses(
    faces: NDArray[np.float32], probability: float, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Put rims and a bridge, dark or light, about where the eyes of some faces are."""
    chosen = np.flatnonzero(generator.random(len(faces)) < probability)
    shape = (len(chosen), 1, 1)

    def drawn(low: float, high: float) -> NDArray[np.float32]:
        return generator.uniform(low, high, shape).astype(np.float32)

    middle = (FER_PX - 1) / 2 + drawn(-2, 2)
    apart, row = drawn(*EYES_APART_PX), drawn(*EYE_ROW)
    half_width, half_height = drawn(*RIM_HALF_PX), drawn(*RIM_HALF_PX)
    thickness, power = drawn(*RIM_PX), drawn(*RIM_POWER)
    rows, columns = np.mgrid[0:FER_PX, 0:FER_PX].astype(np.float32)
    across, down = np.abs(np.abs(columns - middle) - apart / 2), np.abs(rows - row)
    # How far outside the lens's edge each pixel is, in pixels (negative inside).
    radius = ((across / half_width) ** power + (down / half_height) ** power) ** (1 / power)
    outside = (radius - 1) * np.minimum(half_width, half_height)
    rim = np.clip(thickness / 2 + 0.5 - np.abs(outside), 0, 1)
    between = (np.abs(columns - middle) < apart / 2) & (outside > 0)
    bridge = between * np.clip(thickness / 2 + 0.5 - down, 0, 1)
    opacity = drawn(0.4, 1.0) * np.maximum(rim, bridge)
    grey = 255 * drawn(0, 1) ** 2
    faces[chosen] += opacity * (grey - faces[chosen])
    return faces


def _optics(
    faces: NDArray[np.float32], probability: float, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Blur some faces, or show them as if they had been caught in fewer pixels."""
    table = _optics_table()
    chosen = np.flatnonzero(generator.random(len(faces)) < probability)
    maps = table[generator.integers(0, len(table), len(chosen))]
    faces[chosen] = maps @ faces[chosen] @ maps.transpose(0, 2, 1)
    return faces


@cache
def _optics_table() -> NDArray[np.float32]:
    """Linear maps float32[m, 48, 48] along one axis; applied to rows and columns alike."""
    sizes = range(SHORTEST_PX, FER_PX - 4, 4)
    fewer = [_stretch(small, FER_PX) @ _shrink(FER_PX, small) for small in sizes]
    blurred = [_gaussian(sigma) for sigma in np.linspace(*BLUR_SIGMA_PX, len(fewer))]
    return np.asarray(np.stack([*fewer, *blurred]), np.float32)


def _gaussian(sigma_px: float) -> NDArray[np.float64]:
    distance = np.arange(FER_PX)[:, None] - np.arange(FER_PX)[None, :]
    weights = np.exp(-0.5 * (distance / sigma_px) ** 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _shrink(large: int, small: int) -> NDArray[np.float64]:
    """Area averaging: each small pixel is the mean of the stretch it covers."""
    edges = np.arange(small + 1) * large / small
    low = np.maximum(edges[:-1, None], np.arange(large)[None, :])
    high = np.minimum(edges[1:, None], np.arange(1, large + 1)[None, :])
    return np.asarray(np.clip(high - low, 0, None) * small / large)


def _stretch(small: int, large: int) -> NDArray[np.float64]:
    """Linear interpolation between pixel centres, the border repeated outwards."""
    at = np.clip((np.arange(large) + 0.5) * small / large - 0.5, 0, small - 1)
    return np.asarray(np.clip(1 - np.abs(at[:, None] - np.arange(small)[None, :]), 0, None))


def _light(
    crops: NDArray[np.float32], probability: float, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Gamma, contrast around the face's own mean, and brightness, as rooms and exposures differ."""
    chosen = np.flatnonzero(generator.random(len(crops)) < probability)
    shape = (len(chosen), 1, 1)
    gamma = np.exp2(generator.uniform(-GAMMA_LOG2, GAMMA_LOG2, shape)).astype(np.float32)
    contrast = generator.uniform(*CONTRAST, shape).astype(np.float32)
    brightness = generator.uniform(-BRIGHTNESS, BRIGHTNESS, shape).astype(np.float32)
    lit = 255 * np.clip(crops[chosen] / 255, 0, 1) ** gamma
    mean = lit.mean(axis=(1, 2), keepdims=True)
    crops[chosen] = (lit - mean) * contrast + mean + brightness
    return crops


def _noise(
    crops: NDArray[np.float32], probability: float, generator: np.random.Generator
) -> NDArray[np.float32]:
    chosen = np.flatnonzero(generator.random(len(crops)) < probability)
    sigma = generator.uniform(0, NOISE_SIGMA, (len(chosen), 1, 1)).astype(np.float32)
    crops[chosen] += sigma * generator.standard_normal(crops[chosen].shape, np.float32)
    return crops


def _erase(
    crops: NDArray[np.float32], probability: float, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Cover a rectangle with one grey, as a hand or a cup does.

    Zhong et al. 2017, https://arxiv.org/abs/1708.04896.
    """
    side = crops.shape[1]
    chosen = np.flatnonzero(generator.random(len(crops)) < probability)
    extent = np.rint(generator.uniform(*ERASED_SIDE, (len(chosen), 2)) * side).astype(int)
    corner = np.rint(generator.random((len(chosen), 2)) * (side - extent)).astype(int)
    grey = generator.uniform(0, 255, len(chosen))
    for i, (top, left), (height, width), value in zip(chosen, corner, extent, grey, strict=True):
        crops[i, top : top + height, left : left + width] = value
    return crops
