"""From viewers, a mood and an evening to a slate."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.errors import InvalidRequestError
from emoflix_catalog.film import Film
from emoflix_catalog.recommend.calibration import proportions
from emoflix_catalog.recommend.choosing import Chooser
from emoflix_catalog.recommend.company import Seat, average, together, without_misery
from emoflix_catalog.recommend.reasons import other_language, reasons
from emoflix_catalog.recommend.scorers import Scorer
from emoflix_catalog.recommend.scorers.affect import Affect
from emoflix_catalog.recommend.slate import Reason, Recommendation, Slate
from emoflix_catalog.recommend.surprise import OF_THE_PAST, outside, surprise_reason
from emoflix_catalog.recommend.taste import Taste, taste_of
from emoflix_catalog.recommend.viewer import Context, MoodReading, Viewer
from emoflix_catalog.recommend.weights import AS_THEY_ARE, Weights
from emoflix_catalog.recommend.wishes import (
    best_given_up,
    further_languages,
    in_language,
    listed,
    wished,
)
from emoflix_catalog.store import Catalogue
from emoflix_catalog.vocabulary import LANGUAGES

RESTED: Final = Reason("Shown just now and not chosen: little else is left that fits")

Mask = NDArray[np.bool_]
Array = NDArray[np.float32]


class _View(NamedTuple):
    """One scorer's view of one question, for one viewer."""

    scorer: Scorer
    weight: float
    """The scorer's own."""
    factor: float
    """What was learnt of it."""
    score: Array


class _Opinion(NamedTuple):
    """What one viewer makes of all films."""

    views: dict[str, _View]
    shift: float
    """By how much the lift aimed for is above the one that was asked for."""
    parts: dict[str, Array]
    """By scorer, float32[n]: factor * weight * score."""

    def evidence(self, number: int) -> dict[str, float]:
        """What an answer to this film teaches of (`learning.py`).

        The affect part is as it would be at the lift asked for, along its tangent.
        """
        seen = {name: view.weight * float(view.score[number]) for name, view in self.views.items()}
        if (view := self.views.get(Affect.name)) and isinstance(view.scorer, Affect):
            seen["lift"] = view.weight * view.scorer.slope(number)
            seen[Affect.name] -= seen["lift"] * self.shift
        return seen


class _Choice(NamedTuple):
    chooser: Chooser
    foremost: Mapping[int, Reason | None]
    """By place: why it is not simply one of the best. A language not asked for is told later."""
    also: list[str]
    """Names of languages that nobody asked for and that came in to fill the slate."""
    own: int
    """How many of the films are in a language that was asked for; they come first."""
    surprise: int | None
    """The place of the surprise."""


def recommend(
    catalogue: Catalogue,
    viewer: Viewer,
    mood: MoodReading | None,
    context: Context,
    *,
    count: int = 5,
    seed: int = 0,
    weights: Weights = AS_THEY_ARE,
) -> Slate:
    """The films for this viewer, in this mood, on this evening, the first to show first.

    A pure function: the same arguments give the same slate. Seen and declined films, genres left
    out, length, age and library are never given way; films shown just now come again, and then
    other languages in the order of kinship, once nothing else is left, and the note or the film's
    reasons say so.

    Args:
        catalogue: Open.
        viewer: Words that the catalogue does not know are as if they were not there.
        mood: None where nobody looked or told: taste leads.
        context: The evening.
        count: How many films, 1 or more; fewer only where fewer fit, and then the note says so.
        seed: Another seed, other draws among films that fit alike.
        weights: What was learnt of the viewer (`learning.Policy.sampled`).

    Raises:
        InvalidRequestError: `count` is below 1.
        StoreError: The catalogue's file is damaged.
    """
    seats = (Seat(viewer, weights),)
    return recommend_together(catalogue, seats, mood, context, count=count, seed=seed)


def recommend_together(
    catalogue: Catalogue,
    seats: Sequence[Seat],
    mood: MoodReading | None,
    context: Context,
    *,
    count: int = 5,
    seed: int = 0,
) -> Slate:
    """The same for all who are in the room.

    The average of what each makes of a film, without those that one of them would like least
    (`company.py`).

    Raises:
        InvalidRequestError: `count` is below 1, or nobody sits there.
        StoreError: The catalogue's file is damaged.
    """
    if count < 1:
        raise InvalidRequestError(f"count: {count} films cannot be recommended: ask for 1 or more")
    if not seats:
        raise InvalidRequestError("viewers: nobody to recommend for: name one or more")
    opinions = [_opinion(catalogue, seat, mood, context) for seat in seats]
    taste = taste_of(catalogue, together([seat.viewer for seat in seats]))
    parts = average([opinion.parts for opinion in opinions])
    scores = [_total(opinion.parts, len(catalogue)) for opinion in opinions]
    bearable = without_misery(scores, taste.fits & taste.spoken)
    choice = _choose(taste, parts, bearable, count, seed)
    usual = _usual(parts, taste.fits)
    films = []
    for place, pick in enumerate(choice.chooser.picks):
        film = catalogue.film_at(pick.number)
        of_film = {name: float(part[pick.number]) for name, part in parts.items()}
        surplus = {name: part - usual[name] for name, part in of_film.items()}
        foremost = choice.foremost.get(place)
        if place >= choice.own:
            foremost = other_language(film, taste.viewer)
        films.append(
            Recommendation(
                film=film,
                score=sum(of_film.values()),
                parts=of_film,
                reasons=reasons(film, surplus, _told(opinions, film), foremost),
                surprise=place == choice.surprise,
                evidence=_evidence(opinions, pick.number),
                propensity=pick.propensity,
            )
        )
    return Slate(
        id=_slate_id(catalogue.version, seats, mood, context, count, seed),
        made=context.at,
        films=tuple(films),
        note=_note(catalogue, taste.viewer, choice, count),
    )


