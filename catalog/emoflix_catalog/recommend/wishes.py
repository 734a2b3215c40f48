"""What a film must be to come into question at all: the viewer's wishes as exact masks."""

import json
from collections.abc import Callable
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.columns import NO_AGE, NO_LANGUAGE, NO_RUNTIME, any_of
from emoflix_catalog.recommend.viewer import Viewer
from emoflix_catalog.store import Catalogue
from emoflix_catalog.vocabulary import LANGUAGES

Mask = NDArray[np.bool_]


class Wish(NamedTuple):
    """One condition that a viewer may set."""

    fits: Callable[[Catalogue, Viewer], Mask]
    words: Callable[[Viewer], str]
    """The wish as it follows "films", such as `up to 2 h`; "" where the viewer did not set it."""
    otherwise: str
    """What there would be without it, as it follows "films"."""
    reads: tuple[str, ...]
    """The fields of the viewer that it hangs on."""


_HELD: Final = (
    "SELECT film FROM identifier JOIN json_each(?1) ON scheme = json_each.value"
    " UNION SELECT number FROM film WHERE source IN (SELECT source.id FROM source, json_each(?1)"
    " WHERE instr('+' || source.name || '+', '+' || json_each.value || '+'))"
)
"""By where films can be played, or by the name of the table that lists them (see `merge`)."""


def hours(minutes: int) -> str:
    """Minutes as people say them: `45 min`, `2 h`, `2 h 20 min`."""
    whole, rest = divmod(minutes, 60)
    return " ".join([f"{whole} h"] * bool(whole) + [f"{rest} min"] * (bool(rest) or not whole))


