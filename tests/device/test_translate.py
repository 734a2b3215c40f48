import datetime as dt

import msgspec
import numpy as np

from emoflix_catalog.film import Film
from emoflix_catalog.recommend import Reason, Recommendation, Slate
from emoflix_device.clock import Clock
from emoflix_device.mood import Mood
from emoflix_device.translate import (
    mood_message,
    mood_reading,
    recommended_event,
    slate_message,
)
from emoflix_device.vision.scene import Scene

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
SAD = Mood(
    announced="sad",
    confidence=0.7,
    probabilities=np.array([0.05, 0.05, 0.05, 0.05, 0.7, 0.05, 0.05]),
    since_s=90.0,
    people=2,
)
NOBODY = Mood(
    announced="nobody", confidence=0.0, probabilities=np.full(7, 1 / 7), since_s=0.0, people=0
)
SLATE = Slate(
    id="s1",
    made=NOON,
    films=(
        Recommendation(
            film=Film(
                id="drishyam-2013",
                title="Drishyam",
                original_title="ദൃശ്യം",
                year=2013,
                languages=("ml",),
                directors=("Jeethu Joseph",),
                cast=("Mohanlal", "Meena", "Asha Sharath"),
            ),
            score=0.5,
            parts={"people": 0.5},
            reasons=(
                Reason("For a room that looks sad", reveals_mood=True),
                Reason("With Mohanlal, one of your favourites"),
            ),
        ),
    ),
)


def test_a_mood_is_told_with_the_wall_time_of_its_beginning() -> None:
    clock = Clock(steady_s=lambda: 100.0, wall=lambda: NOON)
    message = mood_message(SAD, Scene("dim", 0.01234), clock)
    assert message.since == NOON - dt.timedelta(seconds=10)
    assert (message.mood, message.people, message.light) == ("sad", 2, "dim")
    assert message.probabilities.sad == 0.7
    assert message.motion == 0.012
    assert message.valence < 0


def test_the_slate_tells_nothing_of_the_mood() -> None:
    message = slate_message(SLATE)
    assert message.films[0].reasons == ("With Mohanlal, one of your favourites",)
    assert b"sad" not in msgspec.json.encode(message)


def test_the_event_tells_what_the_slate_owes_to_the_mood() -> None:
    event = recommended_event(SLATE, SAD)
    assert event.mood_reasons == {"drishyam-2013": ("For a room that looks sad",)}


def test_a_film_links_to_a_page_about_it() -> None:
    (link,) = slate_message(SLATE).films[0].links
    assert link.url == "https://en.wikipedia.org/w/index.php?search=Drishyam+2013+film"


def test_an_empty_room_gives_the_recommender_no_mood() -> None:
    assert mood_reading(NOBODY) is None
    reading = mood_reading(SAD)
    assert reading is not None
    assert (reading.label, reading.confidence) == ("sad", 0.7)
