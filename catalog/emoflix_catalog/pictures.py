"""Pictures as pixels, on a desktop; a box has its own way, by OpenCV."""

import io
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.errors import CatalogueError

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
MOST_PIXELS: Final = 50_000_000
_ENOUGH_PX: Final = 512
"""A side: a larger JPEG is decoded at a fraction of its size, which is much faster."""


class PictureError(CatalogueError):
    """A picture that cannot be read."""


def read_picture(path: Path) -> NDArray[np.uint8]:
    """A JPEG, PNG or WebP as uint8[height, width, 3] in RGB; raises as `decode_picture`."""
    try:
        return decode_picture(path.read_bytes())
    except OSError as error:
        raise PictureError(f"{path}: cannot be read ({error.strerror})") from error
    except PictureError as error:
        raise PictureError(f"{path}: {error}") from error


def decode_picture(data: bytes) -> NDArray[np.uint8]:
    """The same from the bytes of a file.

    Raises:
        PictureError: It is no picture, broken, or too large.
    """
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise PictureError(
            "Pillow is not installed, and pictures need it: pip install 'emoflix[catalog]'"
        ) from error
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PictureError(f"{image.width} x {image.height} pixels are too many")
            image.draft("RGB", (_ENOUGH_PX, _ENOUGH_PX))
            return np.asarray(image.convert("RGB"))
    except UnidentifiedImageError as error:
        raise PictureError("no picture that can be read: JPEG, PNG and WebP can") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise PictureError(
            f"no picture that can be read ({error}): JPEG, PNG and WebP can"
        ) from error
    except Image.DecompressionBombError as error:
        raise PictureError(str(error)) from error
