"""Draws what was seen into a picture: a box around each face and a bar for each expression."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.camera.frame import Image
from emoflix_device.vision.look import ReadFace

Colour = tuple[int, int, int]

COLOURS: Final[dict[str, Colour]] = {
    "angry": (80, 80, 240),
    "disgust": (90, 190, 120),
    "fear": (230, 120, 190),
    "happy": (60, 205, 250),
    "sad": (240, 160, 80),
    "surprise": (80, 150, 255),
    "neutral": (190, 190, 190),
}
"""In OpenCV's order: blue, green, red."""

_PLAIN: Final[Colour] = (235, 235, 235)
_QUIET: Final[Colour] = (165, 165, 165)
_GROUND: Final[Colour] = (24, 22, 20)
_GROUND_SHARE: Final = 0.72
_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
_FONT_PX: Final = 22
"""Height of that font's capitals at scale 1, in pixels."""
_LEAST_TEXT_PX: Final = 8
_TEXTS_IN_HEIGHT: Final = 40


class _Box(NamedTuple):
    """Whole pixels: left and top edge, width and height."""

    x: int
    y: int
    width: int
    height: int

    def shared_with(self, other: "_Box") -> int:
        """Pixels that lie in both."""
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        return max(0, right - max(self.x, other.x)) * max(0, bottom - max(self.y, other.y))


class _Sizes(NamedTuple):
    """All lengths follow the text, and the text follows the picture, down to what can be read."""

    text_px: int

    @classmethod
    def of(cls, image: Image) -> "_Sizes":
        height, width = image.shape[:2]
        return cls(max(_LEAST_TEXT_PX, round(min(height, width * 3 / 4) / _TEXTS_IN_HEIGHT)))

    @property
    def line_px(self) -> int:
        """Thickness of what is drawn."""
        return max(1, round(self.text_px / 9))

    @property
    def gap_px(self) -> int:
        return max(2, round(self.text_px * 0.45))

    @property
    def row_px(self) -> int:
        return round(self.text_px * 1.5)

    @property
    def words_px(self) -> int:
        """Width of the column of words, the widest of which is `surprise`."""
        return round(self.text_px * 6.4)

    @property
    def bars_px(self) -> int:
        return round(self.text_px * 5)

    @property
    def panel(self) -> tuple[int, int]:
        """Width and height of a face's panel."""
        width = self.words_px + self.bars_px + 3 * self.gap_px
        return width, len(EXPRESSIONS) * self.row_px + 2 * self.gap_px


def annotated(image: Image, faces: Sequence[ReadFace], mood: str | None = None) -> Image:
    """A copy of uint8[h, w, 3] (BGR) with each face's box and bars, and the mood in a corner.

    Where there is no room for a panel with words, a face gets a small strip of bars in the same
    colours, and its likeliest expression in words.
    """
    drawn = image.copy()
    sizes = _Sizes.of(image)
    boxes = [_box_of(read) for read in faces]
    taken = list(boxes)
    if mood is not None:
        taken.append(_write_mood(drawn, mood, sizes))
    for read, box in zip(faces, boxes, strict=True):
        _outline(drawn, box, COLOURS.get(_best(read), _QUIET), sizes)
        if not read.quality:
            continue
        panel = _free_place(box, sizes.panel, image, taken, alone=len(faces) == 1)
        if panel is None:
            taken.append(_draw_strip(drawn, box, read, taken, sizes))
        else:
            taken.append(panel)
            _draw_panel(drawn, panel, read, sizes)
    return drawn


def _best(read: ReadFace) -> str:
    """Nothing where the face was too poor to be read: it only gets its box."""
    return EXPRESSIONS[int(read.probabilities.argmax())] if read.quality else ""


def _box_of(read: ReadFace) -> _Box:
    face = read.face
    return _Box(round(face.x_px), round(face.y_px), round(face.width_px), round(face.height_px))


