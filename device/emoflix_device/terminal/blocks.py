"""A small picture in the cells of a terminal: two pixels a cell, in the 256 colours of xterm."""

from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.style import Style

from emoflix_device.camera.frame import Image

BLACK: Final = 232
GREYS: Final = 24
"""Of these colours, from `BLACK` on, are shades of grey."""
GREEN, YELLOW, RED = 46, 226, 196
UPPER_HALF: Final = "▀"
"""Its own colour is the upper pixel, its background's the lower one."""


class Mark(NamedTuple):
    """A frame around something, in pixels of the whole picture."""

    x_px: float
    y_px: float
    width_px: float
    height_px: float
    colour: int


def blocks(luma: Image, columns: int, rows: int, marks: Iterable[Mark] = ()) -> NDArray[np.uint8]:
    """The picture as large as it fits, in colours of the terminal.

    Args:
        luma: uint8[h, w].
        columns: of cells.
        rows: of cells.
        marks: are drawn in the order given.

    Returns:
        uint8[2 * r, c] with r <= rows and c <= columns.
    """
    height_px, width_px = luma.shape
    scale = min(columns / width_px, 2 * rows / height_px)
    across = max(1, int(width_px * scale))
    down = max(2, int(height_px * scale) // 2 * 2)
    small = cv2.resize(luma, (across, down), interpolation=cv2.INTER_AREA)
    shades = np.linspace(BLACK, BLACK + GREYS, 256, endpoint=False).astype(np.uint8)
    colours: NDArray[np.uint8] = shades[small]
    for mark in marks:
        left, right = (
            int(np.clip(at * across / width_px, 0, across - 1))
            for at in (mark.x_px, mark.x_px + mark.width_px)
        )
        top, bottom = (
            int(np.clip(at * down / height_px, 0, down - 1))
            for at in (mark.y_px, mark.y_px + mark.height_px)
        )
        colours[[top, bottom], left : right + 1] = mark.colour
        colours[top : bottom + 1, [left, right]] = mark.colour
    return colours


class Blocks:
    """Shows what `blocks` made."""

    def __init__(self, colours: NDArray[np.uint8]) -> None:
        self._colours = colours

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for upper, lower in zip(self._colours[::2], self._colours[1::2], strict=True):
            for above, below in zip(upper.tolist(), lower.tolist(), strict=True):
                yield Segment(UPPER_HALF, _style(above, below))
            yield Segment.line()


@cache
def _style(above: int, below: int) -> Style:
    return Style(color=Color.from_ansi(above), bgcolor=Color.from_ansi(below))
