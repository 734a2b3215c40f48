"""Pictures, read with care: what a header says is believed only as far as it is needed.

A PNG of a few kilobytes can unpack to gigabytes, so the size is read from the header before
anything is decoded; and OpenCV fills the missing part of a truncated file with grey, so the end is
looked for as well.
"""

import os
import struct
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from emoflix_device.camera.files import opened
from emoflix_device.camera.frame import Image
from emoflix_device.errors import EmoflixError

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
MOST_PIXELS: Final = 50_000_000
"""Larger than any phone's default; decoded it takes 150 MB."""
MOST_BYTES: Final = 64_000_000

_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_JPEG_START: Final = b"\xff\xd8\xff"
# Markers of a JPEG's frame header (SOF0 to SOF15); C4, C8 and CC in that range are other things.
_MARKER: Final = 0xFF
_JPEG_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class PictureError(EmoflixError):
    """The file or the bytes are not a picture that can be read."""


def read_picture(file: Path) -> Image:
    """A JPEG, PNG or WebP file as uint8[h, w, 3] in BGR, turned as its EXIF says.

    Raises:
        PictureError: it is not there, not a picture, broken, or too large.
    """
    try:
        with opened(file) as picture:
            if os.fstat(picture.fileno()).st_size > MOST_BYTES:
                raise PictureError(f"{file}: more than {MOST_BYTES // 1_000_000} MB")
            data = picture.read()
    except OSError as error:
        raise PictureError(f"{file}: cannot be read ({error.strerror})") from error
    try:
        return decode_picture(data)
    except PictureError as error:
        raise PictureError(f"{file}: {error}") from error


def decode_picture(data: bytes) -> Image:
    """As `read_picture`, from the bytes of a file."""
    if not data:
        raise PictureError("the file is empty")
    try:
        width, height = picture_size(data)
    except (IndexError, struct.error) as error:
        raise PictureError("the picture is cut off") from error
    if width * height > MOST_PIXELS:
        raise PictureError(
            f"{width} x {height} pixels are too many (at most {MOST_PIXELS // 1_000_000} million)"
        )
    image: Image | None
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise PictureError("the picture is broken") from error
    if image is None:
        raise PictureError("the picture is broken")
    return image


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels as the header states them.

    Raises:
        PictureError: not one of the three formats, or its end is missing.
        IndexError, struct.error: cut off within the header.
    """
    if data.startswith(_PNG_START):
        if b"IEND" not in data[-64:]:
            raise PictureError("the picture is cut off")
        width, height = struct.unpack_from(">II", data, 16)
        return width, height
    if data.startswith(_JPEG_START):
        return _jpeg_size(data)
    if _is_webp(data):
        if len(data) < struct.unpack_from("<I", data, 4)[0]:
            raise PictureError("the picture is cut off")
        return _webp_size(data)
    raise PictureError("not a picture that can be read (JPEG, PNG or WebP)")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while True:
        if data[at] != _MARKER:
            raise PictureError("the picture is broken")
        marker = data[at + 1]
        if marker == _MARKER:  # padding
            at += 1
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if marker in _JPEG_SIZES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            if data.rfind(b"\xff\xd9") < at:
                raise PictureError("the picture is cut off")
            return width, height
        at += 2 + length


def _webp_size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def looks_like_picture(file: Path) -> bool:
    """Whether the file begins as one of the kinds of picture that can be read; else False."""
    try:
        with opened(file) as picture:
            start = picture.read(12)
    except OSError:
        return False
    return start.startswith((_PNG_START, _JPEG_START)) or _is_webp(start)


def _is_webp(start: bytes) -> bool:
    return start[:4] == b"RIFF" and start[8:12] == b"WEBP"
