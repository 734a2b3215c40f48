"""Films found by words, people and facts, however they are spelt.

Hits are not weighed against each other but found in stages, the closest kind first, and within a
stage by the film's number, the best known first: so a search ends as soon as it has enough, however
many films have a word.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.columns import any_of
from emoflix_catalog.store import Catalogue
from emoflix_catalog.store_writer import BOUNDARY
from emoflix_catalog.text import fold, sounds_like

MOST_WORDS: Final = 12
"""Of a query: the rest of a longer one is not looked at."""
_LEAST_SOUND: Final = 4
"""Letters below which too much sounds alike."""
_LONGEST_SPLIT: Final = 24
"""Letters of a word that may be two written as one."""
_TITLES: Final = "{title original_title}"


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What a film has to be; every part that is given has to hold."""

    text: str = ""
    """Words of title, people, keywords or synopsis; the last may be unfinished."""
    person: str = ""
    """Words of one person's name, in any role; the last may be unfinished."""
    languages: tuple[str, ...] = ()
    """At least one of these, main or not."""
    genres: tuple[str, ...] = ()
    """All of these."""
    mood_tags: tuple[str, ...] = ()
    """All of these."""
    years: tuple[int, int] | None = None
    """First and last."""


def search(catalogue: Catalogue, query: Query, *, count: int) -> list[int]:
    """The numbers of at most `count` films: the closest first; without words, the newest.

    No text makes it fail; one without a letter or a digit finds nothing.

    Raises:
        StoreError: The catalogue's file is damaged.
    """
    fits = _fits(catalogue, query)
    if query.text:
        if query.person:
            people = np.zeros(len(catalogue), np.bool_)
            people[list(_hits(catalogue, _NAME_STAGES, query.person))] = True
            fits &= people
        hits: Iterable[int] = _hits(catalogue, _TEXT_STAGES, query.text)
    elif query.person:
        hits = _hits(catalogue, _NAME_STAGES, query.person)
    else:
        hits = np.argsort(-catalogue.columns["year"].astype(np.int32), kind="stable").tolist()
    return list(islice(_once(number for number in hits if fits[number]), count))


def _once(numbers: Iterable[int]) -> Iterator[int]:
    seen: set[int] = set()
    for number in numbers:
        if number not in seen:
            seen.add(number)
            yield number


def _fits(catalogue: Catalogue, query: Query) -> NDArray[np.bool_]:
    columns = catalogue.columns
    fits = np.ones(len(catalogue), np.bool_)
    if query.languages:
        fits &= any_of(columns["languages"], columns.words["languages"], query.languages)
    for kind, words in (("genres", query.genres), ("mood_tags", query.mood_tags)):
        for word in words:
            fits &= any_of(columns[kind], columns.words[kind], (word,))
    if query.years is not None:
        first, last = query.years
        fits &= (columns["year"] >= first) & (columns["year"] <= last)
    return fits


Stage = Callable[[Catalogue, list[str]], Iterable[int]]


def _hits(catalogue: Catalogue, stages: Iterable[Stage], text: str) -> Iterator[int]:
    """What the stages find, one after the other, with repetitions."""
    # Only letters and digits are left of the words, so none can be taken for FTS5's own language:
    # https://sqlite.org/fts5.html#full_text_query_syntax
    words = [folded for word in text.split() if (folded := fold(word))][:MOST_WORDS]
    if words:
        for stage in stages:
            yield from stage(catalogue, words)


def _names(match: Callable[[list[str]], str]) -> Stage:
    """A stage that asks for titles and names."""

    def stage(catalogue: Catalogue, words: list[str]) -> Iterator[int]:
        return _matching(catalogue, "name_search", match(words))

    return stage


def _matching(catalogue: Catalogue, table: str, match: str) -> Iterator[int]:
    statement = f"SELECT rowid FROM {table} WHERE {table} MATCH ?"  # noqa: S608 - our own tables
    return (number for (number,) in catalogue.stream(statement, (match,)))


def _phrase(words: list[str]) -> str:
    return f'"{" ".join(words)}"'


def _all(words: list[str]) -> str:
    """Every word, in any order; the last may be unfinished. A word of several parts is a phrase."""
    return " AND ".join(f'"{word}"' for word in words) + " *"


def _one_or_two(words: list[str]) -> str:
    """Every word, or two in its place: Spiderman is Spider-Man."""
    return " AND ".join(
        f"({' OR '.join(f'{_phrase([part])} *' for part in (word, *_halves(word)))})"
        for word in words
    )


def _halves(word: str) -> list[str]:
    if len(word) > _LONGEST_SPLIT:
        return []
    return [f"{word[:at]} {word[at:]}" for at in range(1, len(word))]


def _words(catalogue: Catalogue, words: list[str]) -> Iterator[int]:
    """Films with every word somewhere: in titles and names, or in keywords and synopsis."""
    tokens = " ".join(words).split()
    if len(tokens) == 1:
        return _matching(catalogue, "word_search", _all(tokens))
    found: set[int] | None = None
    for number, token in enumerate(tokens, start=1):
        match = _all([token]) if number == len(tokens) else _phrase([token])
        films = {*_matching(catalogue, "name_search", match)}
        films.update(_matching(catalogue, "word_search", match))
        found = films if found is None else found & films
    return iter(sorted(found or ()))


def _sounds(catalogue: Catalogue, words: list[str]) -> Iterator[int]:
    sounds = sounds_like(" ".join(words))
    if len(sounds) >= _LEAST_SOUND:
        yield from _matching(catalogue, "sound_search", _all(sounds.split()))


def _sounding_people(catalogue: Catalogue, words: list[str]) -> Iterator[int]:
    """As `_sounds`, held against each person by themselves."""
    wanted = f" {sounds_like(' '.join(words))}"
    for number in _sounds(catalogue, words):
        film = catalogue.film_at(number)
        people = (*film.directors, *film.cast, *film.writers)
        if any(wanted in f" {sounds_like(name)}" for name in people):
            yield number


_TEXT_STAGES: Final[tuple[Stage, ...]] = (
    _names(lambda words: f"{_TITLES} : {_phrase([BOUNDARY, *words, BOUNDARY])}"),
    _names(lambda words: f"{_TITLES} : {_phrase([BOUNDARY, *words])} *"),
    _names(lambda words: f"{_TITLES} : ({_all(words)})"),
    _names(lambda words: f"people : {_phrase([BOUNDARY, *words])} *"),
    _names(_all),
    _words,
    _names(lambda words: f"{_TITLES} : {_phrase([''.join(words)])} *"),
    _names(lambda words: f"{_TITLES} : ({_one_or_two(words)})"),
    _sounds,
)
"""From the title itself to what only sounds like a word of it."""

_NAME_STAGES: Final[tuple[Stage, ...]] = (
    _names(lambda words: f"people : {_phrase([BOUNDARY, *words, BOUNDARY])}"),
    _names(lambda words: f"people : {_phrase([BOUNDARY, *words])} *"),
    _names(lambda words: f"people : {_phrase([BOUNDARY, ''.join(words)])} *"),
    _names(lambda words: f"people : {_phrase(words)} *"),
    _sounding_people,
)
"""From the name itself to what only sounds like it; Mohan Lal is also Mohanlal."""