def _opinion(
    catalogue: Catalogue, seat: Seat, mood: MoodReading | None, context: Context
) -> _Opinion:
    viewer, weights = seat
    taste = taste_of(catalogue, viewer)
    lift = weights.lift(viewer.lift)
    views = {
        scorer.name: _View(scorer, weight, weights.factor(scorer.name), taste.score(scorer))
        for scorer in taste.scorers(mood, context, lift)
        if (weight := scorer.weight())
    }
    parts = {
        name: np.float32(view.factor * view.weight) * view.score for name, view in views.items()
    }
    return _Opinion(views, lift - viewer.lift, parts)


def _total(parts: Mapping[str, Array], films: int) -> Array:
    total = np.zeros(films, np.float32)
    for part in parts.values():
        total += part
    return total


def _usual(parts: Mapping[str, Array], fits: Mask) -> dict[str, float]:
    """The mean of each part over the films that fit."""
    share = fits.astype(np.float32) / np.float32(max(1, np.count_nonzero(fits)))
    return {name: float(part @ share) for name, part in parts.items()}


def _choose(
    taste: Taste, parts: Mapping[str, Array], bearable: Mask, count: int, seed: int
) -> _Choice:
    catalogue, viewer = taste.catalogue, taste.viewer
    score = _total(parts, len(catalogue))
    affect = parts.get(Affect.name)
    mood_weight = 0.0 if affect is None else float(affect.max(initial=0))
    chooser = Chooser(
        score,
        catalogue.vectors,
        proportions(catalogue, taste.liked, mood_weight),
        np.random.default_rng(seed % 2**64),
    )

    def left() -> int:
        return count - len(chooser.picks)

    wanted = bearable & taste.rested
    unusual = wanted & outside(catalogue, taste.liked, count)
    surprising = int(unusual.any())
    chooser.choose(wanted, left() - surprising - 1)
    people = parts.get("people")
    if people is not None and not people[chooser.numbers].any():
        # A favourite gets a place where a film with them fits, even if others fit better.
        chooser.choose(wanted & (people > 0), 1)
    chooser.choose(wanted, left() - surprising)
    foremost: dict[int, Reason | None] = {}
    surprise = None
    if surprising and left():
        surprise = len(chooser.picks)
        fresh = {name: part for name, part in parts.items() if name not in OF_THE_PAST}
        chooser.choose(unusual, 1, _total(fresh, len(catalogue)))
        foremost[surprise] = surprise_reason(catalogue, taste.liked)
    chooser.choose(wanted, left())
    chooser.choose(taste.fits & taste.spoken & taste.rested, left())
    rested = len(chooser.picks)
    chooser.choose(taste.fits & taste.spoken, left())
    foremost |= dict.fromkeys(range(rested, len(chooser.picks)), RESTED)
    own = len(chooser.picks)
    also = []
    for code in (*further_languages(viewer.languages), "") if viewer.languages else ():
        if not left():
            break
        before = left()
        chooser.choose(taste.fits & in_language(catalogue, code), before)
        if left() < before:
            also.append(LANGUAGES.get(code, "films whose language is not known"))
    return _Choice(chooser, foremost, also, own, surprise)


def _told(opinions: Sequence[_Opinion], film: Film) -> dict[str, Reason | None]:
    """By scorer, what the first of the viewers to whom it says something is told of a film."""
    told: dict[str, Reason | None] = {}
    for opinion in opinions:
        for name, view in opinion.views.items():
            if told.get(name) is None:
                told[name] = view.scorer.reason(film)
    return told


def _evidence(opinions: Sequence[_Opinion], number: int) -> dict[str, float]:
    """The mean of everybody's: what an answer of theirs, in this company, teaches of."""
    mean: dict[str, float] = {}
    for opinion in opinions:
        for name, seen in opinion.evidence(number).items():
            mean[name] = mean.get(name, 0.0) + seen / len(opinions)
    return mean


def _note(catalogue: Catalogue, viewer: Viewer, choice: _Choice, count: int) -> str:
    notes = []
    wishes = wished(viewer)
    if choice.also:
        asked = listed([LANGUAGES.get(code, code) for code in viewer.languages], "or")
        left = f"Only {choice.own} left" if choice.own else "Nothing left"
        notes.append(f"{left} in {asked}{wishes}, so also {listed(choice.also)}.")
    found = len(choice.chooser.picks)
    if found < count:
        otherwise, films = best_given_up(catalogue, viewer)
        hint = f": there would be {films} {otherwise}" if films > found else ""
        much = (
            f"Only {found} films fit" if found > 1 else f"{'Only 1' if found else 'No'} film fits"
        )
        asked = f" ({wishes.strip()})" if wishes else f": the catalogue has {len(catalogue)} in all"
        notes.append(f"{much}{asked}{hint}.")
    return " ".join(notes)


def _slate_id(*question: object) -> str:
    """The same for the same question: 16 hexadecimal digits."""
    text = msgspec.json.encode(question, order="deterministic")
    return hashlib.blake2b(text, digest_size=8).hexdigest()
