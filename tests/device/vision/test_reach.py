import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.config import CameraSettings, VisionSettings
from emoflix_device.vision.reach import FACE_M, LEAST_FACE_PX, STEP_PX, copy_width_px


def test_a_face_at_the_wanted_distance_is_large_enough_in_the_copy() -> None:
    # A lens of 90 degrees shows 6 m across at 3 m.
    camera = CameraSettings(lens_deg=90)
    width_px = copy_width_px(VisionSettings(farthest_m=3), camera)
    assert width_px * FACE_M / 6 >= LEAST_FACE_PX["haar"]
    assert (width_px - STEP_PX) * FACE_M / 6 < LEAST_FACE_PX["haar"]


@pytest.mark.parametrize("rotation_deg", [90, 270])
def test_a_camera_on_its_side_sees_less_across(rotation_deg: int) -> None:
    upright = copy_width_px(VisionSettings(), CameraSettings())
    turned = copy_width_px(VisionSettings(), CameraSettings(rotation_deg=rotation_deg))
    assert turned == pytest.approx(upright * 720 / 1280, abs=STEP_PX)


@given(st.floats(0.5, 9.9), st.floats(11, 160))
def test_further_and_wider_need_more_pixels(farthest_m: float, lens_deg: float) -> None:
    def width_px(farthest_m: float, lens_deg: float) -> int:
        return copy_width_px(
            VisionSettings(farthest_m=farthest_m), CameraSettings(lens_deg=lens_deg)
        )

    assert width_px(farthest_m, lens_deg) <= width_px(farthest_m + 0.1, lens_deg)
    assert width_px(farthest_m, lens_deg) <= width_px(farthest_m, lens_deg + 1)
    assert width_px(farthest_m, lens_deg) % STEP_PX == 0
