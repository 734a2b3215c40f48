"""The slates that a household was shown and what it answered, from exported profiles."""

from pathlib import Path
from typing import NamedTuple

import msgspec

from emoflix_catalog.importers.contract import SourceError
from emoflix_catalog.recommend.rewards import reward


class _Offer(msgspec.Struct, frozen=True):
    film: str
    propensity: float
    parts: dict[str, float] = {}


class _Slate(msgspec.Struct, frozen=True):
    slate: str
    offers: tuple[_Offer, ...]
    policy: str = ""


class _Answer(msgspec.Struct, frozen=True):
    film: str
    kind: str
    slate: str | None = None
    rating: float | None = None
    sentiment: float | None = None
    because: str | None = None


class _Export(msgspec.Struct, frozen=True):
    """What is looked at of `emoflix profile export`."""

    slates: tuple[_Slate, ...]
    feedback: tuple[_Answer, ...]


class Decision(NamedTuple):
    """One slate: its films, the first one first, and what the first was worth."""

    chances: tuple[float, ...]
    """With which each film was drawn for its place, given those before it."""
    parts: tuple[dict[str, float], ...]
    """What each scorer said of each film."""
    reward: float
    """Of the first film, -1 to 1; 0 where nobody said anything of it."""
    answered: bool


def read_log(path: Path) -> list[Decision]:
    """The slates of two films or more in one exported profile.

    Raises:
        SourceError: It cannot be read, is no export, or has a chance that is none.
    """
    try:
        export = msgspec.json.decode(path.read_bytes(), type=_Export)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}): name another") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SourceError(
            f"{path}: is no exported profile ({error}): make one by emoflix profile export"
        ) from error
    said = {(answer.slate, answer.film): answer for answer in export.feedback if answer.slate}
    decisions = []
    for slate in export.slates:
        for offer in slate.offers:
            if not 0 < offer.propensity <= 1:
                raise SourceError(
                    f"{path}: slate {slate.slate}: the chance {offer.propensity:g} of"
                    f" {offer.film} is not above 0 and at most 1"
                )
        if len(slate.offers) > 1:
            first = slate.offers[0].film
            worth = _worth(said.get((slate.slate, first)))
            decisions.append(
                Decision(
                    tuple(offer.propensity for offer in slate.offers),
                    tuple(offer.parts for offer in slate.offers),
                    worth or 0.0,
                    worth is not None,
                )
            )
    return decisions


def _worth(answer: _Answer | None) -> float | None:
    if answer is None:
        return None
    return reward(
        answer.kind, rating=answer.rating, sentiment=answer.sentiment, because=answer.because
    )
