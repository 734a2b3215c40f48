"""Simulated viewers whose taste changes: how fast the recommender learns, and how well it follows.

It says whether learning works as built, nothing of real people: the viewers are made of the same
kinds of things that the scorers look at (what a film is about, how it lifts, who is in it, how new
it is), in proportions that the recommender does not know.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.recommend import (
    Context,
    MoodReading,
    Policy,
    Recommendation,
    Viewer,
    Weights,
    mood_of,
    recommend,
    reward,
)
from emoflix_catalog.recommend.cold_start import films_to_ask
from emoflix_catalog.recommend.scorers.affect import Affect
from emoflix_catalog.recommend.scorers.novelty import Novelty
from emoflix_catalog.recommend.scorers.people import People
from emoflix_catalog.recommend.weights import AS_THEY_ARE
from emoflix_catalog.store import Catalogue

COUNT: Final = 5
"""Films in a slate; each evening the viewer answers one of them, whichever. Before the first they
answer those of the cold start."""
FIRST_EVENING: Final = Context(at=dt.datetime(2026, 1, 1, 20, tzinfo=dt.UTC))
MOODS: Final = ("angry", "fear", "happy", "sad", "surprise")
HEROES: Final = 3
"""A taste is to like what so many films, drawn by chance, are about."""
OTHERS: Final = 200
"""So many other viewers, drawn alike, say which order of films is best for everybody."""
PICKY: Final = 1.0
"""By how many standard deviations a film must be better than the usual to be liked as often as
not."""
FIXED: Final = (
    AS_THEY_ARE,
    Weights({"affect": 0.3, "content": 2.0}),
    Weights({"content": 2.0, "novelty": 2.0}),
    Weights({"people": 2.5, "content": 1.5}),
)
"""Weights that never learn; in hindsight the best of them is what regret is counted against."""

Array = NDArray[np.float64]


class Study(NamedTuple):
    """How well the slates of each way of recommending were liked."""

    change: int
    """The evening, from 0, on which every viewer's taste is another."""
    liking: dict[str, Array]
    """Way to float64[viewers, evenings]: the mean chance with which the slate's films are liked."""
    best_fixed: Weights


class _Taste(NamedTuple):
    """What somebody likes, until they like something else."""

    about: Array
    """float64[n]: how well each film is to their taste, whatever the mood, in deviations."""
    lift: float
    affect: float
    """How much it matters to them that a film does that to their mood."""


class _Person(NamedTuple):
    viewer: Viewer
    tastes: tuple[_Taste, _Taste]
    """Before the change and after it."""
    moods: tuple[str, ...]
    """Of each evening."""


