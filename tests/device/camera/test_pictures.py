import contextlib
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.camera import pictures
from emoflix_device.camera.pictures import (
    PictureError,
    decode_picture,
    looks_like_picture,
    picture_size,
    read_picture,
)


def encoded(suffix: str, options: tuple[int, ...] = ()) -> bytes:
    noise = np.random.default_rng(3).integers(0, 256, (37, 53, 3), dtype=np.uint8)
    done, data = cv2.imencode(suffix, noise, options)
    assert done
    return data.tobytes()


KINDS = {
    "jpeg": encoded(".jpg"),
    "progressive jpeg": encoded(".jpg", (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)),
    "png": encoded(".png"),
    "webp": encoded(".webp", (cv2.IMWRITE_WEBP_QUALITY, 80)),
    "lossless webp": encoded(".webp", (cv2.IMWRITE_WEBP_QUALITY, 101)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_and_its_header_tells_its_size(kind: str) -> None:
    assert picture_size(KINDS[kind]) == (53, 37)
    assert decode_picture(KINDS[kind]).shape == (37, 53, 3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.95])
def test_a_picture_that_is_cut_off_is_refused(kind: str, share: float) -> None:
    data = KINDS[kind]
    with pytest.raises(PictureError, match=r"cut off|not a picture"):
        decode_picture(data[: int(len(data) * share)])


def test_a_pipe_into_which_nobody_writes_is_no_picture(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    assert not looks_like_picture(pipe)
    with pytest.raises(
        PictureError, match=r"pipe\.jpg: cannot be read \(it is there and is no file"
    ):
        read_picture(pipe)


def test_a_picture_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = png_of(30_000, 30_000)
    assert len(bomb) < 200_000
    with pytest.raises(PictureError, match=r"30000 x 30000 pixels are too many \(at most 50 mill"):
        decode_picture(bomb)


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims so many black pixels; it holds the first thousand rows of them."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000 * (width + 1)), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"hello", "not a picture that can be read"),
        (b"GIF89a" + bytes(100), r"not a picture that can be read \(JPEG, PNG or WebP\)"),
    ],
)
def test_what_is_not_a_picture_is_refused_with_the_files_name(
    tmp_path: Path, content: bytes, message: str
) -> None:
    file = tmp_path / "picture.jpg"
    file.write_bytes(content)
    with pytest.raises(PictureError, match=rf"picture\.jpg: {message}"):
        read_picture(file)


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"nowhere\.png: cannot be read \(No such file"):
        read_picture(tmp_path / "nowhere.png")


def test_a_picture_is_read_from_its_file(write_picture: Callable[..., Path]) -> None:
    assert read_picture(write_picture("a.png", 42)).mean() == 42


@given(
    kind=st.sampled_from(sorted(KINDS)),
    at=st.integers(0, 200),
    change=st.binary(min_size=1, max_size=8),
)
def test_a_damaged_picture_is_read_or_refused_but_never_a_surprise(
    kind: str, at: int, change: bytes
) -> None:
    data = bytearray(KINDS[kind])
    data[at : at + len(change)] = change
    # A damaged header may claim millions of pixels, which take time to fill.
    with patch.object(pictures, "MOST_PIXELS", 100_000), contextlib.suppress(PictureError):
        assert decode_picture(bytes(data)).ndim == 3
