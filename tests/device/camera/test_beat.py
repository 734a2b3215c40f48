import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.camera.beat import Beat

SECONDS = 60


def kept_of(came_s: list[float], *, stated_per_s: float, wanted_per_s: float) -> list[float]:
    """The moments of the frames that are kept, of those that come."""
    beat, kept = Beat(0.0, 1 / stated_per_s), []
    for moment_s in came_s:
        wanted = beat.wants_next(1 / wanted_per_s)
        beat.came(moment_s, kept=wanted)
        if wanted:
            kept.append(moment_s)
    return kept


def regular(per_s: float) -> list[float]:
    return [number / per_s for number in range(1, round(SECONDS * per_s))]


@pytest.mark.parametrize("per_s", [5, 8, 10])
def test_a_camera_that_gives_no_more_than_is_wanted_loses_nothing(per_s: float) -> None:
    frames = regular(per_s)
    assert kept_of(frames, stated_per_s=10, wanted_per_s=10) == frames


@pytest.mark.parametrize("stated_per_s", [10, 25])
@pytest.mark.parametrize("per_s", [10.1, 12.5, 15, 24, 25, 30, 60])
@pytest.mark.parametrize("wanted_per_s", [1, 5, 10])
def test_as_many_are_kept_as_are_wanted_whatever_the_camera_gives(
    per_s: float, stated_per_s: float, wanted_per_s: float
) -> None:
    kept = kept_of(regular(per_s), stated_per_s=stated_per_s, wanted_per_s=wanted_per_s)
    assert len(kept) == pytest.approx(SECONDS * wanted_per_s, rel=0.02, abs=1)


@given(st.integers(0, 2**32 - 1), st.floats(0, 0.06))
def test_frames_that_come_unevenly_are_kept_nearly_as_often(seed: int, late_s: float) -> None:
    lateness_s = np.random.default_rng(seed).uniform(0, late_s, SECONDS * 10 - 1).tolist()
    frames = [moment + late for moment, late in zip(regular(10), lateness_s, strict=True)]
    assert len(kept_of(frames, stated_per_s=10, wanted_per_s=10)) >= 0.9 * len(frames)


def test_what_a_stall_has_cost_is_not_made_up_for() -> None:
    frames = [moment for moment in regular(25) if not 10 < moment < 20]
    kept = kept_of(frames, stated_per_s=25, wanted_per_s=5)
    assert sum(20 <= moment < 21 for moment in kept) <= 6
