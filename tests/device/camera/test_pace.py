from emoflix_device.camera.pace import Pace


class HandClock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def clock(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def paced(work_s: list[float], period_s: float = 1.0) -> list[float]:
    """When each of some beats comes, with so much work before each."""
    hand = HandClock()
    pace = Pace(period_s, clock=hand.clock, sleep=hand.sleep)
    beats = []
    for seconds in work_s:
        hand.now_s += seconds
        pace.wait()
        beats.append(hand.now_s - 100)
    return beats


def test_beats_come_by_deadline_however_long_the_work_between_took() -> None:
    assert paced([0, 0.5, 0.9, 0.1, 0]) == [0, 1, 2, 3, 4]


def test_after_a_late_beat_the_others_are_not_bunched() -> None:
    assert paced([0, 3.5, 0, 0]) == [0, 3.5, 4.5, 5.5]
