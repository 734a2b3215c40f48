import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.timeline import Stretch, shares, stretches


def test_moments_of_the_same_mood_become_one_stretch() -> None:
    moods = [(0.0, "sad"), (0.5, "sad"), (1.0, "happy"), (1.5, "happy"), (2.0, "sad")]
    assert stretches(moods, 2.5) == [
        Stretch(0.0, 1.0, "sad"),
        Stretch(1.0, 2.0, "happy"),
        Stretch(2.0, 2.5, "sad"),
    ]


def test_shares_are_of_the_time_and_the_largest_comes_first() -> None:
    parts = [Stretch(0, 1, "sad"), Stretch(1, 4, "happy"), Stretch(4, 5, "sad")]
    assert list(shares(parts).items()) == [("happy", 0.6), ("sad", 0.4)]


def test_nothing_has_no_shares() -> None:
    assert stretches([], 0.0) == []
    assert shares([]) == {}


@given(st.lists(st.sampled_from("abc"), min_size=1))
def test_a_timeline_has_no_gaps_and_never_the_same_mood_twice_in_a_row(moods: list[str]) -> None:
    timeline = stretches(enumerate(moods), len(moods))
    assert timeline[0].start_s == 0
    assert timeline[-1].end_s == len(moods)
    for first, second in itertools.pairwise(timeline):
        assert first.end_s == second.start_s
        assert first.mood != second.mood
    assert sum(shares(timeline).values()) == pytest.approx(1)
