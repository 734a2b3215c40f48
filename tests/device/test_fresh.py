import numpy as np

from emoflix_device.fresh import LOOK_S, NEAR_PX, FreshLook, hint
from emoflix_device.mood import MoodFilter
from tests.device.seen import a_face, seen

HAPPY = np.array([[0.01, 0.01, 0.01, 0.94, 0.01, 0.01, 0.01]], np.float32)
NOBODY = np.zeros((0, 7), np.float32)


def a_filter() -> MoodFilter:
    return MoodFilter(memory_s=0.7, absence_s=3.0)


def test_a_dark_room_wants_light_whatever_else_is_wrong() -> None:
    assert hint(seen(0.0, brightness=5.0), None) == "light"


def test_nobody_and_a_small_face_are_to_come_closer() -> None:
    assert hint(seen(0.0), None) == "closer"
    assert hint(seen(0.0, a_face(width_px=NEAR_PX - 1)), None) == "closer"


def test_a_face_that_moves_is_to_hold_still() -> None:
    before, after = seen(0.0, a_face(x_px=0)), seen(0.1, a_face(x_px=30))
    assert hint(after, before) == "still"
    assert hint(seen(0.2, a_face(x_px=31)), after) == "good"


def test_a_hint_is_told_when_it_changes_and_once_a_second() -> None:
    look = FreshLook(a_filter(), 0.0)
    assert look.news(0.0) is None  # nothing was seen yet
    told = []
    for tenth in range(1, 30):
        now_s = tenth / 10
        face = a_face() if now_s >= 1.5 else a_face(width_px=20)
        look.take_in(seen(now_s, face), HAPPY)
        if (news := look.news(now_s)) is not None:
            told.append((now_s, news))
    assert told == [
        (0.1, "closer"),
        (1.1, "closer"),
        (1.5, "still"),
        (1.6, "good"),
        (2.6, "good"),
    ]


def test_the_mood_is_that_of_these_seconds_alone() -> None:
    look = FreshLook(a_filter(), 100.0)
    for tenth in range(51):
        look.take_in(seen(100.0 + tenth / 10, a_face()), HAPPY)
    assert look.over(100.0 + LOOK_S)
    assert (look.mood.announced, look.mood.people) == ("happy", 1)


def test_a_look_that_saw_nobody_says_so() -> None:
    look = FreshLook(a_filter(), 0.0)
    for tenth in range(51):
        look.take_in(seen(tenth / 10), NOBODY)
    assert (look.mood.announced, look.mood.people) == ("nobody", 0)


def test_it_takes_five_seconds() -> None:
    look = FreshLook(a_filter(), 7.0)
    assert not look.over(11.9)
    assert look.left_s(10.0) == 2.0
    assert look.over(12.0)
    assert look.left_s(99.0) == 0.0
