"""What tests of slates share: a film of few facts, an evening, and any viewer's words."""

import datetime as dt
from collections.abc import Callable

from hypothesis import strategies as st

from emoflix_catalog.film import Film
from emoflix_catalog.recommend import Context, Slate, mood_of
from emoflix_catalog.store import Catalogue
from emoflix_catalog.vocabulary import EXPRESSIONS

EVENING = Context(at=dt.datetime(2026, 3, 7, 20, 15, tzinfo=dt.UTC))
"""A Saturday, early: no circumstance holds."""
CatalogueOf = Callable[..., Catalogue]

moods = st.none() | st.builds(mood_of, st.sampled_from(EXPRESSIONS), st.floats(0, 1))


def film(film_id: str, **facts: object) -> Film:
    """A film in Malayalam, but for what is said of it."""
    facts = {"title": film_id, "year": 2000, "languages": ("ml",), **facts}
    return Film(id=film_id, **facts)  # type: ignore[arg-type]


def ids(slate: Slate) -> list[str]:
    return [recommendation.film.id for recommendation in slate.films]


def subsets(words: tuple[str, ...], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), max_size=most, unique=True).map(tuple)