def listed(words: list[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _known(viewer: Viewer) -> set[str]:
    return {*viewer.seen, *viewer.declined, *viewer.liked, *viewer.disliked}


def _not_known_already(catalogue: Catalogue, viewer: Viewer) -> Mask:
    fits = np.ones(len(catalogue), np.bool_)
    fits[catalogue.numbers(_known(viewer))] = False
    return fits


def _of_a_genre(catalogue: Catalogue, viewer: Viewer) -> Mask:
    columns = catalogue.columns
    if not viewer.genres:
        return np.ones(len(catalogue), np.bool_)
    return any_of(columns["genres"], columns.words["genres"], viewer.genres)


def _at_hand(catalogue: Catalogue, viewer: Viewer) -> Mask:
    if not viewer.libraries:
        return np.ones(len(catalogue), np.bool_)
    held = catalogue.rows(_HELD, (json.dumps(viewer.libraries),))
    fits = np.zeros(len(catalogue), np.bool_)
    fits[np.array(held, np.int64).ravel()] = True
    return fits


def _without_genres(catalogue: Catalogue, viewer: Viewer) -> Mask:
    columns = catalogue.columns
    return ~any_of(columns["genres"], columns.words["genres"], viewer.genres_left_out)


def _without_tags(catalogue: Catalogue, viewer: Viewer) -> Mask:
    columns = catalogue.columns
    return ~any_of(columns["mood_tags"], columns.words["mood_tags"], viewer.mood_tags_left_out)


def _short_enough(catalogue: Catalogue, viewer: Viewer) -> Mask:
    runtime_min = catalogue.columns["runtime_min"]
    if viewer.max_runtime_min is None:
        return np.ones(len(catalogue), np.bool_)
    fits: Mask = (runtime_min <= viewer.max_runtime_min) & (runtime_min != NO_RUNTIME)
    return fits


def _young_enough(catalogue: Catalogue, viewer: Viewer) -> Mask:
    age = catalogue.columns["age"]
    if viewer.max_age is None:
        return np.ones(len(catalogue), np.bool_)
    fits: Mask = (age <= viewer.max_age) & (age != NO_AGE)
    return fits


def _without(words: tuple[str, ...]) -> str:
    return f"without {listed(list(words), 'or')}" if words else ""


def _limit(words: str, value: object) -> str:
    return "" if value is None else words.format(value)


WISHES: Final = {
    "known": Wish(
        _not_known_already,
        lambda viewer: "not seen or answered yet" if _known(viewer) else "",
        "with those seen or answered",
        ("seen", "declined", "liked", "disliked"),
    ),
    "genre": Wish(
        _of_a_genre,
        lambda viewer: f"of {listed(list(viewer.genres), 'or')}" if viewer.genres else "",
        "of any genre",
        ("genres",),
    ),
    "genres": Wish(
        _without_genres,
        lambda viewer: _without(viewer.genres_left_out),
        "of every genre",
        ("genres_left_out",),
    ),
    "mood_tags": Wish(
        _without_tags,
        lambda viewer: _without(viewer.mood_tags_left_out),
        "of every kind of mood",
        ("mood_tags_left_out",),
    ),
    "runtime": Wish(
        _short_enough,
        lambda viewer: _limit("up to {}", viewer.max_runtime_min and hours(viewer.max_runtime_min)),
        "of any length",
        ("max_runtime_min",),
    ),
    "age": Wish(
        _young_enough,
        lambda viewer: _limit("for age {}", viewer.max_age),
        "for any age",
        ("max_age",),
    ),
    "library": Wish(
        _at_hand,
        lambda viewer: f"in {listed(list(viewer.libraries), 'or')}" if viewer.libraries else "",
        "outside the library",
        ("libraries",),
    ),
}
"""Every wish but the language: these never give way."""


def fitting(catalogue: Catalogue, viewer: Viewer) -> Mask:
    """Which films keep every wish but the language."""
    fits: Mask = np.logical_and.reduce([wish.fits(catalogue, viewer) for wish in WISHES.values()])
    return fits


def wished(viewer: Viewer) -> str:
    """The wishes a viewer did set, in words, with a blank before; "" where there are none."""
    words = [wish.words(viewer) for wish in WISHES.values()]
    return "".join(f" {word}" for word in words if word)


def best_given_up(catalogue: Catalogue, viewer: Viewer, found: int) -> tuple[str, int]:
    """The fewest wishes to give up for more films than were found, those that bring most.

    The age is for the children in the room: it is named only where nothing else helps.

    Returns:
        What there would be, as it follows "films", and how many in all; ("", 0) where nothing
        brings more.
    """
    masks = {name: wish.fits(catalogue, viewer) for name, wish in WISHES.items()}
    asked = [name for name, wish in WISHES.items() if wish.words(viewer)]

    def films_without(given_up: tuple[str, ...]) -> int:
        kept = [mask for name, mask in masks.items() if name not in given_up]
        return int(np.logical_and.reduce(kept).sum()) if kept else len(catalogue)

    for names in ([name for name in asked if name != "age"], asked):
        for size in range(1, len(names) + 1):
            best = max(combinations(names, size), key=films_without)
            if (films := films_without(best)) > found:
                return listed([WISHES[name].otherwise for name in best]), films
    return "", 0


def in_language(catalogue: Catalogue, code: str) -> Mask:
    """Which films have this main language; "" asks for those whose language nobody knows."""
    columns = catalogue.columns
    words = columns.words["languages"]
    place = words.index(code) if code in words else NO_LANGUAGE
    spoken: Mask = columns["language"] == place
    return spoken


_NEAR: Final = {
    "ml": ("ta", "te", "kn", "hi"),
    "ta": ("ml", "te", "kn", "hi"),
    "te": ("ta", "kn", "ml", "hi"),
    "kn": ("te", "ta", "ml", "hi"),
    "hi": ("ur", "pa", "mr", "bn", "gu"),
    "ur": ("hi", "pa"),
    "pa": ("hi", "ur"),
    "mr": ("hi", "gu"),
    "gu": ("hi", "mr"),
    "bn": ("hi",),
    "es": ("pt", "it"),
    "pt": ("es", "it"),
    "it": ("es", "fr"),
    "fr": ("it", "es"),
    "de": ("nl", "da"),
    "nl": ("de",),
    "sv": ("da", "no", "is", "fi"),
    "da": ("sv", "no", "is"),
    "no": ("da", "sv", "is"),
    "is": ("no", "da", "sv"),
    "fi": ("sv",),
    "ko": ("ja", "zh"),
    "ja": ("ko", "zh"),
    "zh": ("ja", "ko"),
    "ru": ("uk", "pl"),
    "uk": ("ru", "pl"),
    "pl": ("cs", "ru"),
    "cs": ("pl",),
    "fa": ("ar", "tr"),
    "ar": ("fa", "tr"),
    "tr": ("fa", "ar"),
}
"""Where to look when a language has nothing left: kinship, or cinemas that share an audience."""


def further_languages(languages: tuple[str, ...]) -> list[str]:
    """The languages to try after these, the nearest first; English before the rest."""
    near = [code for language in languages for code in _NEAR.get(language, ())]
    order = dict.fromkeys((*near, "en", *LANGUAGES))
    return [code for code in order if code not in languages]
