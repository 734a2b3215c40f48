"""Why a film stands in the slate, told from what weighed most."""

from collections.abc import Mapping
from typing import Final

from emoflix_catalog.film import Film
from emoflix_catalog.recommend.slate import Reason
from emoflix_catalog.recommend.viewer import Viewer
from emoflix_catalog.recommend.wishes import listed
from emoflix_catalog.vocabulary import LANGUAGES

MOST: Final = 2
"""A person reads two reasons."""
LEAST_SURPLUS: Final = 0.02
"""A part that is hardly above the usual is no reason."""
_KINDS: Final = {
    "action": "action film",
    "animation": "animated film",
    "crime": "crime film",
    "family": "family film",
    "fantasy": "fantasy",
    "history": "historical film",
    "horror": "horror film",
    "music": "musical film",
    "science fiction": "science fiction film",
    "sport": "sports film",
    "war": "war film",
}
"""Genres that do not name a film by themselves."""


def reasons(
    film: Film,
    surplus: Mapping[str, float],
    tell: Mapping[str, Reason | None],
    foremost: Reason | None = None,
) -> tuple[Reason, ...]:
    """One or two reasons, the weightiest first, one of which does not reveal the mood.

    Args:
        film: The film.
        surplus: By scorer, how far this film's part lies above the usual film's.
        tell: By scorer, what it has to say of this film.
        foremost: Why it stands in a place of its own, told before all else.
    """
    weightiest = sorted(surplus, key=lambda name: (-surplus[name], name))
    told = [
        reason
        for name in weightiest
        if surplus[name] > LEAST_SURPLUS and (reason := tell.get(name)) is not None
    ]
    if foremost is not None:
        told.insert(0, foremost)
    open_ones = [reason for reason in told if not reason.reveals_mood]
    chosen = told[:MOST]
    if not any(reason in open_ones for reason in chosen):
        chosen = [*told[: MOST - 1], *(open_ones[:1] or [Reason(_what_it_is(film))])]
    return tuple(chosen)


def other_language(film: Film, viewer: Viewer) -> Reason:
    """Why a film is in a language that was not asked for."""
    asked = listed([LANGUAGES.get(code, code) for code in viewer.languages], "or")
    language = LANGUAGES.get(film.language, "a language that is not known")
    return Reason(f"In {language}, since nothing more in {asked} fits")


def _what_it_is(film: Film) -> str:
    """The film in a line, such as `A Malayalam thriller from 2013 with Mohanlal and Meena`."""
    genre = film.genres[0] if film.genres else "film"
    kind = f"{LANGUAGES.get(film.language, '')} {_KINDS.get(genre, genre)}".strip()
    article = "An" if kind[0].lower() in "aeiou" and not kind.startswith("Uk") else "A"
    people = f" with {listed(list(film.cast[:2]))}" if film.cast else ""
    return f"{article} {kind} from {film.year}{people}"
