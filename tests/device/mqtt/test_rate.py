from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.mqtt.rate import BURST, MOST_CLIENTS, PER_S, Rates


def test_a_burst_is_taken_and_then_a_steady_rate() -> None:
    rates = Rates()
    assert sum(rates.allow("anna", 0.0) for _ in range(10_000)) == BURST
    assert sum(rates.allow("anna", 1.0) for _ in range(10_000)) == PER_S
    assert sum(rates.allow("anna", 1000.0) for _ in range(10_000)) == BURST


def test_one_client_does_not_use_up_what_another_may_send() -> None:
    rates = Rates()
    while rates.allow("anna", 0.0):
        pass
    assert rates.allow("bert", 0.0)


def test_a_crowd_of_names_takes_no_more_room() -> None:
    rates = Rates()
    for number in range(3 * MOST_CLIENTS):
        assert rates.allow(f"client-{number}", 0.0)
    assert len(rates._buckets) == MOST_CLIENTS


@given(pauses_s=st.lists(st.floats(0, 2), max_size=300))
def test_no_pattern_of_pauses_gets_more_through_than_burst_and_rate(
    pauses_s: list[float],
) -> None:
    rates, now_s, allowed = Rates(), 0.0, 0
    for pause_s in pauses_s:
        now_s += pause_s
        allowed += rates.allow("anna", now_s)
    assert allowed <= BURST + PER_S * now_s + 1
