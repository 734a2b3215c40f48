"""Small videos and pictures that the tests write themselves."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest


@pytest.fixture
def write_video(tmp_path: Path) -> Callable[..., Path]:
    """Writes frames of one grey each, 16 levels apart, so that a frame tells its number."""

    def write(name: str = "video.avi", frames: int = 10, frames_per_s: float = 15) -> Path:
        file = tmp_path / name
        writer = cv2.VideoWriter(
            str(file), cv2.VideoWriter.fourcc(*"MJPG"), frames_per_s, (64, 48), isColor=True
        )
        assert writer.isOpened()
        for number in range(frames):
            writer.write(np.full((48, 64, 3), 16 * number, np.uint8))
        writer.release()
        return file

    return write


@pytest.fixture
def write_picture(tmp_path: Path) -> Callable[..., Path]:
    """Writes one picture of one grey."""

    def write(name: str, grey: int = 128, size: tuple[int, int] = (48, 64)) -> Path:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        assert cv2.imwrite(str(file), np.full((*size, 3), grey, np.uint8))
        return file

    return write
