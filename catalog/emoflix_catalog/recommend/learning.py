"""Learning from answers how much each view of a film counts for a viewer, and how far to lift.

The reward of an answer (`rewards.reward`) is taken to be linear in what the scorers said of the
film, and bilinear in the lift:

    reward = base + sum_s w_s x_s + w_affect x_lift shift + noise

s over the scorers of taste (`Scorer.is_taste`): what somebody asks for tonight is followed, not
learnt. x_s is the scorer's own weight times its score, w_s the factor (1 at first), x_lift
how fast the film's affect part rises with the lift, and shift what is learnt to be added to the
lift that the viewer asked for. x is what `Recommendation.evidence` holds. The answers are taken in
one by one as a Gaussian posterior over all w, with the bilinear term linearised at its mean
(Bayesian linear regression; extended Kalman filter). Slates are made from a draw of that posterior
(Thompson sampling: Agrawal and Goyal, "Thompson sampling for contextual bandits with linear
payoffs", 2013), so that what is not known yet is tried, and less as it is known. Older answers fade
by FORGETTING with each new one: tastes change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.errors import InvalidPolicyError
from emoflix_catalog.recommend.scorers import SCORERS
from emoflix_catalog.recommend.weights import Weights

FORM: Final = 1
"""Of what `Policy.kept` gives: counted up when its meaning changes."""
BASE: Final = "base"
LIFT: Final = "lift"
AFFECT: Final = "affect"
_FACTORS: Final = tuple(scorer.name for scorer in SCORERS if scorer.is_taste)
TERMS: Final = (BASE, *_FACTORS, LIFT)
"""What is learnt: the usual reward, a factor for each scorer of taste, and the shift of the
lift."""
NOISE: Final = 1.0
"""The standard deviation of an answer from -1 to 1 to the same film on another evening."""
FORGETTING: Final = 0.98
"""What an answer counts once another has come: half after 34."""
SHARE: Final = 0.3
"""What an answer of another member of the household counts against the viewer's own."""
MOST: Final = 3.0
"""No view is trusted with more than so many times its own weight."""
_BASE_PRIOR: Final = (0.0, 1.0)
_FACTOR_PRIOR: Final = (1.0, 0.5)
_LIFT_PRIOR: Final = (0.0, 0.25)
"""Mean and standard deviation before the first answer."""

Array = NDArray[np.float64]


class _Kept(msgspec.Struct, forbid_unknown_fields=True):
    """A policy as JSON holds it."""

    form: int
    answers: int
    terms: list[str]
    precision: list[list[float]]
    information: list[float]


class Belief(NamedTuple):
    """A Gaussian over `TERMS`, or what answers add to one: both forms add up."""

    precision: Array
    """float64[terms, terms]: the inverse of the covariance."""
    information: Array
    """float64[terms]: precision @ mean."""

    def plus(self, other: "Belief", share: float = 1.0) -> "Belief":
        return Belief(
            self.precision + share * other.precision, self.information + share * other.information
        )

    def mean(self) -> Array:
        return np.linalg.solve(self.precision, self.information)


