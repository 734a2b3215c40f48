"""`search`: films and people, while somebody types."""

from collections.abc import Iterable
from typing import Final

from emoflix_catalog.film import Film
from emoflix_catalog.search import Query
from emoflix_catalog.search import search as find
from emoflix_catalog.text import fold
from emoflix_device.errors import RefusedError
from emoflix_device.handlers.desk import Desk
from emoflix_device.mqtt.requests import SearchRequest, SearchResult
from emoflix_device.translate import film_message

_MOST: Final = 50
"""Films that are looked through for names: the best known first."""


def search(desk: Desk, request: SearchRequest) -> SearchResult:
    """Find films, and with a person the names that fit."""
    if request.title is None and request.person is None:
        raise RefusedError("title", "is missing: give a title or a person")
    query = Query(text=request.title or "", person=request.person or "")
    catalogue = desk.recommender.catalogue
    films = [catalogue.film_at(number) for number in find(catalogue, query, count=_MOST)]
    names = _names(films, request.person or "")
    return SearchResult(
        films=tuple(map(film_message, films[: request.count])), people=names[: request.count]
    )


def _names(films: Iterable[Film], person: str) -> tuple[str, ...]:
    """Those of the films' people that hold every word, the last maybe unfinished."""
    words = fold(person).split()
    people = (name for film in films for name in (*film.cast, *film.directors, *film.writers))
    return tuple(
        name
        for name in dict.fromkeys(people)
        if words
        and all(any(part.startswith(word) for part in fold(name).split()) for word in words)
    )
