import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_training import metrics


def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I.
    assert metrics.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert metrics.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


@given(st.integers(1, 5000), st.data())
def test_an_interval_holds_its_own_proportion(count: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, count))
    low, high = metrics.wilson(hits, count)
    assert 0 <= low <= hits / count + 1e-12
    assert hits / count - 1e-12 <= high <= 1


def test_of_no_answers_nothing_is_claimed() -> None:
    nothing = metrics.score(np.zeros(0, bool))
    assert math.isnan(nothing.accuracy)
    assert (nothing.count, nothing.interval) == (0, (0.0, 1.0))


def test_the_confusion_has_truth_in_rows_and_answers_in_columns() -> None:
    matrix = metrics.confusion(np.array([3, 3, 4], np.uint8), np.array([3, 6, 4]))
    assert matrix[3, 3] == matrix[3, 6] == matrix[4, 4] == 1
    assert matrix.sum() == 3
    happy = metrics.per_label(matrix)[3]
    assert (happy.count, happy.precision, happy.recall) == (2, 1.0, 0.5)
    assert happy.f1 == pytest.approx(2 / 3)


def test_the_fitted_temperature_undoes_a_scale() -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 2, (20_000, 7)).astype(np.float32)
    p = np.exp(metrics.log_softmax(logits))
    labels = np.array([generator.choice(7, p=row) for row in p], np.uint8)
    assert metrics.fit_temperature(3 * logits, labels) == pytest.approx(3, rel=0.05)
    assert metrics.calibration_error(3 * logits, labels) > 0.1
    assert metrics.calibration_error(3 * logits, labels, temperature=3) < 0.02


def test_the_prior_is_what_is_expected_on_average() -> None:
    logits = np.log(np.array([[6.0, 1, 1, 1, 1, 1, 1], [2.0, 5, 1, 1, 1, 1, 1]], np.float32))
    expected = np.array([8, 6, 2, 2, 2, 2, 2]) / 24
    assert metrics.prior_of(logits, 1.0) == pytest.approx(expected.tolist(), rel=1e-5)


def test_answers_that_are_always_sure_and_half_right_are_half_off() -> None:
    logits = np.zeros((4, 7), np.float32)
    logits[:, 0] = 50
    labels = np.array([0, 0, 1, 2], np.uint8)
    assert metrics.calibration_error(logits, labels) == pytest.approx(0.5)


def test_equal_logits_cost_the_logarithm_of_seven() -> None:
    labels = np.array([0, 6], np.uint8)
    logits = np.full((2, 7), 3, np.float32)
    assert metrics.negative_log_likelihood(logits, labels) == pytest.approx(math.log(7))


def test_mcnemars_test_is_the_sign_test_of_the_discordant() -> None:
    right = np.array([True] * 8 + [False] * 2)
    other = np.array([False] * 8 + [True] * 2)
    test = metrics.mcnemar(right, other)
    assert (test.first_only, test.second_only) == (8, 2)
    # Twice the chance of 2 heads or fewer in 10 throws: 2 * 56 / 1024.
    assert test.p_value == pytest.approx(112 / 1024)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=400))
def test_mcnemars_test_knows_no_first_and_second(pairs: list[tuple[bool, bool]]) -> None:
    first, second = (np.array(side) for side in zip(*pairs, strict=True))
    one, other = metrics.mcnemar(first, second), metrics.mcnemar(second, first)
    assert 0 < one.p_value <= 1
    assert one.p_value == pytest.approx(other.p_value)
    assert one.first_only == other.second_only


def test_the_surest_answers_are_taken_first() -> None:
    logits = np.zeros((4, 7), np.float32)
    logits[range(4), [0, 1, 2, 3]] = [9, 1, 5, 3]
    labels = np.array([0, 0, 2, 0], np.uint8)
    coverage, risk = metrics.risk_coverage(logits, labels)
    np.testing.assert_allclose(coverage, [0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(risk, [0, 0, 1 / 3, 2 / 4])