@dataclass(frozen=True, eq=False)
class Policy:
    """What is believed of one viewer. Never changed: an answer makes another policy."""

    answers: int
    """How many were learnt from."""
    own: Belief
    """What the viewer's answers add to what was believed before."""
    before: Belief
    """What is believed without them."""

    @classmethod
    def prior(cls) -> Self:
        """What is believed of a viewer who never answered."""
        return cls(0, _nothing(), _first_belief())

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> Self:
        """The policy that `kept()` gave; {} is one that never learnt.

        A scorer that came or went since then does no harm: the rest holds.

        Raises:
            InvalidPolicyError: It is of a newer form, or damaged.
        """
        if not kept:
            return cls.prior()
        forget = "update Emoflix, or forget what was learnt of this profile"
        if isinstance(form := kept.get("form"), int) and form > FORM:
            raise InvalidPolicyError(f"policy: of form {form}, this program knows {FORM}: {forget}")
        try:
            read = msgspec.convert(dict(kept), _Kept)
            precision = np.array(read.precision, np.float64)
            information = np.array(read.information, np.float64)
            here = [place for place, term in enumerate(read.terms) if term in TERMS]
            there = [TERMS.index(read.terms[place]) for place in here]
            own = _nothing()
            own.precision[np.ix_(there, there)] = precision[np.ix_(here, here)]
            own.information[there] = information[here]
        except (msgspec.ValidationError, ValueError, IndexError) as error:
            raise InvalidPolicyError(f"policy: is damaged ({error}): {forget}") from error
        policy = cls(read.answers, own, _first_belief())
        if not policy.is_sound():
            raise InvalidPolicyError(f"policy: is damaged (no covariance): {forget}")
        return policy

    def kept(self) -> dict[str, Any]:
        """All that was learnt of this viewer, as JSON knows it; not what others lend."""
        return {
            "form": FORM,
            "answers": self.answers,
            "terms": list(TERMS),
            "precision": self.own.precision.tolist(),
            "information": self.own.information.tolist(),
        }

    @property
    def version(self) -> str:
        """For the log: what chose, and how much it had learnt."""
        return f"linear-thompson-{FORM}/{self.answers}"

    def among(self, others: Iterable["Policy"]) -> "Policy":
        """The same, with what was learnt of the others of the household to begin with.

        Each answer of theirs counts SHARE: a new member starts where the household is, and
        answers of their own soon weigh more.
        """
        prior = _first_belief()
        for other in others:
            prior = prior.plus(other.own, SHARE)
        return Policy(self.answers, self.own, prior)

    def learnt(self, evidence: Mapping[str, float], reward: float) -> "Policy":
        """What is believed once a film was answered.

        Args:
            evidence: `Recommendation.evidence` of the film in the slate it stood in; names that
                are no term's are passed over.
            reward: -1 to 1, as of `rewards.reward`.

        Raises:
            InvalidPolicyError: The reward or the evidence is no number.
        """
        seen = _row(evidence)
        if not (np.isfinite(seen).all() and np.isfinite(reward)):
            raise InvalidPolicyError(f"answer: {reward} for {dict(evidence)} are no numbers")
        mean = self._belief().mean()
        slope, shift, weight = seen[_LIFT], mean[_LIFT], mean[_AFFECT]
        # The bilinear term's tangent at the mean, and what it takes away from the reward there.
        row = seen.copy()
        row[_AFFECT] += slope * shift
        row[_LIFT] = slope * weight
        left = reward + weight * slope * shift
        answer = Belief(np.outer(row, row) / NOISE**2, row * left / NOISE**2)
        own = Belief(self.own.precision * FORGETTING, self.own.information * FORGETTING)
        return Policy(self.answers + 1, own.plus(answer), self.before)

    def expected(self, evidence: Mapping[str, float]) -> float:
        """The reward this film is expected to earn, by the mean of what is believed."""
        seen, mean = _row(evidence), self._belief().mean()
        return float(seen @ mean - seen[_LIFT] * mean[_LIFT] * (1 - mean[_AFFECT]))

    def weights(self) -> Weights:
        """What is believed on average: to show, or to recommend without trying anything."""
        return _weights(self._belief().mean())

    def spread(self) -> dict[str, float]:
        """How unsure it is: each term's standard deviation."""
        deviations = np.sqrt(np.diag(np.linalg.inv(self._belief().precision)))
        return dict(zip(TERMS, deviations.tolist(), strict=True))

    def sampled(self, random: np.random.Generator) -> Weights:
        """Weights drawn from what is believed: for one slate."""
        belief = self._belief()
        root = np.linalg.cholesky(belief.precision)
        noise = np.linalg.solve(root.T, random.standard_normal(len(TERMS)))
        return _weights(belief.mean() + noise)

    def _belief(self) -> Belief:
        return self.before.plus(self.own)

    def is_sound(self) -> bool:
        """Whether a mean and a covariance follow from it."""
        precision = self.own.precision
        return bool(
            np.isfinite(precision).all()
            and np.isfinite(self.own.information).all()
            and np.allclose(precision, precision.T)
            and np.linalg.eigvalsh(self._belief().precision)[0] > 0
        )


_LIFT: Final = TERMS.index(LIFT)
_AFFECT: Final = TERMS.index(AFFECT)


def _nothing() -> Belief:
    return Belief(np.zeros((len(TERMS), len(TERMS))), np.zeros(len(TERMS)))


def _first_belief() -> Belief:
    moments = (_BASE_PRIOR, *(_FACTOR_PRIOR for _ in _FACTORS), _LIFT_PRIOR)
    means, deviations = np.array(moments).T
    return Belief(np.diag(deviations**-2), deviations**-2 * means)


def _row(evidence: Mapping[str, float]) -> Array:
    """float64[terms] of one film's evidence."""
    return np.array([1.0, *(evidence.get(term, 0.0) for term in TERMS[1:])])


def _weights(terms: Array) -> Weights:
    factors = terms[1:-1].clip(0, MOST).tolist()
    return Weights(dict(zip(_FACTORS, factors, strict=True)), float(terms[_LIFT]))
