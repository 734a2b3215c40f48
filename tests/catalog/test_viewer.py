import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_catalog.recommend import MoodReading, Viewer, mood_of
from emoflix_catalog.vocabulary import EXPRESSIONS


def test_a_viewer_is_read_from_json() -> None:
    viewer = msgspec.json.decode(
        b'{"languages": ["ml", "ta"], "lift": 0.7, "seen": ["drishyam-2013"]}', type=Viewer
    )
    assert viewer.languages == ("ml", "ta")
    assert viewer.seen == {"drishyam-2013"}


def test_a_lift_outside_0_to_1_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="lift"):
        msgspec.json.decode(b'{"lift": 1.5}', type=Viewer)


@given(label=st.sampled_from(EXPRESSIONS), confidence=st.floats(0, 1))
def test_a_mood_that_is_told_sums_to_one_and_survives_json(label: str, confidence: float) -> None:
    mood = mood_of(label, confidence)
    assert sum(mood.probabilities) == pytest.approx(1)
    assert max(mood.probabilities) == mood.probabilities[EXPRESSIONS.index(label)]
    assert msgspec.json.decode(msgspec.json.encode(mood), type=MoodReading) == mood
