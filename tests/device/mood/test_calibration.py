import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.errors import StateError
from emoflix_device.mood.calibration import MOST, Calibration
from emoflix_device.vision.expression import probabilities

SAD, NEUTRAL = EXPRESSIONS.index("sad"), EXPRESSIONS.index("neutral")
LOGITS = st.lists(st.floats(-8, 8), min_size=7, max_size=7)
EXPRESSION = st.sampled_from(EXPRESSIONS)


def shares(calibration: Calibration, logits: NDArray[np.float64]) -> NDArray[np.float32]:
    return probabilities(calibration.corrected(np.atleast_2d(logits)), 1.0)


def looking(expression: int, by: float = 2.0) -> NDArray[np.float64]:
    logits = np.zeros(7)
    logits[expression] = by
    return logits


def viewers_looks(
    shift: NDArray[np.float64], count: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Logits of a viewer whose face is read with this shift, and what each look really was."""
    generator = np.random.default_rng(seed)
    felt = generator.integers(0, 7, count)
    return generator.normal(0, 1, (count, 7)) + 2.5 * np.eye(7)[felt] + shift, felt


def hit_rate(
    calibration: Calibration, logits: NDArray[np.float64], felt: NDArray[np.intp]
) -> float:
    return float((calibration.corrected(logits).argmax(axis=1) == felt).mean())


def test_a_new_calibration_changes_nothing() -> None:
    logits = np.random.default_rng(1).normal(0, 3, (5, 7)).astype(np.float32)
    np.testing.assert_array_equal(Calibration("m").corrected(logits), logits)


def test_one_correction_helps_and_four_are_heard() -> None:
    once = Calibration("m").learn(looking(SAD), "neutral")
    before, after = shares(Calibration("m"), looking(SAD))[0], shares(once, looking(SAD))[0]
    assert after[NEUTRAL] > 1.3 * before[NEUTRAL]
    assert after.argmax() == SAD
    calibration = once
    for _ in range(3):
        calibration = calibration.learn(looking(SAD), "neutral")
    assert shares(calibration, looking(SAD)).argmax() == NEUTRAL


def test_what_is_clearly_seen_survives_the_correction_of_another_look() -> None:
    calibration = Calibration("m")
    for _ in range(5):
        calibration = calibration.learn(looking(SAD), "neutral")
    happy = EXPRESSIONS.index("happy")
    assert shares(calibration, looking(happy, 4.0)).argmax() == happy


def test_a_viewer_with_a_face_of_their_own_is_read_better_after_twenty_corrections() -> None:
    shift = 2.0 * np.eye(7)[SAD] - 1.0 * np.eye(7)[NEUTRAL]
    heard, said = viewers_looks(shift, 20, seed=1)
    calibration = Calibration("m")
    for logits, expression in zip(heard, said, strict=True):
        calibration = calibration.learn(logits, EXPRESSIONS[expression])
    new, felt = viewers_looks(shift, 2000, seed=2)
    assert hit_rate(calibration, new, felt) > hit_rate(Calibration("m"), new, felt) + 0.05


def test_a_viewer_with_an_average_face_is_read_hardly_worse() -> None:
    heard, said = viewers_looks(np.zeros(7), 20, seed=3)
    calibration = Calibration("m")
    for logits, expression in zip(heard, said, strict=True):
        calibration = calibration.learn(logits, EXPRESSIONS[expression])
    new, felt = viewers_looks(np.zeros(7), 2000, seed=4)
    assert hit_rate(calibration, new, felt) > hit_rate(Calibration("m"), new, felt) - 0.03


def test_the_newer_of_two_opinions_weighs_more() -> None:
    calibration = Calibration("m")
    for said in ["neutral"] * 8 + ["sad"] * 8:
        calibration = calibration.learn(np.zeros(7), said)
    assert calibration.shift[SAD] > calibration.shift[NEUTRAL] > 0


def test_old_corrections_are_dropped() -> None:
    calibration = Calibration("m")
    for _ in range(MOST + 5):
        calibration = calibration.learn(looking(SAD), "neutral")
    assert len(calibration.corrections) == MOST


def test_forgetting_leaves_nothing() -> None:
    calibration = Calibration("m").learn(looking(SAD), "neutral").forgotten()
    assert calibration.corrections == ()
    np.testing.assert_array_equal(calibration.corrected(looking(SAD)), looking(SAD))


def test_it_is_read_back_as_it_was_written() -> None:
    calibration = Calibration("m").learn(looking(SAD), "neutral").learn(looking(3), "surprise")
    back = Calibration.from_json(calibration.to_json(), "m")
    np.testing.assert_array_equal(back.corrected(looking(SAD)), calibration.corrected(looking(SAD)))
    assert back.corrections == calibration.corrections


def test_what_was_learned_from_another_model_is_not_used() -> None:
    calibration = Calibration("m").learn(looking(SAD), "neutral")
    assert Calibration.from_json(calibration.to_json(), "another").corrections == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"model": "m", "corrections": [{"logits": [1, 2], "expression": "sad"}]}',
        b'{"model": "m", "corrections": [{"logits": [1,2,3,4,5,6,7], "expression": "cold"}]}',
        msgspec.json.encode({"model": "m", "corrections": [], "more": 1}),
    ],
)
def test_damaged_json_is_refused(data: bytes) -> None:
    with pytest.raises(StateError, match="a viewer's calibration is damaged"):
        Calibration.from_json(data, "m")


@pytest.mark.parametrize(
    ("logits", "expression"),
    [(np.zeros(6), "sad"), (np.full(7, np.nan), "sad"), (np.zeros(7), "uncertain")],
)
def test_a_correction_that_makes_no_sense_is_refused(
    logits: NDArray[np.float64], expression: str
) -> None:
    with pytest.raises(ValueError, match=r"logits|none of"):
        Calibration("m").learn(logits, expression)


@given(LOGITS, EXPRESSION)
def test_what_the_viewer_said_is_never_less_likely_than_before(
    logits: list[float], expression: str
) -> None:
    row, said = np.array(logits), EXPRESSIONS.index(expression)
    before = shares(Calibration("m"), row)[0, said]
    after = shares(Calibration("m").learn(row, expression), row)[0, said]
    assert after >= before - 1e-6


@given(st.lists(st.tuples(LOGITS, EXPRESSION), max_size=5))
def test_no_sequence_of_corrections_leads_far_away(
    heard: list[tuple[list[float], str]],
) -> None:
    calibration = Calibration("m")
    for logits, expression in heard:
        calibration = calibration.learn(logits, expression)
    assert np.isfinite(calibration.scale).all()
    assert (np.abs(calibration.scale - 1) < 3).all()
    assert calibration.shift.sum() == pytest.approx(0, abs=1e-6)
    assert (np.abs(calibration.shift) < 6).all()