def _free_place(
    box: _Box, panel: tuple[int, int], image: Image, taken: Iterable[_Box], *, alone: bool
) -> _Box | None:
    """Right of the face, left of it, below or above: the first place inside that is free.

    Someone who is alone in the picture gets a panel in any case: in the emptiest corner.
    """
    width, height = panel
    rows, columns = image.shape[:2]
    gap = max(2, height // 25)
    y = min(max(0, box.y), max(0, rows - height))
    x = min(max(0, box.x), max(0, columns - width))
    beside = [
        _Box(box.x + box.width + gap, y, width, height),
        _Box(box.x - width - gap, y, width, height),
        _Box(x, box.y + box.height + gap, width, height),
        _Box(x, box.y - height - gap, width, height),
    ]
    whole = _Box(0, 0, columns, rows)
    taken = list(taken)
    for place in beside:
        if place.shared_with(whole) == width * height and not any(
            place.shared_with(other) for other in taken
        ):
            return place
    if not alone:
        return None
    corners = [
        _Box(x, y, width, height)
        for y in (rows - height - gap, gap)
        for x in (columns - width - gap, gap)
    ]
    return min(corners, key=lambda corner: sum(map(corner.shared_with, taken)))


def _outline(image: Image, box: _Box, colour: Colour, sizes: _Sizes) -> None:
    corner = (box.x + box.width, box.y + box.height)
    # A dark line below the coloured one is seen on a bright ground as well.
    cv2.rectangle(image, box[:2], corner, _GROUND, sizes.line_px + 2, cv2.LINE_AA)
    cv2.rectangle(image, box[:2], corner, colour, sizes.line_px, cv2.LINE_AA)


def _draw_panel(image: Image, panel: _Box, read: ReadFace, sizes: _Sizes) -> None:
    _darken(image, panel)
    best = int(read.probabilities.argmax())
    bars_x = panel.x + 2 * sizes.gap_px + sizes.words_px
    for number, (name, share) in enumerate(zip(EXPRESSIONS, read.probabilities, strict=True)):
        top = panel.y + sizes.gap_px + number * sizes.row_px
        middle = top + sizes.row_px // 2
        _write(
            image,
            name,
            (panel.x + sizes.gap_px, middle + sizes.text_px // 2),
            _PLAIN if number == best else _QUIET,
            sizes,
        )
        half = max(1, round(sizes.text_px * 0.36))
        bar = (bars_x, middle - half)
        cv2.rectangle(image, bar, (bars_x + sizes.bars_px, middle + half), (70, 68, 66), cv2.FILLED)
        length = round(float(share) * sizes.bars_px)
        if length:
            end = (bars_x + length, middle + half)
            cv2.rectangle(image, bar, end, COLOURS[name], cv2.FILLED)


def _draw_strip(
    image: Image, box: _Box, read: ReadFace, taken: Iterable[_Box], sizes: _Sizes
) -> _Box:
    """Upright bars without words, and the likeliest expression: above, below or inside the box."""
    text = f"{_best(read)} {read.probabilities.max():.0%}"
    bar_px = max(2, sizes.text_px // 3)
    bars_px = len(EXPRESSIONS) * (bar_px + 1)
    width = bars_px + _text_width(text, sizes) + 3 * sizes.gap_px
    height = sizes.text_px + 2 * sizes.gap_px
    x = min(max(0, box.x), max(0, image.shape[1] - width))
    bottom = box.y + box.height
    places = [_Box(x, y, width, height) for y in (box.y - height, bottom, bottom - height)]
    inside = _Box(0, 0, image.shape[1], image.shape[0])
    others = [other for other in taken if other != box]
    place = min(
        places,
        key=lambda place: (
            sum(map(place.shared_with, others)) + width * height - place.shared_with(inside)
        ),
    )
    _darken(image, place)
    base = place.y + height - sizes.gap_px
    for number, (name, share) in enumerate(zip(EXPRESSIONS, read.probabilities, strict=True)):
        left = place.x + sizes.gap_px + number * (bar_px + 1)
        top = base - round(float(share) * (height - 2 * sizes.gap_px))
        cv2.rectangle(image, (left, top), (left + bar_px - 1, base), COLOURS[name], cv2.FILLED)
    _write(image, text, (place.x + bars_px + 2 * sizes.gap_px, base), _PLAIN, sizes)
    return place


def _write_mood(image: Image, mood: str, sizes: _Sizes) -> _Box:
    text = f"mood: {mood}"
    height = sizes.text_px + 2 * sizes.gap_px
    tag = _Box(0, 0, _text_width(text, sizes) + 2 * sizes.gap_px, height)
    _darken(image, tag)
    place = (sizes.gap_px, height - sizes.gap_px)
    _write(image, text, place, COLOURS.get(mood, _PLAIN), sizes)
    return tag


def _darken(image: Image, box: _Box) -> None:
    part = image[max(0, box.y) : box.y + box.height, max(0, box.x) : box.x + box.width]
    ground = np.full_like(part, _GROUND)
    cv2.addWeighted(ground, _GROUND_SHARE, part, 1 - _GROUND_SHARE, 0, dst=part)


def _write(image: Image, text: str, place: tuple[int, int], colour: Colour, sizes: _Sizes) -> None:
    thickness = max(1, round(sizes.text_px / 11))
    cv2.putText(image, text, place, _FONT, sizes.text_px / _FONT_PX, colour, thickness, cv2.LINE_AA)


def _text_width(text: str, sizes: _Sizes) -> int:
    (width, _), _ = cv2.getTextSize(text, _FONT, sizes.text_px / _FONT_PX, 1)
    return int(width)
