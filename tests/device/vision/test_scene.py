import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.camera.frame import Image
from emoflix_device.vision.faces import Face
from emoflix_device.vision.scene import (
    BODY,
    LIT_S,
    LONGEST_APART_S,
    SMOOTHED_S,
    Light,
    Motion,
    RoomLight,
    brightness,
    light,
)


@pytest.mark.parametrize(("grey", "answer"), [(5, "dark"), (50, "dim"), (118, "bright")])
def test_the_light_follows_the_mean_brightness(grey: int, answer: str) -> None:
    assert light(brightness(np.full((90, 160), grey, np.uint8))) == answer


def test_a_lamp_in_a_dark_room_is_still_a_dark_room() -> None:
    luma = np.full((90, 160), 10, np.uint8)
    luma[:20, :20] = 255
    assert light(brightness(luma)) == "dark"


def test_a_room_filmed_in_good_light_is_bright(crying_then_smiling: list[Image]) -> None:
    assert light(brightness(crying_then_smiling[0] // 4)) == "dark"
    assert light(brightness(crying_then_smiling[0])) in {"dim", "bright"}


def lights(greys: list[int], *, per_s: float) -> list[Light | None]:
    """What the room is told to be after each look."""
    room = RoomLight()
    told = [room.light]
    for look, grey in enumerate(greys):
        room.update(float(grey), look / per_s)
        told.append(room.light)
    return told


def test_a_room_is_lit_as_it_is_first_seen() -> None:
    assert lights([118], per_s=5) == [None, "bright"]


def test_a_room_lit_by_the_television_alone_does_not_change_with_its_scenes() -> None:
    scenes = [grey for grey in (25, 60, 30, 55) * 10 for _ in range(15)]
    assert set(lights(scenes, per_s=5)[100:]) == {"dim"}


@pytest.mark.parametrize("per_s", [1, 5, 10])
def test_a_lamp_that_is_switched_on_is_told_before_long(per_s: int) -> None:
    told = lights([10] * 30 * per_s + [118] * 30 * per_s, per_s=per_s)
    on = 30 * per_s + 1
    assert told[on - 1] == "dark"
    assert LIT_S / 2 < (told.index("bright") - on) / per_s < 1.5 * LIT_S


FURNITURE = np.kron(np.random.default_rng(99).uniform(0.3, 1.7, (9, 16)), np.ones((20, 20)))
NOISE = np.random.default_rng(1).normal(0, 1, (11, *FURNITURE.shape)).astype(np.float32)


def a_room(*, brightness: float = 80, noise: float = 8, seed: int = 0) -> Image:
    """A picture of 320 x 180 with furniture, as a camera with noise sees it."""
    noisy = brightness * FURNITURE + noise * NOISE[seed % len(NOISE)]
    return np.clip(noisy, 0, 255).astype(np.uint8)


def with_somebody(room: Image, x_px: int) -> Image:
    """Somebody as large as a twentieth of the picture stands there."""
    room = room.copy()
    room[50:130, x_px : x_px + 36] = 20
    return room


def watch_walking(*, per_s: float, for_s: float = 40.0) -> Motion:
    """Somebody goes to and fro, 50 px a second."""
    motion = Motion()
    for look in range(round(for_s * per_s)):
        walked_px = round(50 * look / per_s) % 500
        x_px = min(walked_px, 500 - walked_px)
        motion.update(with_somebody(a_room(seed=look), x_px), look / per_s)
    return motion


def test_nothing_is_known_of_motion_before_two_looks_were_compared() -> None:
    motion = Motion()
    motion.update(a_room(), 0.0)
    motion.update(a_room(), 0.5)
    assert motion.share is None
    assert not motion.restless
    motion.update(a_room(), 1.0)
    assert motion.share is not None


@pytest.mark.parametrize("noise", [1, 8, 12])
def test_noise_is_not_motion(noise: float) -> None:
    motion = Motion()
    for second in range(10):
        motion.update(a_room(noise=noise, seed=second), float(second))
    assert motion.share == pytest.approx(0, abs=0.002)


def test_a_lamp_and_the_flicker_of_the_television_are_not_motion() -> None:
    motion = Motion()
    for second, grey in enumerate([80, 84, 78, 90, 70, 82]):
        motion.update(a_room(brightness=grey, seed=second) // 2 + grey, float(second))
    assert motion.share == pytest.approx(0, abs=0.02)


def test_somebody_who_walks_about_makes_the_room_restless() -> None:
    motion = watch_walking(per_s=2)
    assert motion.share == pytest.approx(0.1, abs=0.03)  # the place that is left and the new one
    assert motion.restless


def test_somebody_who_crosses_once_does_not() -> None:
    motion = Motion()
    for second in range(30):
        room = a_room(seed=second)
        crossing = 10 <= second < 13
        motion.update(with_somebody(room, 100 * (second - 10)) if crossing else room, float(second))
        assert not motion.restless


@pytest.mark.parametrize("per_s", [1, 3, 5, 10, 30])
def test_the_motion_does_not_depend_on_the_frame_rate(per_s: float) -> None:
    expected = watch_walking(per_s=2, for_s=30).share
    assert watch_walking(per_s=per_s, for_s=30).share == pytest.approx(expected, rel=0.15)


def test_a_room_that_settles_is_still_after_a_minute() -> None:
    motion = watch_walking(per_s=1)
    for second in range(40, 100):
        motion.update(a_room(seed=second), float(second))
    assert motion.share == pytest.approx(0.1 * np.exp(-60 / SMOOTHED_S), abs=0.003)


def test_two_looks_far_apart_are_not_compared() -> None:
    motion = Motion()
    motion.update(a_room(), 0.0)
    motion.update(with_somebody(a_room(), 100), LONGEST_APART_S + 0.1)
    assert motion.share is None


def test_a_frame_of_another_size_is_compared_all_the_same() -> None:
    motion = Motion()
    motion.update(a_room(), 0.0)
    motion.update(np.asarray(cv2.resize(a_room(), (1280, 720))), 1.0)
    assert motion.share == 0


def test_a_face_close_by_may_move_and_the_room_is_still(crying_then_smiling: list[Image]) -> None:
    motion = Motion()
    woman = Face(240, 60, 160, 200)
    for second, image in enumerate(crying_then_smiling[::2]):
        motion.update(image, float(second), [woman])
    assert motion.share is not None
    assert 0.2 < motion.share < BODY * 160 * 200 / (640 * 360)
    assert not motion.restless


@given(
    st.lists(
        st.tuples(st.integers(0, 255), st.integers(1, 200), st.integers(1, 200), st.floats(0, 9)),
        max_size=20,
    )
)
def test_the_share_stays_one(looks: list[tuple[int, int, int, float]]) -> None:
    motion, now_s = Motion(), 0.0
    for grey, height, width, pause_s in looks:
        now_s += pause_s
        motion.update(np.full((height, width), grey, np.uint8), now_s)
        assert motion.share is None or 0 <= motion.share <= 1
