"""Films found by words, people and facts, however they are spelt."""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.columns import any_of
from emoflix_catalog.store import Catalogue
from emoflix_catalog.text import fold, sounds_like

MOST_WORDS: Final = 12
"""Of a query: the rest of a longer one is not looked at."""
_SOUNDS: Final = "{title_sounds people_sounds}"


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
    """The numbers of at most `count` films: the best hit first, without words the newest first.

    No text makes it fail; one without a letter or a digit finds nothing.

    Raises:
        StoreError: The catalogue's file is damaged.
    """
    fits = _fits(catalogue, query)
    if not query.text and not query.person:
        numbers = np.flatnonzero(fits)
        newest = np.argsort(-catalogue.columns["year"][numbers], kind="stable")
        return [int(number) for number in numbers[newest[:count]]]
    wanted = " AND ".join(filter(None, (_anywhere(query.text), _by_name(query.person))))
    if not wanted:
        return []
    hits = catalogue.rows("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rank", (wanted,))
    return [number for (number,) in hits if fits[number]][:count]


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


def _words(text: str) -> list[str]:
    """The words that count.

    Only letters and digits are left of them (see `fold`), so none can be taken for FTS5's own
    language: https://sqlite.org/fts5.html#full_text_query_syntax
    """
    return [folded for word in text.split() if (folded := fold(word))][:MOST_WORDS]


def _anywhere(text: str) -> str:
    """FTS5's words for films with every word of `text`, as it is written or as it sounds."""
    words = _words(text)
    parts = [f'"{word}" OR {_SOUNDS} : "{sounds_like(word)}"' for word in words[:-1]]
    parts += [f'"{word}" * OR {_SOUNDS} : "{sounds_like(word)}" *' for word in words[-1:]]
    return " AND ".join(f"({part})" for part in parts)


def _by_name(name: str) -> str:
    """FTS5's words for films with a person of this name, its words in this order or in one word."""
    words = _words(name)
    if not words:
        return ""
    spaced, joined = " ".join(words), "".join(words).replace(" ", "")
    return (
        f'(people : "{spaced}" * OR people : "{joined}" *'
        f' OR people_sounds : "{sounds_like(spaced)}" *)'
    )
