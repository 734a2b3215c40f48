import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_catalog.evaluate import metrics
from emoflix_catalog.evaluate.intervals import mean_over

PLACES = 20
hit_lists = st.lists(st.booleans(), min_size=PLACES, max_size=PLACES)
depths = st.sampled_from([1, 5, 10, 20])


@given(row=hit_lists, k=depths, more=st.integers(0, 50))
def test_accuracy_lies_between_0_and_1(row: list[bool], k: int, more: int) -> None:
    hits, wanted = np.array([row]), np.array([max(1, sum(row) + more)])
    for name, metric in metrics.ACCURACY.items():
        assert 0 <= metric(hits, wanted, k)[0] <= 1 + 1e-12, name


@given(wanted=st.integers(1, 60), k=depths)
def test_a_perfect_list_has_full_ndcg_and_map_and_an_empty_one_none(wanted: int, k: int) -> None:
    perfect = np.array([[place < wanted for place in range(PLACES)]])
    of = np.array([wanted])
    assert metrics.ndcg(perfect, of, k)[0] == pytest.approx(1)
    assert metrics.average_precision(perfect, of, k)[0] == pytest.approx(1)
    for metric in metrics.ACCURACY.values():
        assert metric(np.zeros((1, PLACES), bool), of, k)[0] == 0


@given(row=hit_lists, place=st.integers(0, PLACES - 2), k=depths)
def test_a_hit_further_up_is_never_worth_less(row: list[bool], place: int, k: int) -> None:
    better = [*row]
    better[place], better[place + 1] = max(row[place : place + 2]), min(row[place : place + 2])
    of = np.array([max(1, sum(row))])
    for name, metric in metrics.ACCURACY.items():
        low, high = metric(np.array([row]), of, k)[0], metric(np.array([better]), of, k)[0]
        assert high >= low - 1e-12, name


def test_accuracy_by_hand() -> None:
    hits = np.zeros((1, PLACES), bool)
    hits[0, [0, 2]] = True
    wanted = np.array([4])
    assert metrics.precision(hits, wanted, 5)[0] == pytest.approx(2 / 5)
    assert metrics.recall(hits, wanted, 5)[0] == pytest.approx(2 / 4)
    best = 1 + 1 / np.log2(3) + 1 / 2 + 1 / np.log2(5)
    assert metrics.ndcg(hits, wanted, 5)[0] == pytest.approx((1 + 1 / 2) / best)
    assert metrics.average_precision(hits, wanted, 5)[0] == pytest.approx((1 + 2 / 3) / 4)


def test_what_nobody_likes_is_most_novel() -> None:
    found = metrics.novelty(np.array([0, 7]), 7, np.array([[0, 0], [1, 1], [0, 1]]))
    assert found.tolist() == [3, 0, 1.5]


def test_diversity_is_0_of_twins_and_1_of_strangers() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    found = metrics.diversity(vectors, np.array([[0, 1], [0, 2]]))
    assert found.tolist() == pytest.approx([0, 1])
    assert metrics.diversity(vectors, np.array([[0]])).tolist() == [0]


shares = st.lists(st.floats(0.01, 1), min_size=4, max_size=4).map(
    lambda row: np.array([row]) / sum(row)
)


@given(history=shares, other=shares)
def test_miscalibration_is_never_below_0_and_0_for_the_history_itself(
    history: np.ndarray,  # type: ignore[type-arg]
    other: np.ndarray,  # type: ignore[type-arg]
) -> None:
    assert metrics.miscalibration(history, history)[0] == pytest.approx(0, abs=1e-12)
    assert metrics.miscalibration(history, other)[0] >= -1e-12


def test_only_hits_that_popularity_would_not_have_shown_are_serendipitous() -> None:
    hits, expected = np.array([[True, True, False]]), np.array([[True, False, False]])
    assert metrics.serendipity(hits, expected, 3)[0] == pytest.approx(1 / 3)


def test_coverage_counts_each_film_once() -> None:
    assert metrics.coverage(np.array([[1, 2], [2, 3]]), 12) == 0.25


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30))
def test_an_interval_holds_its_mean_and_stays_within_the_values(values: list[float]) -> None:
    found = mean_over(np.array(values))
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found.mean == pytest.approx(np.mean(values))


def test_an_interval_narrows_with_the_root_of_the_viewers() -> None:
    random = np.random.default_rng(0)
    few, many = (mean_over(random.standard_normal(n)) for n in (100, 1600))
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(4, rel=0.25)
    assert many.high - many.low == pytest.approx(2 * 1.96 / 40, rel=0.15)


def test_weights_make_the_mean_a_ratio() -> None:
    assert mean_over(np.array([1.0, 0.0]), np.array([3.0, 1.0])).mean == 0.75
