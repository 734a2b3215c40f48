import numpy as np
import pytest

from emoflix_catalog.film import Film
from emoflix_device.evening import AFTERWARDS_S, Evening
from emoflix_device.mood import Announced, Mood

FILM = Film(id="drishyam-2013", title="Drishyam", year=2013, runtime_min=100)
OVER_S = 6000.0
"""When a film that was chosen at 0 s is over."""


def mood(announced: Announced, since_s: float = 0.0) -> Mood:
    people = 0 if announced == "nobody" else 1
    return Mood(
        announced=announced,
        confidence=0.8 if people else 0.0,
        probabilities=np.full(7, 1 / 7),
        since_s=since_s,
        people=people,
    )


HAPPY, SAD, UNSURE, NOBODY = (mood(word) for word in ("happy", "sad", "uncertain", "nobody"))


def an_evening() -> Evening:
    """Who arrives has to be seen for five seconds."""
    return Evening(settled_mood_s=300, absence_s=600, lingering_s=3)


def a_choosing_evening(at_s: float = 0.0) -> Evening:
    evening = an_evening()
    evening.occasion(HAPPY, at_s)
    evening.slate_made(HAPPY, at_s)
    return evening


def a_playing_evening() -> Evening:
    evening = a_choosing_evening()
    evening.film_chosen(FILM, 0.0)
    return evening


def an_evening_afterwards() -> Evening:
    evening = a_playing_evening()
    assert evening.occasion(HAPPY, OVER_S) is None
    assert evening.state == "afterwards"
    return evening


def test_an_empty_room_waits() -> None:
    evening = an_evening()
    assert evening.occasion(NOBODY, 0) is None
    assert evening.state == "waiting"


def test_who_arrives_and_stays_gets_a_slate_at_a_clear_mood_and_only_once() -> None:
    evening = an_evening()
    assert evening.occasion(UNSURE, 0.0) is None
    assert evening.occasion(HAPPY, 4.9) is None
    assert evening.occasion(HAPPY, 5.0) == "arrival"
    evening.slate_made(HAPPY, 5.0)
    assert evening.state == "choosing"
    assert evening.occasion(HAPPY, 6.0) is None


def test_a_face_that_stays_unclear_gets_a_slate_all_the_same() -> None:
    evening = an_evening()
    assert evening.occasion(UNSURE, 0.0) is None
    assert evening.occasion(UNSURE, 7.9) is None
    assert evening.occasion(UNSURE, 8.0) == "arrival"


def test_who_passes_by_gets_no_slate_and_is_no_reason_that_the_next_gets_none() -> None:
    evening = an_evening()
    evening.occasion(HAPPY, 0.0)
    assert evening.occasion(HAPPY, 4.9) is None  # seen for less than two seconds, and lingering
    assert evening.occasion(NOBODY, 5.0) is None
    assert evening.occasion(HAPPY, 60.0) is None
    assert evening.occasion(HAPPY, 65.0) == "arrival"


def test_a_slate_that_was_asked_for_is_chosen_from() -> None:
    evening = an_evening()
    evening.slate_made(NOBODY, 0.0)
    assert evening.state == "choosing"


def test_a_different_mood_renews_the_slate_once_it_has_held() -> None:
    evening = a_choosing_evening()
    assert evening.occasion(mood("sad", since_s=100), 399) is None
    assert evening.occasion(mood("sad", since_s=100), 400) == "mood"
    evening.slate_made(mood("sad", since_s=100), 400)
    assert evening.occasion(mood("sad", since_s=100), 500) is None


def test_an_uncertain_mood_renews_nothing() -> None:
    evening = a_choosing_evening()
    assert evening.occasion(mood("uncertain", since_s=1), 400) is None


def test_who_steps_out_for_a_moment_has_not_arrived_anew() -> None:
    evening = a_choosing_evening()
    assert evening.occasion(NOBODY, 100.0) is None
    assert evening.state == "choosing"
    assert evening.occasion(mood("happy", since_s=300), 300.0) is None
    assert evening.occasion(mood("happy", since_s=300), 310.0) is None


