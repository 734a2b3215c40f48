"""How a picture looks: its colours, how bright, contrasty, warm and colourful it is.

The same numbers for a poster, a still and a photo that somebody sends, from the pixels alone, so
that films can be found that look like a picture. Computed in CIELAB (D65), where distances are
about as large as they are seen; sRGB to XYZ after IEC 61966-2-1.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

LEVELS: Final = (20.0, 50.0, 80.0)
"""Lightness L* of the palette's dark, middle and light colours."""
HUES: Final = 8
"""Sectors of the hue circle, the first around h = 0 (red)."""
COLOURS: Final = len(LEVELS) * (HUES + 1)
"""Of a palette: each hue dark, middle and light, then the three greys."""
TONES: Final = ("brightness", "contrast", "warmth", "colourfulness")
COLOURED_FROM: Final = 25.0
"""Chroma C* from which a pixel is all colour and no grey."""
WORDS: Final = {
    "brightness": (0.35, "dark", 0.65, "bright"),
    "warmth": (-0.75, "cold", 0.0, "warm"),
    "colourfulness": (0.04, "without colour", 0.35, "colourful"),
    "contrast": (0.2, "soft", 0.7, "full of contrast"),
}
"""By tone, up to and from where it stands out, and what it is called then; the most telling first:
the project's own judgement."""
MOST_WORDS: Final = 2
SPREAD: Final = 0.25
"""Pictures whose tones differ by so much in one number look exp(-1/2) as alike."""
_GRID: Final = 64
"""Cells a side: less is not seen, more is grain."""
_LINEAR_TO: Final = 0.04045
_TO_XYZ: Final = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
_WHITE: Final = _TO_XYZ.sum(axis=1)
_NOTHING: Final = np.zeros(0, np.float32)


class Look(NamedTuple):
    """Of one picture, or of n in the rows of both arrays."""

    palette: NDArray[np.float32]
    """float32[COLOURS]: the share of each colour, summing to 1."""
    tones: NDArray[np.float32]
    """float32[TONES]: mean L* / 100; the standard deviation of L* / 50; the mean warmth of Ou and
    others, "A study of colour emotion and colour preference, part I", 2004: -0.5 + 0.02 C*^1.07
    cos(h - 50 degrees), about -1 (cold) to 1 (warm); the mean C* / 100."""
    embedding: NDArray[np.float32] = _NOTHING
    """float32[d] of length 1, by a network (`embedding.py`); empty without one. Of n pictures
    float32[n, d], zeros for those that it did not see."""


def describe(picture: NDArray[np.uint8]) -> Look:
    """What a picture looks like, at any size.

    Args:
        picture: uint8[height, width, 3], red, green, blue in sRGB.

    Raises:
        ValueError: It has no pixels, or another form.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:  # noqa: PLR2004
        raise ValueError(f"a picture is height x width x 3, not {picture.shape}")
    rows, columns = (min(side, _GRID) for side in picture.shape[:2])
    lightness, a, b = _lab(cells(picture, rows, columns).reshape(-1, 3)).T
    chroma, hue = np.hypot(a, b), np.arctan2(b, a)
    warmth = -0.5 + 0.02 * chroma**1.07 * np.cos(hue - np.deg2rad(50))
    tones = [
        lightness.mean() / 100,
        lightness.std() / 50,
        warmth.mean(),
        chroma.mean() / 100,
    ]
    return Look(_palette(lightness, chroma, hue), np.array(tones, np.float32))


def likeness(look: Look, others: Look) -> NDArray[np.float32]:
    """How alike pictures look to one, from 0 to 1 for the same, float32[n].

    The Bhattacharyya coefficient of the palettes, sum_c sqrt(p_c q_c), times
    exp(-|tones - tones'|^2 / (2 SPREAD^2)). Where a network saw both pictures, the mean of that and
    max(0, e'e'') of their embeddings.
    """
    colours = np.sqrt(others.palette) @ np.sqrt(look.palette)
    away = ((others.tones - look.tones) ** 2).sum(axis=1)
    alike: NDArray[np.float32] = (colours * np.exp(-away / (2 * SPREAD**2))).astype(np.float32)
    if look.embedding.size and look.embedding.shape == others.embedding.shape[1:]:
        seen = others.embedding.any(axis=1)
        shown = (others.embedding[seen] @ look.embedding).clip(0)
        alike[seen] = (alike[seen] + shown) / 2
    return alike


def in_words(look: Look) -> str:
    """What stands out in a picture, such as `dark and warm`; "" where nothing does."""
    tones = dict(zip(TONES, look.tones.tolist(), strict=True))
    words = [
        low if tones[name] <= least else high
        for name, (least, low, most, high) in WORDS.items()
        if not least < tones[name] < most
    ]
    return " and ".join(words[:MOST_WORDS])


def cells(picture: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.float64]:
    """The mean of each cell of a grid over a picture, float64[rows, columns, 3].

    Where the grid is finer than the picture, a pixel stands in several cells.
    """
    sums: NDArray[Any] = picture
    pixels = np.ones((1, 1))
    for axis, count in enumerate((rows, columns)):
        edges = np.linspace(0, picture.shape[axis], count + 1).astype(np.int64)
        sums = np.add.reduceat(sums, edges[:-1], axis=axis, dtype=np.uint64)
        sizes = np.diff(edges).clip(1)
        pixels = pixels * sizes.reshape((-1, 1) if axis == 0 else (1, -1))
    cells: NDArray[np.float64] = sums / pixels[..., None]
    return cells


def _lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[n, 3] of 0 to 255 in sRGB as L*, a*, b* (CIE 15)."""
    share = rgb / 255
    linear = np.where(share <= _LINEAR_TO, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    ratio = linear @ _TO_XYZ.T / _WHITE
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def _palette(
    lightness: NDArray[np.float64], chroma: NDArray[np.float64], hue: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Shares of the colours; a pixel between two of them counts for both, so nothing jumps."""
    place = np.interp(lightness, LEVELS, range(len(LEVELS)))
    levels = (1 - np.abs(place[:, None] - np.arange(len(LEVELS)))).clip(0)
    away = np.abs((hue / (2 * np.pi) * HUES)[:, None] - np.arange(HUES)) % HUES
    hues = (1 - np.minimum(away, HUES - away)).clip(0)
    coloured = (chroma / COLOURED_FROM).clip(max=1)
    colours = levels.T @ (hues * coloured[:, None])
    greys = levels.T @ (1 - coloured)
    shares: NDArray[np.float32] = np.concatenate([colours.ravel(), greys]).astype(np.float32)
    return shares / np.float32(len(lightness))
