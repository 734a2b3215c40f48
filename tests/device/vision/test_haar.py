"""The cascade's file: where OpenCV is the system's, it lies elsewhere."""

import sys
from pathlib import Path

import cv2.data
import pytest

from emoflix_device.camera.frame import Image
from emoflix_device.errors import ModelError
from emoflix_device.vision import haar


@pytest.fixture
def system_opencv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's OpenCV is one library, and has no module `cv2.data`."""
    monkeypatch.setitem(sys.modules, "cv2.data", None)


@pytest.mark.usefixtures("system_opencv")
def test_the_systems_opencv_reads_its_own_packages_cascade(
    monkeypatch: pytest.MonkeyPatch, crying_then_smiling: list[Image]
) -> None:
    monkeypatch.setattr(haar, "DEBIAN_CASCADES", Path(cv2.data.haarcascades))
    assert haar.HaarDetector(320).detect(crying_then_smiling[-1])


@pytest.mark.usefixtures("system_opencv")
def test_a_missing_cascade_is_named_with_the_package_that_has_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(haar, "DEBIAN_CASCADES", tmp_path)
    with pytest.raises(ModelError, match=f"{tmp_path}/{haar.CASCADE}: cannot be read.*opencv-data"):
        haar.HaarDetector(320)
