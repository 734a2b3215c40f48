import numpy as np

from emoflix_device.evening import Evening
from emoflix_device.mood import Announced, Mood


def mood(announced: Announced, since_s: float = 0.0) -> Mood:
    people = 0 if announced == "nobody" else 1
    return Mood(
        announced=announced,
        confidence=0.8 if people else 0.0,
        probabilities=np.full(7, 1 / 7),
        since_s=since_s,
        people=people,
    )


def an_evening() -> Evening:
    return Evening(settled_mood_s=300, absence_s=600)


def test_an_empty_room_waits() -> None:
    evening = an_evening()
    assert evening.occasion(mood("nobody"), 0) is None
    assert evening.state == "waiting"


def test_who_arrives_gets_a_slate_at_the_first_clear_mood_and_only_once() -> None:
    evening = an_evening()
    assert evening.occasion(mood("uncertain"), 0.0) is None
    assert evening.occasion(mood("happy"), 1.0) == "arrival"
    evening.slate_made(mood("happy"), 1.0)
    assert evening.state == "choosing"
    assert evening.occasion(mood("happy"), 1000.0 - 500) is None


def test_a_face_that_stays_unclear_gets_a_slate_all_the_same() -> None:
    evening = an_evening()
    assert evening.occasion(mood("uncertain"), 0.0) is None
    assert evening.occasion(mood("uncertain"), 2.9) is None
    assert evening.occasion(mood("uncertain"), 3.0) == "arrival"


def test_a_different_mood_renews_the_slate_once_it_has_held() -> None:
    evening = an_evening()
    evening.occasion(mood("happy"), 0.0)
    evening.slate_made(mood("happy"), 1.0)
    assert evening.occasion(mood("sad", since_s=100), 399) is None
    assert evening.occasion(mood("sad", since_s=100), 400) == "mood"
    evening.slate_made(mood("sad", since_s=100), 400)
    assert evening.occasion(mood("sad", since_s=100), 500) is None


def test_an_uncertain_mood_renews_nothing() -> None:
    evening = an_evening()
    evening.occasion(mood("happy"), 0.0)
    evening.slate_made(mood("happy"), 1.0)
    assert evening.occasion(mood("uncertain", since_s=1), 400) is None


def test_who_steps_out_for_a_moment_has_not_arrived_anew() -> None:
    evening = an_evening()
    evening.occasion(mood("happy"), 0.0)
    evening.slate_made(mood("happy"), 1.0)
    assert evening.occasion(mood("nobody"), 100.0) is None
    assert evening.state == "choosing"
    assert evening.occasion(mood("happy", since_s=300), 300.0) is None


def test_a_long_absence_ends_the_choosing_and_who_comes_back_has_arrived() -> None:
    evening = an_evening()
    evening.occasion(mood("happy"), 0.0)
    evening.slate_made(mood("happy"), 1.0)
    evening.occasion(mood("nobody"), 700.0)
    assert evening.state == "waiting"
    assert evening.occasion(mood("happy", since_s=800), 800.0) == "arrival"


def test_who_asks_from_elsewhere_keeps_the_slate_while_the_room_is_empty() -> None:
    evening = an_evening()
    evening.slate_made(mood("nobody"), 0.0)
    assert evening.occasion(mood("nobody"), 599.0) is None
    assert evening.state == "choosing"
    evening.occasion(mood("nobody"), 600.0)
    assert evening.state == "waiting"
