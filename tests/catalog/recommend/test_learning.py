import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_catalog.errors import InvalidPolicyError
from emoflix_catalog.recommend import Policy, Weights, reward
from emoflix_catalog.recommend.learning import FORGETTING, MOST, TERMS

NAMES = TERMS[1:-1]
evidences = st.dictionaries(st.sampled_from([*TERMS, "look", "no term's"]), st.floats(-2, 2))
answers = st.lists(st.tuples(evidences, st.floats(-1, 1)), max_size=30)


def told(policy: Policy, *answers: tuple[dict[str, float], float]) -> Policy:
    for evidence, worth in answers:
        policy = policy.learnt(evidence, worth)
    return policy


def test_nothing_learnt_leaves_the_scorers_as_they_are() -> None:
    weights = Policy.prior().weights()
    assert weights.factors == pytest.approx(dict.fromkeys(NAMES, 1.0))
    assert weights.lift(0.3) == pytest.approx(0.3)
    assert Policy.from_kept({}).weights() == weights


def test_what_pleases_counts_more_and_what_does_not_counts_less() -> None:
    policy = Policy.prior()
    for _ in range(10):
        policy = told(policy, ({"people": 0.3}, 1.0), ({"content": 0.8}, -1.0), ({}, 0.0))
    weights = policy.weights()
    assert weights.factor("people") > 1 > weights.factor("content")
    assert policy.expected({"people": 0.3}) > policy.expected({"content": 0.8})


def test_liking_films_further_along_raises_the_lift() -> None:
    more, less = Policy.prior(), Policy.prior()
    for _ in range(10):
        more = told(more, ({"affect": 0.5, "lift": 0.8}, 1.0), ({"affect": 0.5, "lift": -0.8}, -1))
        less = told(less, ({"affect": 0.5, "lift": 0.8}, -1.0), ({"affect": 0.5, "lift": -0.8}, 1))
    assert more.weights().lift(0.5) > 0.6
    assert less.weights().lift(0.5) < 0.4


def test_a_lift_stays_between_match_and_lift() -> None:
    assert Weights(lift_shift=7).lift(0.5) == 1
    assert Weights(lift_shift=-7).lift(0.5) == 0


def test_a_taste_that_changes_is_followed() -> None:
    films = [({"people": 0.3}, 1.0), ({"content": 0.8}, -1.0)]
    policy = told(Policy.prior(), *films * 40)
    policy = told(policy, *[(evidence, -worth) for evidence, worth in films] * 40)
    assert policy.weights().factor("content") > policy.weights().factor("people")


def test_old_answers_fade() -> None:
    """A view is as unsure as ever once enough other answers came after."""
    once = told(Policy.prior(), ({"people": 2.0}, 1.0))
    later = told(once, *[({}, 0.0)] * 400)
    assert once.spread()["people"] < 0.45
    assert later.spread()["people"] == pytest.approx(Policy.prior().spread()["people"], abs=0.01)
    assert FORGETTING**400 < 0.001


def test_draws_vary_less_as_more_is_known() -> None:
    random = np.random.default_rng(0)
    known = told(Policy.prior(), *[({name: 1.0}, 0.5) for name in NAMES] * 30)
    spreads = []
    for policy in (Policy.prior(), known):
        drawn = [policy.sampled(random).factor("people") for _ in range(400)]
        spreads.append(np.std(drawn))
        assert np.mean(drawn) == pytest.approx(policy.weights().factor("people"), abs=0.1)
        assert all(0 <= factor <= MOST for factor in drawn)
    assert spreads[1] < spreads[0]


def test_a_new_member_starts_where_the_household_is() -> None:
    other = told(Policy.prior(), *[({"people": 0.5}, 1.0), ({"content": 0.8}, -1.0)] * 20)
    new = Policy.prior().among([other])
    assert new.weights().factor("people") > 1 > new.weights().factor("content")
    assert new.kept() == Policy.prior().kept()
    own = told(new, *[({"people": 0.5}, -1.0), ({"content": 0.8}, 1.0)] * 20)
    assert own.weights().factor("content") > own.weights().factor("people")


@given(answers=answers, seed=st.integers(0, 2**32))
def test_a_policy_survives_json_and_draws_the_same(
    answers: list[tuple[dict[str, float], float]], seed: int
) -> None:
    policy = told(Policy.prior(), *answers)
    again = Policy.from_kept(json.loads(json.dumps(policy.kept())))
    assert again.kept() == policy.kept()
    assert again.version == policy.version == f"linear-thompson-1/{len(answers)}"
    draws = [one.sampled(np.random.default_rng(seed)) for one in (policy, again)]
    assert draws[0] == draws[1]


def test_a_scorer_that_came_since_is_not_known_yet() -> None:
    kept = told(Policy.prior(), *[({"people": 0.5}, 1.0)] * 20).kept()
    gone = TERMS.index("quality")
    old = {
        **kept,
        "terms": [term for term in TERMS if term != "quality"] + ["one that went"],
        "precision": np.pad(
            np.delete(np.delete(kept["precision"], gone, 0), gone, 1), (0, 1)
        ).tolist(),
        "information": [*np.delete(kept["information"], gone).tolist(), 0.0],
    }
    assert Policy.from_kept(old).weights() == Policy.from_kept(kept).weights()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"form": 2}, "of form 2"),
        ({"answers": "many"}, "damaged"),
        ({"precision": [[1.0]]}, "damaged"),
        ({"information": [float("nan")] * len(TERMS)}, "damaged"),
        ({"precision": (-9 * np.eye(len(TERMS))).tolist()}, "damaged"),
        ({"else": 1}, "damaged"),
    ],
)
def test_a_policy_that_cannot_be_used_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidPolicyError, match=said):
        Policy.from_kept({**Policy.prior().kept(), **change})


def test_an_answer_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidPolicyError, match="no numbers"):
        Policy.prior().learnt({"people": float("nan")}, 1.0)


def test_what_answers_are_worth() -> None:
    assert reward("like") == 1
    assert reward("dislike") == -1
    assert reward("watched", rating=10) == 1
    assert reward("rating", rating=0) == -1
    assert reward("rating", rating=5.5) == 0
    assert reward("review", sentiment=-0.4) == -0.4
    assert reward("review") is None, "a review that was not understood teaches nothing"
    assert reward("review", rating=10, sentiment=-0.4) == 1


def test_a_film_stopped_early_counts_against_it_only_when_it_was_the_film() -> None:
    assert reward("stopped_early", because="evening") is None
    assert reward("stopped_early") is None
    against = reward("stopped_early", because="film")
    assert against is not None
    assert against < 0
