import numpy as np
import pytest

from emoflix_device.camera.frame import Image
from emoflix_device.vision.scene import light


@pytest.mark.parametrize(("grey", "answer"), [(5, "dark"), (50, "dim"), (118, "bright")])
def test_the_light_follows_the_mean_brightness(grey: int, answer: str) -> None:
    assert light(np.full((90, 160), grey, np.uint8)) == answer


def test_a_lamp_in_a_dark_room_is_still_a_dark_room() -> None:
    luma = np.full((90, 160), 10, np.uint8)
    luma[:20, :20] = 255
    assert light(luma) == "dark"


def test_a_room_filmed_in_good_light_is_bright(crying_then_smiling: list[Image]) -> None:
    assert light(crying_then_smiling[0] // 4) == "dark"
    assert light(crying_then_smiling[0]) in {"dim", "bright"}
