from emoflix_device.mqtt.backoff import (
    LEAST_PAUSE_S,
    LONGEST_PAUSE_S,
    PATIENT_TRIES,
    pause_s,
)


def test_a_broker_that_was_away_for_half_a_minute_is_tried_again_within_four_seconds() -> None:
    assert all(LEAST_PAUSE_S <= pause_s(failures) <= 4 for failures in range(1, PATIENT_TRIES + 1))


def test_pauses_grow_up_to_a_minute_and_are_spread() -> None:
    pauses_s = [[pause_s(failures) for _ in range(200)] for failures in (1, 23, 50)]
    for some_s, least_spread_s in zip(pauses_s, (2, 15, 30), strict=True):
        assert all(LEAST_PAUSE_S <= pause <= LONGEST_PAUSE_S for pause in some_s)
        assert max(some_s) - min(some_s) > least_spread_s
