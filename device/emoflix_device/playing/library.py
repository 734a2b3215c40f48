"""Which of a media server's titles is a film of the catalogue."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from emoflix_catalog.film import Film
from emoflix_catalog.reference import title_key

SCHEMES = ("imdb", "tmdb", "wikidata")
"""Names of a film that both sides may know, the most trusted first."""
YEARS_APART = 1
"""A release's year differs by so much from one source to another."""


class Title(Struct, frozen=True, kw_only=True):
    """One film as the media server knows it."""

    id: str
    """The server's own."""
    names: tuple[str, ...]
    """Title and original title."""
    year: int | None
    identifiers: Mapping[str, str] = {}
    """Scheme of `SCHEMES` to the name there."""


class Library:
    """A media server's titles, found by what the catalogue knows of a film."""

    def __init__(self, titles: Iterable[Title]) -> None:
        """Take the titles in."""
        self._by_identifier: dict[tuple[str, str], Title] = {}
        self._by_name: dict[str, list[Title]] = defaultdict(list)
        self._ids: set[str] = set()
        for title in titles:
            self._ids.add(title.id)
            for named in title.identifiers.items():
                self._by_identifier[named] = title
            for key in _keys(title.names):
                self._by_name[key].append(title)

    def __len__(self) -> int:
        """How many titles there are."""
        return len(self._ids)

    def find(self, film: Film) -> Title | None:
        """The film's title: by a shared identifier, else by name and year, the nearest year first.

        A title without a year is none: too many films share a name.
        """
        for scheme in SCHEMES:
            shared = self._by_identifier.get((scheme, film.identifiers.get(scheme, "")))
            if shared is not None:
                return shared
        alike = [
            title
            for key in _keys((film.title, film.original_title))
            for title in self._by_name.get(key, ())
            if _years_apart(title, film) <= YEARS_APART and not _differ(title, film)
        ]
        return min(alike, key=lambda title: _years_apart(title, film), default=None)


def _keys(names: Iterable[str]) -> list[str]:
    return sorted({key for name in names if (key := title_key(name))})


def _years_apart(title: Title, film: Film) -> int:
    return YEARS_APART + 1 if title.year is None else abs(title.year - film.year)


def _differ(title: Title, film: Film) -> bool:
    """Whether the two have different names in one scheme, and so are two films."""
    ours = film.identifiers
    return any(ours[s] != name for s, name in title.identifiers.items() if s in ours)
