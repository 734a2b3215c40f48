"""The estimates against a simulated log whose truth is known."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from emoflix_catalog.commands.evaluate import evaluate
from emoflix_catalog.evaluate.off_policy import (
    evaluate_log,
    first_chances,
    policy,
    shares_of,
)
from emoflix_catalog.evaluate.slate_log import Decision, read_log
from emoflix_catalog.importers.contract import SourceError
from emoflix_catalog.recommend.choosing import RELEVANCE, TEMPERATURE

SLATES = 2000
SIZE = 3
POOL = 6
SHARP = RELEVANCE / TEMPERATURE


def simulate(slates: int, seed: int) -> tuple[list[Decision], float]:
    """Slates drawn as the recommender draws them, and the truth without the scorer `quality`.

    What a film is worth hangs on `content`, and a little against `quality`.
    """
    random = np.random.default_rng(seed)
    decisions, truth = [], []
    for _ in range(slates):
        content, quality = random.random((2, POOL)) * 2 / SHARP
        worth = 0.8 * content * SHARP / 2 - 0.4 * quality * SHARP / 2
        share = np.exp(SHARP * (content + quality))
        share /= share.sum()
        chosen: list[int] = []
        chances = []
        for _ in range(SIZE):
            left = np.where(np.isin(np.arange(POOL), chosen), 0, share)
            left /= left.sum()
            chosen.append(int(random.choice(POOL, p=left)))
            chances.append(float(left[chosen[-1]]))
        reward = worth[chosen[0]] + 0.3 * random.standard_normal()
        parts = tuple({"content": content[film], "quality": quality[film]} for film in chosen)
        decisions.append(Decision(tuple(chances), parts, float(reward), answered=True))
        without = share[chosen] * np.exp(-SHARP * quality[chosen])
        truth.append(float(without @ worth[chosen] / without.sum()))
    return decisions, float(np.mean(truth))


def test_the_truth_lies_in_the_intervals_and_the_plain_mean_is_off() -> None:
    decisions, truth = simulate(SLATES, seed=1)
    found = {policy.name: policy for policy in evaluate_log(decisions).policies}
    without = found["without quality"]
    assert without.snips.low <= truth <= without.snips.high
    assert without.doubly_robust.low <= truth <= without.doubly_robust.high
    assert found["as shown"].snips.high < truth
    assert SLATES / 10 < without.effective < SLATES
    assert without.mean_weight == pytest.approx(1, abs=0.15)


def test_the_doubly_robust_interval_is_the_narrower_where_the_model_is_right() -> None:
    decisions, _ = simulate(SLATES, seed=2)
    found = {policy.name: policy for policy in evaluate_log(decisions).policies}["in random order"]
    robust, plain = found.doubly_robust, found.snips
    assert robust.high - robust.low < plain.high - plain.low


def test_as_shown_is_the_mean_reward_and_worth_all_slates() -> None:
    decisions, _ = simulate(50, seed=3)
    found = evaluate_log(decisions).policies[0]
    mean = float(np.mean([decision.reward for decision in decisions]))
    assert found.snips.mean == pytest.approx(mean)
    assert found.effective == pytest.approx(50)


def test_a_target_that_the_log_never_shows_has_a_mean_weight_near_0() -> None:
    decisions, _ = simulate(200, seed=4)

    def last(decision: Decision) -> NDArray[np.float64]:
        return np.arange(len(decision.parts)) * 1.0

    assert policy("last first", decisions, last, ["content"]).mean_weight < 0.01


worths = st.lists(st.floats(-2, 2), min_size=3, max_size=6)


@given(worths)
def test_the_shares_come_back_from_the_chances_of_the_places(worth: list[float]) -> None:
    share = np.exp(worth) / np.exp(worth).sum() * 0.9  # others of the pool have the rest
    left = 1 - np.concatenate([[0], np.cumsum(share)[:-1]])
    np.testing.assert_allclose(shares_of((share / left).tolist()), share, rtol=1e-6)


@given(worths)
def test_the_chances_to_be_first_sum_to_1_and_follow_the_shares(worth: list[float]) -> None:
    share = np.exp(worth) / np.exp(worth).sum() * 0.9
    first = first_chances(share)
    assert first.sum() == pytest.approx(1)
    assert (np.diff(first[np.argsort(share)]) >= -1e-12).all()


def test_of_two_films_the_chances_are_by_hand() -> None:
    """P(a, b) = .5 * .25 / .5 and P(b, a) = .25 * .5 / .75, of the two orders."""
    first = first_chances(np.array([0.5, 0.25]))
    assert first[0] == pytest.approx(0.25 / (0.25 + 1 / 6))


EXPORT = {
    "version": 1,
    "profile": "anna",
    "slates": [
        {
            "slate": f"s{number}",
            "at": "2026-03-07T20:15:00+01:00",
            "policy": "linear-thompson-1/3",
            "offers": [
                {"film": "a-2000", "propensity": 0.4, "parts": {"content": 0.5}},
                {"film": "b-2000", "propensity": 0.3},
            ],
        }
        for number in range(3)
    ],
    "feedback": [
        {"film": "a-2000", "kind": "rating", "rating": 10, "slate": "s0"},
        {"film": "a-2000", "kind": "stopped_early", "because": "evening", "slate": "s1"},
        {"film": "b-2000", "kind": "like", "slate": "s2"},
        {"film": "a-2000", "kind": "like"},
    ],
}


def write(path: Path, export: object) -> Path:
    path.write_bytes(msgspec.json.encode(export))
    return path


def test_an_exported_profile_is_read_with_what_was_said_of_the_first_films(tmp_path: Path) -> None:
    log = read_log(write(tmp_path / "anna.json", EXPORT))
    assert [(one.reward, one.answered) for one in log] == [(1, True), (0, False), (0, False)]
    assert log[0].chances == (0.4, 0.3)
    assert log[0].parts == ({"content": 0.5}, {})


def test_the_command_tells_of_each_order_and_what_it_is_worth(tmp_path: Path) -> None:
    log = write(tmp_path / "anna.json", EXPORT)
    told = CliRunner().invoke(evaluate, ["--log", str(log)], catch_exceptions=False).output
    assert "3 slates, the first film of 1 was answered" in told
    for name in ("as shown", "in random order", "without content", "mean weight"):
        assert name in told
    as_json = CliRunner().invoke(evaluate, ["--log", str(log), "--json"], catch_exceptions=False)
    found = msgspec.json.decode(as_json.output)
    assert found["policies"][0]["snips"]["mean"] == pytest.approx(1 / 3)


def test_bad_logs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is no exported profile"):
        read_log(write(tmp_path / "x.json", {"slates": 3}))
    (broken := tmp_path / "y.json").write_text("{", encoding="utf-8")
    with pytest.raises(SourceError, match="is no exported profile"):
        read_log(broken)
    offer = {"film": "a-2000", "propensity": 0}
    bad = {"slates": [{"slate": "s", "offers": [offer, offer]}], "feedback": []}
    with pytest.raises(SourceError, match="slate s: the chance 0 of a-2000 is not above 0"):
        read_log(write(tmp_path / "z.json", bad))
    with pytest.raises(SourceError, match="there is nothing to measure yet"):
        evaluate_log([])
