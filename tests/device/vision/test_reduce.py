import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.vision.reduce import reduced


@given(st.integers(1, 200), st.integers(1, 3000), st.integers(32, 800), st.integers(0, 255))
def test_a_copy_is_as_wide_as_wanted_and_as_bright(
    height: int, width: int, width_px: int, grey: int
) -> None:
    small, scale = reduced(np.full((height, width), grey, np.uint8), width_px)
    assert small.shape[1] == min(width, width_px)
    assert small.shape[1] * scale == pytest.approx(width)
    assert small.shape[0] == max(1, round(height / scale))
    assert (small == grey).all()


@pytest.mark.parametrize("width_px", [352, 512, 640])
def test_what_is_finer_than_the_copy_becomes_grey_and_no_pattern(width_px: int) -> None:
    stripes = np.zeros((720, 1280), np.uint8)
    stripes[:, ::2] = 200
    small, _ = reduced(stripes, width_px)
    assert abs(small.astype(int) - 100).max() <= 1


def test_a_place_in_the_copy_is_found_again_in_the_picture() -> None:
    picture = np.zeros((720, 1280), np.uint8)
    picture[300:340, 800:840] = 255
    small, scale = reduced(picture, 512)
    rows, columns = np.nonzero(small > 128)
    assert (rows.mean() + 0.5) * scale == pytest.approx(320, abs=2)
    assert (columns.mean() + 0.5) * scale == pytest.approx(820, abs=2)
