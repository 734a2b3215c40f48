import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.camera.rate import EMPTY_S, IDLE_S, Rate


def a_rate() -> Rate:
    return Rate(most_per_s=10, cpu_percent=50)


def test_while_somebody_is_there_it_looks_as_often_as_wanted() -> None:
    rate = a_rate()
    assert {rate.looked(second, people=1, spent_s=0) for second in range(100)} == {0.1}


def test_an_empty_room_is_looked_at_once_a_second_after_half_a_minute() -> None:
    rate = a_rate()
    rate.looked(0, people=2, spent_s=0)
    assert rate.looked(EMPTY_S - 0.1, people=0, spent_s=0) == 0.1
    assert rate.looked(EMPTY_S, people=0, spent_s=0) == IDLE_S


def test_a_room_that_was_never_seen_with_people_becomes_idle_as_well() -> None:
    rate = a_rate()
    rate.looked(100, people=0, spent_s=0)
    assert rate.looked(100 + EMPTY_S, people=0, spent_s=0) == IDLE_S


def test_a_face_that_comes_in_raises_it_at_once() -> None:
    rate = a_rate()
    rate.looked(0, people=0, spent_s=0)
    assert rate.looked(500, people=0, spent_s=0) == IDLE_S
    assert rate.looked(501, people=1, spent_s=0) == 0.1


def test_somebody_who_waits_is_looked_at_as_often_as_wanted_for_a_while() -> None:
    rate = a_rate()
    for look in range(100):
        rate.looked(look, people=0, spent_s=9 * look)
    assert rate.looked(100, people=0, spent_s=900) == IDLE_S
    assert rate.hurry(100.5, for_s=5) == 0.1
    assert rate.looked(105.4, people=0, spent_s=950) == 0.1
    assert rate.looked(105.5, people=0, spent_s=950) == IDLE_S


@pytest.mark.parametrize(
    ("cost_s", "period_s"), [(0.01, 0.1), (0.1, 0.2), (0.25, 0.5), (9, IDLE_S)]
)
def test_the_budget_is_kept_by_looking_less_often(cost_s: float, period_s: float) -> None:
    rate = a_rate()
    for look in range(1, 100):
        wanted_s = rate.looked(look, people=1, spent_s=look * cost_s)
    assert wanted_s == pytest.approx(period_s)


def test_it_recovers_when_the_looks_become_cheaper() -> None:
    rate = a_rate()
    spent_s = 0.0
    for look in range(200):
        spent_s += 0.4 if look < 100 else 0.01
        wanted_s = rate.looked(look, people=1, spent_s=spent_s)
    assert wanted_s == pytest.approx(0.1)


def test_what_was_spent_on_the_start_is_not_held_against_the_looks() -> None:
    rate = a_rate()
    assert [rate.looked(look, people=1, spent_s=5.0) for look in range(10)] == [0.1] * 10


def test_what_was_spent_while_the_camera_was_off_is_not_held_against_the_looks() -> None:
    rate = a_rate()
    for look in range(10):
        rate.looked(look, people=1, spent_s=look * 0.01)
    assert rate.looked(30_000, people=1, spent_s=60) == 0.1
    assert rate.looked(30_001, people=1, spent_s=60.01) == 0.1


@given(
    st.lists(st.tuples(st.floats(0, 50), st.integers(0, 5), st.floats(0, 3)), max_size=50),
    st.floats(0.5, 60),
    st.floats(1, 400),
)
def test_it_is_never_slower_than_once_a_second_nor_faster_than_wanted(
    looks: list[tuple[float, int, float]], most_per_s: float, cpu_percent: float
) -> None:
    rate, now_s, spent_s = Rate(most_per_s=most_per_s, cpu_percent=cpu_percent), 0.0, 0.0
    for pause_s, people, cost_s in looks:
        now_s, spent_s = now_s + pause_s, spent_s + cost_s
        period_s = rate.looked(now_s, people=people, spent_s=spent_s)
        assert 1 / most_per_s <= period_s <= max(IDLE_S, 1 / most_per_s)
