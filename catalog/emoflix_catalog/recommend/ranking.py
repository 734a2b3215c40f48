"""From viewers, a mood and an evening to a slate."""

import hashlib
from collections.abc import Container, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.errors import InvalidRequestError
from emoflix_catalog.film import Film
from emoflix_catalog.recommend.calibration import proportions
from emoflix_catalog.recommend.choosing import Chooser
from emoflix_catalog.recommend.company import Seat, together, without_misery
from emoflix_catalog.recommend.reasons import other_language, reasons
from emoflix_catalog.recommend.scorers import Scorer
from emoflix_catalog.recommend.scorers.affect import Affect
from emoflix_catalog.recommend.scorers.people import People
from emoflix_catalog.recommend.slate import Reason, Recommendation, Slate
from emoflix_catalog.recommend.surprise import LEAST_COUNT, OF_THE_PAST, surprise_reason
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

    def part(self, number: int) -> float:
        """Its share of a film's score."""
        return self.factor * self.weight * float(self.score[number])


class _Opinion(NamedTuple):
    """What one viewer makes of all films."""

    views: dict[str, _View]
    shift: float
    """By how much the lift aimed for is above the one that was asked for."""
    films: int

    def total(self, without: Container[str] = ()) -> Array:
        """float32[n]: the sum of the parts."""
        total = np.zeros(self.films, np.float32)
        for name, view in self.views.items():
            if name not in without:
                total += np.float32(view.factor * view.weight) * view.score
        return total

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
    everybody = together([seat.viewer for seat in seats])
    taste = taste_of(catalogue, everybody)
    rested = np.ones(len(catalogue), np.bool_)
    rested[catalogue.numbers(everybody.resting)] = False
    choice = _choose(taste, rested, opinions, count, np.random.default_rng(seed % 2**64))
    usual = _mean([_usual(opinion, taste.usual) for opinion in opinions])
    films = []
    for place, pick in enumerate(choice.chooser.picks):
        film = catalogue.film_at(pick.number)
        parts = _mean([_parts(opinion, pick.number) for opinion in opinions])
        surplus = {name: part - usual[name] for name, part in parts.items()}
        foremost = choice.foremost.get(place)
        if place >= choice.own:
            foremost = other_language(film, taste.viewer)
        films.append(
            Recommendation(
                film=film,
                score=sum(parts.values()),
                parts=parts,
                reasons=reasons(film, surplus, _told(opinions, film), foremost),
                surprise=place == choice.surprise,
                evidence=_mean([opinion.evidence(pick.number) for opinion in opinions]),
                propensity=pick.propensity,
            )
        )
    digests = [
        (taste_of(catalogue, viewer).digest, sorted(viewer.resting), weights)
        for viewer, weights in seats
    ]
    return Slate(
        id=_slate_id(catalogue.version, digests, mood, context, count, seed),
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
    return _Opinion(views, lift - viewer.lift, len(catalogue))


def _choose(
    taste: Taste,
    rested: Mask,
    opinions: Sequence[_Opinion],
    count: int,
    random: np.random.Generator,
) -> _Choice:
    catalogue, viewer = taste.catalogue, taste.viewer
    scores = [opinion.total() for opinion in opinions]
    score = _average(scores)
    moods = [opinion.views[Affect.name] for opinion in opinions if Affect.name in opinion.views]
    mood_weight = max((view.factor * view.weight for view in moods), default=0.0)
    chooser = Chooser(catalogue.vectors, proportions(catalogue, taste.liked, mood_weight), random)

    def left() -> int:
        return count - len(chooser.picks)

    wanted = without_misery(scores, taste.fits & taste.spoken) & rested
    unusual = wanted & taste.outside
    surprising = int(count >= LEAST_COUNT and unusual.any())
    pool = chooser.pool(score, wanted, count)
    chooser.choose(score, pool, left() - surprising - 1)
    loved = _loved(opinions)
    if loved is not None and not loved[chooser.numbers].any():
        # A favourite gets a place where a film with them fits, even if others fit better.
        chooser.choose(score, chooser.pool(score, wanted & loved, 1), 1)
    chooser.choose(score, pool, left() - surprising)
    foremost: dict[int, Reason | None] = {}
    surprise = None
    if surprising and left():
        surprise = len(chooser.picks)
        fresh = _average([opinion.total(without=OF_THE_PAST) for opinion in opinions])
        chooser.choose(fresh, chooser.pool(fresh, unusual, 1), 1)
        foremost[surprise] = surprise_reason(catalogue, taste.liked)
    chooser.choose(score, pool, left())
    # What is left now was refused by one of several, then what was shown just now.
    again = len(chooser.picks)
    for allowed in (taste.fits & taste.spoken & rested, taste.fits & taste.spoken):
        again = len(chooser.picks)
        chooser.fill(score, allowed, left())
    foremost |= dict.fromkeys(range(again, len(chooser.picks)), RESTED)
    own = len(chooser.picks)
    also = []
    for code in (*further_languages(viewer.languages), "") if viewer.languages else ():
        if not (before := left()):
            break
        spoken = taste.fits & in_language(catalogue, code)
        for allowed in (without_misery(scores, spoken) & rested, spoken & rested, spoken):
            chooser.fill(score, allowed, left())
        if left() < before:
            also.append(LANGUAGES.get(code, "films whose language is not known"))
    return _Choice(chooser, foremost, also, own, surprise)


def _average(scores: Sequence[Array]) -> Array:
    mean: Array = scores[0] if len(scores) == 1 else np.mean(scores, axis=0)
    return mean


def _loved(opinions: Sequence[_Opinion]) -> Mask | None:
    """Which films a favourite of anybody's is in; None where nobody named one."""
    views = [opinion.views[People.name] for opinion in opinions if People.name in opinion.views]
    return np.logical_or.reduce([view.score > 0 for view in views]) if views else None


def _parts(opinion: _Opinion, number: int) -> dict[str, float]:
    return {name: view.part(number) for name, view in opinion.views.items()}


def _usual(opinion: _Opinion, usual: Array) -> dict[str, float]:
    """What each part is of the usual film."""
    return {
        name: view.factor * view.weight * float(view.score @ usual)
        for name, view in opinion.views.items()
    }


def _mean(everybodys: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """By name, over all viewers; who has none of one adds 0."""
    names = dict.fromkeys(name for one in everybodys for name in one)
    return {name: sum(one.get(name, 0.0) for one in everybodys) / len(everybodys) for name in names}


def _told(opinions: Sequence[_Opinion], film: Film) -> dict[str, Reason | None]:
    """By scorer, what the first of the viewers to whom it says something is told of a film."""
    told: dict[str, Reason | None] = {}
    for opinion in opinions:
        for name, view in opinion.views.items():
            if told.get(name) is None:
                told[name] = view.scorer.reason(film)
    return told


def _note(catalogue: Catalogue, viewer: Viewer, choice: _Choice, count: int) -> str:
    notes = []
    wishes = wished(viewer)
    if choice.also:
        asked = listed([LANGUAGES.get(code, code) for code in viewer.languages], "or")
        left = f"Only {choice.own} left" if choice.own else "Nothing left"
        notes.append(f"{left} in {asked}{wishes}, so also {listed(choice.also)}.")
    found = len(choice.chooser.picks)
    if found < count:
        otherwise, films = best_given_up(catalogue, viewer, found)
        hint = f": there would be {films} {otherwise}" if films else ""
        much = (
            f"Only {found} films fit" if found > 1 else f"{'Only 1' if found else 'No'} film fits"
        )
        asked = f" ({wishes.strip()})" if wishes else f": the catalogue has {len(catalogue)} in all"
        notes.append(f"{much}{asked}{hint}.")
    return " ".join(notes)


def _slate_id(*question: object) -> str:
    """The same for the same question: 16 hexadecimal digits."""
    text = msgspec.json.encode(question, order="deterministic", enc_hook=np.ndarray.tolist)
    return hashlib.blake2b(text, digest_size=8).hexdigest()
