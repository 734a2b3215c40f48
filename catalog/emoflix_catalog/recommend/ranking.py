"""From a viewer, a mood and an evening to a slate."""

import hashlib
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.errors import InvalidRequestError
from emoflix_catalog.recommend.diversity import diversify
from emoflix_catalog.recommend.reasons import reasons
from emoflix_catalog.recommend.scorers import SCORERS
from emoflix_catalog.recommend.slate import Recommendation, Slate
from emoflix_catalog.recommend.viewer import Context, MoodReading, Viewer
from emoflix_catalog.recommend.wishes import (
    best_given_up,
    fitting,
    further_languages,
    in_language,
    listed,
    wished,
)
from emoflix_catalog.store import Catalogue
from emoflix_catalog.vocabulary import LANGUAGES

CHANCE: Final = 0.05
"""The most that chance adds to a score: two evenings differ, and no film that misfits gets in."""


class _Choice(NamedTuple):
    numbers: list[int]
    also: list[str]
    """Names of languages that nobody asked for and that came in to fill the slate."""
    own: int
    """How many of the films are in a language that was asked for; they come first."""


def recommend(
    catalogue: Catalogue,
    viewer: Viewer,
    mood: MoodReading | None,
    context: Context,
    *,
    count: int = 5,
    seed: int = 0,
) -> Slate:
    """The films for this viewer, in this mood, on this evening, the first to show first.

    A pure function: the same arguments give the same slate. Seen and declined films, genres left
    out, length and age are never given way; a language is, in the order of kinship, once nothing
    is left in those asked for, and the note and the film's reasons say so.

    Args:
        catalogue: Open.
        viewer: Words that the catalogue does not know are as if they were not there.
        mood: None where nobody looked or told: taste leads.
        context: The evening.
        count: How many films, 1 or more; fewer only where fewer fit, and then the note says so.
        seed: Another seed, another touch of chance.

    Raises:
        InvalidRequestError: `count` is below 1.
        StoreError: The catalogue's file is damaged.
    """
    if count < 1:
        raise InvalidRequestError(f"count: {count} films cannot be recommended: ask for 1 or more")
    scorers = {scorer.name: scorer(catalogue, viewer, mood, context) for scorer in SCORERS}
    parts = {
        name: np.float32(weight) * scorer.score()
        for name, scorer in scorers.items()
        if (weight := scorer.weight())
    }
    parts["chance"] = _chance(len(catalogue), seed)
    fits = fitting(catalogue, viewer)
    choice = _choose(catalogue, viewer, parts, fits, count)
    share = fits.astype(np.float32) / np.float32(max(1, fits.sum()))
    usual = {name: float(part @ share) for name, part in parts.items()}
    films = []
    for place, number in enumerate(choice.numbers):
        film = catalogue.film_at(number)
        of_film = {name: float(part[number]) for name, part in parts.items()}
        surplus = {name: part - usual[name] for name, part in of_film.items()}
        tell = {name: scorers[name].reason(film) for name in scorers if name in parts}
        told = reasons(film, viewer, surplus, tell, relaxed=place >= choice.own)
        films.append(
            Recommendation(film=film, score=sum(of_film.values()), parts=of_film, reasons=told)
        )
    return Slate(
        id=_slate_id(catalogue.version, viewer, mood, context, count, seed),
        made=context.at,
        films=tuple(films),
        note=_note(catalogue, viewer, choice, count),
    )


def _chance(films: int, seed: int) -> NDArray[np.float32]:
    random = np.random.default_rng(seed % 2**64)
    return np.float32(CHANCE) * random.random(films, np.float32)


def _choose(
    catalogue: Catalogue,
    viewer: Viewer,
    parts: Mapping[str, NDArray[np.float32]],
    fits: NDArray[np.bool_],
    count: int,
) -> _Choice:
    vectors = catalogue.vectors
    score = np.sum(list(parts.values()), axis=0, dtype=np.float32)
    wanted = fits
    if viewer.languages:
        spoken = [in_language(catalogue, code) for code in viewer.languages]
        wanted = fits & np.logical_or.reduce(spoken)
    chosen = diversify(score, wanted, vectors, count, [])
    people = parts.get("people")
    if people is not None and chosen and not people[chosen].any():
        # A favourite gets a place where a film with them fits, even if others fit better.
        chosen[-1:] = (
            diversify(score, wanted & (people > 0), vectors, 1, chosen[:-1]) or chosen[-1:]
        )
    own = len(chosen)
    also = []
    for code in (*further_languages(viewer.languages), "") if viewer.languages else ():
        if len(chosen) >= count:
            break
        more = fits & in_language(catalogue, code)
        if found := diversify(score, more, vectors, count - len(chosen), chosen):
            chosen += found
            also.append(LANGUAGES.get(code, "films whose language is not known"))
    return _Choice(chosen, also, own)


def _note(catalogue: Catalogue, viewer: Viewer, choice: _Choice, count: int) -> str:
    notes = []
    wishes = wished(viewer)
    if choice.also:
        asked = listed([LANGUAGES.get(code, code) for code in viewer.languages], "or")
        left = f"Only {choice.own} left" if choice.own else "Nothing left"
        notes.append(f"{left} in {asked}{wishes}, so also {listed(choice.also)}.")
    found = len(choice.numbers)
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