class _Truth:
    """What the simulated viewers think of all films."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lifted: dict[tuple[str, float], Array] = {}

    def liking(self, person: _Person, evening: int, change: int) -> Array:
        """float64[n]: the chance with which each film is liked on an evening."""
        taste = person.tastes[evening >= change]
        mood = person.moods[evening]
        worth = taste.about + taste.affect * self._suits(mood, taste.lift)
        chance: Array = 1 / (1 + np.exp(-2 * (worth - PICKY)))
        return chance

    def _suits(self, mood: str, lift: float) -> Array:
        if (mood, lift) not in self._lifted:
            viewer = Viewer(lift=lift)
            affect = Affect(self._catalogue, viewer, mood_of(mood), FIRST_EVENING)
            self._lifted[mood, lift] = standard(affect.score())
        return self._lifted[mood, lift]


def study(
    catalogue: Catalogue,
    *,
    viewers: int,
    evenings: int,
    seed: int,
    progress: Callable[[int], object] = lambda _: None,
) -> Study:
    """Let every way of recommending serve the same viewers on the same evenings.

    Args:
        catalogue: Open; with films for the cold start and all the slates.
        viewers: How many.
        evenings: How many each has; half-way their taste changes.
        seed: Another seed, other viewers.
        progress: Told the viewers done.
    """
    random = np.random.default_rng(seed)
    people = [_person(catalogue, evenings, random) for _ in range(viewers)]
    others = [_person(catalogue, evenings, random) for _ in range(OTHERS)]
    truth, change = _Truth(catalogue), evenings // 2
    static = _best_order(truth, others, change)
    hindsight = _best_order(truth, people, change)
    ways: dict[str, list[Array]] = {}
    for number, person in enumerate(people):
        wanted = [truth.liking(person, evening, change) for evening in range(evenings)]
        served: dict[str, Array] = {
            "learning": _served(catalogue, person, wanted, (seed, number)),
            "random": _in_order(wanted, random.permutation(len(catalogue))),
            "static": _in_order(wanted, static),
            "static in hindsight": _in_order(wanted, hindsight),
            **{
                f"fixed {place}": _served(catalogue, person, wanted, (seed, number), weights)
                for place, weights in enumerate(FIXED)
            },
        }
        for way, liking in served.items():
            ways.setdefault(way, []).append(liking)
        progress(number + 1)
    likings: dict[str, Array] = {way: np.array(rows) for way, rows in ways.items()}
    fixed = [likings.pop(f"fixed {place}") for place in range(len(FIXED))]
    best = max(range(len(FIXED)), key=lambda place: float(fixed[place].mean()))
    return Study(change, {**likings, "best fixed": fixed[best]}, FIXED[best])


def regret(study: Study, way: str) -> Array:
    """float64[viewers, evenings]: what was lost until each evening against the best fixed weights.

    In films of a slate of one: the sum of the differences of the mean likings.
    """
    lost: Array = (study.liking["best fixed"] - study.liking[way]).cumsum(axis=1)
    return lost


def standard(score: NDArray[np.float32]) -> Array:
    """With mean 0 and standard deviation 1; all 0 where nothing differs."""
    centred: Array = score.astype(np.float64) - score.mean()
    centred /= float(centred.std()) or 1.0
    return centred


def _person(catalogue: Catalogue, evenings: int, random: np.random.Generator) -> _Person:
    films = [catalogue.film_at(int(number)) for number in random.integers(len(catalogue), size=2)]
    viewer = Viewer(actors=tuple(film.cast[0] for film in films if film.cast))
    first, second = (_taste(catalogue, viewer, random) for _ in range(2))
    moods = tuple(MOODS[place] for place in random.integers(len(MOODS), size=evenings))
    return _Person(viewer, (first, second), moods)


def _taste(catalogue: Catalogue, viewer: Viewer, random: np.random.Generator) -> _Taste:
    heroes = random.integers(len(catalogue), size=HEROES)
    like = catalogue.vectors.likeness_to(catalogue.vectors.profile(heroes))
    with_people = People(catalogue, viewer, None, FIRST_EVENING).score()
    new = Novelty(catalogue, viewer, None, FIRST_EVENING).score()
    about = (
        random.uniform(0.5, 1.2) * standard(like)
        + random.uniform(0, 0.3) * standard(with_people)
        + random.normal(0, 0.4) * standard(new)
    )
    lift = float(random.choice((0.0, 0.5, 1.0)))
    return _Taste(about, lift, float(random.uniform(0, 0.8)))


def _best_order(truth: _Truth, people: Sequence[_Person], change: int) -> NDArray[np.int64]:
    """All films in the one order that serves these people best, all their evenings together."""
    total = sum(
        truth.liking(person, evening, change)
        for person in people
        for evening in range(len(person.moods))
    )
    order: NDArray[np.int64] = np.argsort(-np.asarray(total), kind="stable")
    return order


def _in_order(likings: Sequence[Array], order: NDArray[np.int64]) -> Array:
    """What slates are worth that go through one order, five films an evening."""
    slates = order[: COUNT * len(likings)].reshape(-1, COUNT)
    return np.array([liking[slate].mean() for liking, slate in zip(likings, slates, strict=True)])


def _served(
    catalogue: Catalogue,
    person: _Person,
    likings: Sequence[Array],
    seed: tuple[int, int],
    weights: Weights | None = None,
) -> Array:
    """What the recommender's slates are worth each evening; with no weights given it learns."""
    random = np.random.default_rng(seed)
    policy, viewer = Policy.prior(), _asked(catalogue, person.viewer, likings[0], random)
    worth = []
    for evening, liking in enumerate(likings):
        mood: MoodReading = mood_of(person.moods[evening], 0.8)
        slate = recommend(
            catalogue,
            viewer,
            mood,
            FIRST_EVENING,
            count=COUNT,
            seed=int(random.integers(2**32)),
            weights=policy.sampled(random) if weights is None else weights,
        )
        chances = [_chance(catalogue, liking, shown) for shown in slate.films]
        worth.append(float(np.mean(chances)))
        place = int(random.integers(len(slate.films)))
        answer = "like" if random.random() < chances[place] else "dislike"
        answered = slate.films[place]
        policy = policy.learnt(answered.evidence, reward(answer) or 0.0)
        viewer = _after(viewer, answered, answer, slate.films)
    return np.array(worth)


def _asked(
    catalogue: Catalogue, viewer: Viewer, liking: Array, random: np.random.Generator
) -> Viewer:
    """The viewer once they said of the films of the cold start whether they like them."""
    asked = films_to_ask(catalogue, viewer)
    likes = random.random(len(asked)) < liking[asked]
    ids = [catalogue.film_at(number).id for number in asked]
    return msgspec.structs.replace(
        viewer,
        liked=tuple(film for film, like in zip(ids, likes, strict=True) if like),
        disliked=tuple(film for film, like in zip(ids, likes, strict=True) if not like),
    )


def _chance(catalogue: Catalogue, liking: Array, shown: Recommendation) -> float:
    return float(liking[catalogue.numbers([shown.film.id])[0]])


def _after(
    viewer: Viewer, answered: Recommendation, answer: str, shown: Sequence[Recommendation]
) -> Viewer:
    """The viewer once they answered: no slate shows a film again."""
    seen = viewer.seen | {recommendation.film.id for recommendation in shown}
    if answer == "like":
        return msgspec.structs.replace(viewer, seen=seen, liked=(*viewer.liked, answered.film.id))
    disliked = (*viewer.disliked, answered.film.id)
    return msgspec.structs.replace(viewer, seen=seen, disliked=disliked)
