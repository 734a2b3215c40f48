"""What another order of the films that were shown would have earned, from a log with its chances.

The question asked of each slate is: of these films, which comes first? A slate is drawn place by
place by softmax, without putting back, so the chances of its places tell each film's share of the
pool: s_1 = p_1, s_2 = p_2 (1 - s_1), and so on (Plackett-Luce; Luce, "Individual choice behavior",
1959). That is exact but for what a film costs the next ones in diversity and calibration. From the
shares follow the chance pi_0 of each film to be the first, given which films they are, and the
chance pi of the same under a target whose scores differ by d: s' ~ s exp(d / TEMPERATURE).

With w = pi(first) / pi_0(first) and r what the first film was worth:

    SNIPS = sum w r / sum w
    DR    = mean of [ sum_a pi(a) q(a) + w (r - q(first)) ]

Swaminathan and Joachims, "The self-normalized estimator for counterfactual learning", 2015;
Dudik, Langford and Li, "Doubly robust policy evaluation and learning", 2011. q is ridge regression
from the parts to r, fitted on the slates of the other half. (sum w)^2 / sum w^2 is the effective
sample size (Kish, "Survey sampling", 1965): with less than a few dozen, believe nothing, nor where
the mean of w is far from 1.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import permutations
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.evaluate.intervals import Estimate, mean_over
from emoflix_catalog.evaluate.slate_log import Decision
from emoflix_catalog.importers.contract import SourceError
from emoflix_catalog.recommend.choosing import RELEVANCE, TEMPERATURE

MOST_FILMS: Final = 6
"""Orders are gone through one by one; films in later places are left aside."""
LEAST_SLATES: Final = 2
"""The reward model is fitted on one half and asked of the other."""
RIDGE: Final = 1.0
_LEAST_LEFT: Final = 1e-9

Array = NDArray[np.float64]
Target = Callable[[Decision], Array]
"""From a slate to how much more each of its films would score, float64[films]."""


class Policy(msgspec.Struct, frozen=True):
    """What one way to order slates is worth, as the reward of the first film, -1 to 1."""

    name: str
    snips: Estimate
    doubly_robust: Estimate
    effective: float
    """How many slates of its own it is worth."""
    mean_weight: float
    """Near 1 where the log shows what this one would put first. Far below, it hardly ever does:
    the estimates are of the few slates where it happens to."""


class OffPolicy(msgspec.Struct, frozen=True):
    """All of them."""

    slates: int
    answered: int
    """Slates whose first film was answered; the rest count 0."""
    policies: list[Policy]


def evaluate_log(decisions: Sequence[Decision]) -> OffPolicy:
    """The order as it was shown, a random one, and one without each scorer.

    A scorer is taken away at its own weight: what was learnt of it is not in the log.

    Raises:
        SourceError: There are fewer than two slates.
    """
    if len(decisions) < LEAST_SLATES:
        raise SourceError(
            f"the log has {len(decisions)} slates of two films or more: there is nothing to"
            " measure yet"
        )
    scorers = sorted({name for decision in decisions for parts in decision.parts for name in parts})
    targets: dict[str, Target | None] = {
        "as shown": lambda decision: np.zeros(len(_shown(decision))),
        "in random order": None,
        **{f"without {name}": _without(name) for name in scorers if name != "lift"},
    }
    return OffPolicy(
        len(decisions),
        sum(decision.answered for decision in decisions),
        [policy(name, decisions, target, scorers) for name, target in targets.items()],
    )


def policy(
    name: str, decisions: Sequence[Decision], target: Target | None, scorers: Sequence[str]
) -> Policy:
    """One target policy.

    Args:
        name: Of it.
        decisions: The log, two or more.
        target: See Target; None draws all films of a slate alike.
        scorers: The parts that the reward model looks at.
    """
    weights, direct, residual = np.empty((3, len(decisions)))
    models = _models(decisions, scorers)
    for place, decision in enumerate(decisions):
        shares = shares_of(decision.chances[:MOST_FILMS])
        logged = first_chances(shares)
        wanted = _target_chances(decision, shares, target)
        guessed = _features(decision, scorers) @ models[place % 2]
        weights[place] = wanted[0] / logged[0]
        direct[place] = wanted @ guessed
        residual[place] = decision.reward - guessed[0]
    rewards = np.array([decision.reward for decision in decisions])
    square = float(weights @ weights)
    return Policy(
        name,
        mean_over(rewards, weights),
        mean_over(direct + weights * residual),
        float(weights.sum()) ** 2 / square if square else 0.0,
        float(weights.mean()),
    )


def shares_of(chances: Sequence[float]) -> Array:
    """Each film's share of the pool, from the chance of its place given the places before."""
    left, shares = 1.0, []
    for chance in chances:
        shares.append(chance * left)
        left = max(_LEAST_LEFT, left - shares[-1])
    return np.array(shares)


def first_chances(shares: Array) -> Array:
    """The chance of each film to be the first, given that these films are the slate.

    The sum over all orders of prod_k s_k / (1 - s_1 - ... - s_(k-1)), by who is first.
    """
    orders = _orders(len(shares))
    drawn = shares[orders]
    left = 1 - np.cumsum(drawn, axis=1) + drawn
    likely = (drawn / left.clip(_LEAST_LEFT)).prod(axis=1)
    first = np.bincount(orders[:, 0], likely, minlength=len(shares))
    chances: Array = first / first.sum()
    return chances


@cache
def _orders(films: int) -> NDArray[np.int64]:
    """int64[orders, films]."""
    return np.array(list(permutations(range(films))), np.int64)


def _target_chances(decision: Decision, shares: Array, target: Target | None) -> Array:
    if target is None:
        return np.full(len(shares), 1 / len(shares))
    differs = target(decision) * (RELEVANCE / TEMPERATURE)
    if not differs.any():
        return first_chances(shares)
    tilted = np.log(shares) + differs
    tilted = np.exp(tilted - tilted.max())
    chances: Array = tilted / tilted.sum()
    return chances


def _without(scorer: str) -> Target:
    return lambda decision: -np.array([parts.get(scorer, 0.0) for parts in _shown(decision)])


def _shown(decision: Decision) -> tuple[dict[str, float], ...]:
    return decision.parts[:MOST_FILMS]


def _features(decision: Decision, scorers: Sequence[str]) -> Array:
    """1 and each part of each film, float64[films, 1 + scorers]."""
    return np.array(
        [[1.0, *(parts.get(name, 0.0) for name in scorers)] for parts in _shown(decision)]
    )


def _models(decisions: Sequence[Decision], scorers: Sequence[str]) -> tuple[Array, Array]:
    """For the slates in even and in odd places, a reward model fitted to the others."""
    rows = np.array([_features(decision, scorers)[0] for decision in decisions])
    rewards = np.array([decision.reward for decision in decisions])
    penalty = RIDGE * np.eye(rows.shape[1])
    penalty[0, 0] = 1e-6

    def fitted(start: int) -> Array:
        seen, got = rows[start::2], rewards[start::2]
        return np.linalg.solve(seen.T @ seen + penalty, seen.T @ got)

    return fitted(1), fitted(0)