def test_a_long_absence_ends_the_choosing_and_who_comes_back_has_arrived() -> None:
    evening = a_choosing_evening()
    assert evening.occasion(NOBODY, 700.0) is None
    assert evening.state == "waiting"
    evening.occasion(mood("happy", since_s=800), 800.0)
    assert evening.occasion(mood("happy", since_s=800), 805.0) == "arrival"


def test_who_asks_from_elsewhere_keeps_the_slate_while_the_room_is_empty() -> None:
    evening = an_evening()
    evening.slate_made(NOBODY, 0.0)
    assert evening.occasion(NOBODY, 599.0) is None
    assert evening.state == "choosing"
    evening.occasion(NOBODY, 600.0)
    assert evening.state == "waiting"


@pytest.mark.parametrize("begin", [an_evening, a_choosing_evening, an_evening_afterwards])
def test_a_film_that_is_chosen_plays(begin: object) -> None:
    evening = begin()  # type: ignore[operator]
    evening.film_chosen(FILM, 0.0)
    assert (evening.state, evening.film) == ("playing", FILM)


def test_while_a_film_plays_nothing_leads_to_a_slate() -> None:
    evening = a_playing_evening()
    for now_s, seen in enumerate([SAD, NOBODY, SAD, HAPPY, UNSURE] * 1000):
        assert evening.occasion(seen, float(now_s)) is None
    assert evening.state == "playing"


def test_after_its_length_it_is_asked_how_the_film_was() -> None:
    evening = a_playing_evening()
    assert evening.occasion(NOBODY, OVER_S - 1) is None
    assert evening.state == "playing"
    assert evening.occasion(NOBODY, OVER_S) is None
    assert (evening.state, evening.film) == ("afterwards", FILM)


def test_a_film_of_unknown_length_is_over_after_two_hours() -> None:
    evening = an_evening()
    evening.film_chosen(Film(id="a", title="A", year=2000), 0.0)
    evening.occasion(NOBODY, 7199.0)
    assert evening.state == "playing"
    evening.occasion(NOBODY, 7200.0)
    assert evening.state == "afterwards"


def test_who_was_not_seen_in_the_dark_has_not_arrived_when_the_film_is_over() -> None:
    evening = a_playing_evening()
    for now_s in range(1, int(OVER_S) + 1, 100):
        evening.occasion(NOBODY, float(now_s))
    evening.occasion(NOBODY, OVER_S)
    assert evening.occasion(HAPPY, OVER_S + 1) is None
    assert evening.occasion(HAPPY, OVER_S + 20) is None
    assert evening.state == "afterwards"


@pytest.mark.parametrize("begin", [a_playing_evening, an_evening_afterwards])
def test_an_answer_to_the_film_ends_it(begin: object) -> None:
    evening = begin()  # type: ignore[operator]
    evening.answered("another-film", OVER_S)
    assert evening.film == FILM
    evening.answered(FILM.id, OVER_S)
    assert (evening.state, evening.film) == ("waiting", None)
    assert evening.occasion(HAPPY, OVER_S + 10) is None


def test_nobody_is_asked_for_ever() -> None:
    evening = an_evening_afterwards()
    for passed_s in range(0, int(AFTERWARDS_S), 100):
        assert evening.occasion(HAPPY, OVER_S + passed_s) is None
    assert evening.state == "afterwards"
    assert evening.occasion(HAPPY, OVER_S + AFTERWARDS_S) is None
    assert evening.state == "waiting"


def test_an_empty_room_is_not_asked() -> None:
    evening = an_evening_afterwards()
    evening.occasion(NOBODY, OVER_S + 599)
    assert evening.state == "afterwards"
    evening.occasion(NOBODY, OVER_S + 600)
    assert evening.state == "waiting"


def test_a_slate_that_is_asked_for_ends_the_asking() -> None:
    evening = an_evening_afterwards()
    evening.slate_made(HAPPY, OVER_S + 1)
    assert (evening.state, evening.film) == ("choosing", None)


def test_a_mood_that_the_film_made_does_not_count_as_settled() -> None:
    evening = a_playing_evening()
    sad = mood("sad", since_s=OVER_S - 1000)
    evening.occasion(sad, OVER_S)
    evening.slate_made(HAPPY, OVER_S)
    assert evening.occasion(sad, OVER_S + 299) is None
    assert evening.occasion(sad, OVER_S + 300) == "mood"
