"""Records of the same film from several sources into one film.

The merged films are a function of the set of records: neither their order nor what was imported or
purged before matters, so that taking a source's records away restores what was there without them.

Records are one film when they share an identifier; else when they share a title (original title
included), their years are at most one apart and they share a director. Where one side names no
director, a shared actor will do; where nobody can be compared, the year must be the same, the
languages must not differ, and no other film may fit. Two shared actors and the same year outweigh
directors that differ.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, count
from typing import Any, Final

import msgspec

from emoflix_catalog.agreement import same_person
from emoflix_catalog.film import Film
from emoflix_catalog.reference import title_key
from emoflix_catalog.text import slug

SCHEMES: Final = ("imdb", "tmdb", "wikidata", "movielens", "jellyfin", "kodi")
"""The schemes of identifiers, the most trusted first."""
OWN: Final = ("starter", "csv")
"""Sources whose films have an id of the catalogue's own."""
SOURCES: Final = (*OWN, "imdb", "tmdb5000", "wikidata", "movielens", "jellyfin", "kodi", "tmdb")
"""Whose word counts first, where `FIRST` has no other order."""
FIRST: Final[dict[tuple[str, ...], tuple[str, ...]]] = {
    # IMDb writes original titles in Latin letters.
    ("original_title",): (*OWN, "wikidata", "tmdb5000", "tmdb", "jellyfin", "kodi", "imdb"),
    # Wikidata's casts are in no order.
    ("cast",): (*OWN, "imdb", "tmdb5000", "jellyfin", "kodi", "wikidata"),
    # A mean is worth little without its votes, a popularity without its day.
    ("rating", "votes"): (*OWN, "imdb", "tmdb5000", "movielens", "jellyfin", "kodi"),
    ("popularity", "popularity_on", "popularity_by"): ("pageviews", "jellyfin", "kodi", *SOURCES),
    ("liking", "reviews"): ("reviews",),
}
"""Fields that have another order of sources, or are taken together from one source."""
_SINGLE: Final = (
    "title",
    "year",
    "runtime_min",
    "languages",
    "countries",
    "genres",
    "age",
    "directors",
    "writers",
    "synopsis",
    "keywords",
    "mood_tags",
)
_GROUPS: Final[dict[tuple[str, ...], tuple[str, ...]]] = {
    **{(field,): SOURCES for field in _SINGLE},
    **FIRST,
}
_YEARS_APART: Final = 1
_SURE_ACTORS: Final = 2
"""So many shared actors outweigh directors that differ, in the same year."""


def merge(records: Iterable[Film]) -> list[Film]:
    """The films that `records` tell of, by id; each names its sources and all their licences.

    Args:
        records: Each named within its `source` by its `id`.
    """
    return merge_groups(group_records(records))


def merge_groups(groups: Iterable[Sequence[Film]]) -> list[Film]:
    """The films of groups as `group_records` makes them, by id."""
    return sorted(_named(map(_merged, groups)), key=lambda film: film.id)


def group_records(records: Iterable[Film]) -> list[list[Film]]:
    """The records of each film; within a film, the one whose word counts first stands first."""
    ordered = sorted(_different(records), key=_order)
    ambiguous = _ambiguous(ordered)
    groups = _Groups()
    for record in ordered:
        groups.place(record, ambiguous)
    return [group.records for group in groups.all()]


class _Group:
    """One film's records, and what new ones are compared with."""

    __slots__ = ("identifiers", "keys", "records", "sources", "years")

    def __init__(self) -> None:
        self.records: list[Film] = []
        self.sources: set[str] = set()
        self.identifiers: dict[str, str] = {}
        self.keys: set[str] = set()
        self.years: set[int] = set()

    def add(self, record: Film) -> None:
        self.records.append(record)
        self.sources.add(record.source)
        self.identifiers = {**record.identifiers, **self.identifiers}
        self.keys.update(_keys(record))
        self.years.add(record.year)

    def people(self, field: str) -> set[str]:
        return {name for record in self.records for name in getattr(record, field)}

    def differs(self, identifiers: dict[str, str], schemes: Iterable[str]) -> bool:
        """Whether another name is known in one of `schemes`."""
        ours = self.identifiers
        return any(ours[s] != identifiers[s] for s in schemes if s in ours and s in identifiers)


class _Groups:
    def __init__(self) -> None:
        self._groups: dict[int, _Group] = {}
        self._numbers = count()
        self._by_identifier: dict[tuple[str, str], int] = {}
        self._by_title: dict[str, list[int]] = defaultdict(list)

    def all(self) -> Iterable[_Group]:
        return self._groups.values()

    def place(self, record: Film, ambiguous: set[tuple[str, str]]) -> None:
        """Put a record to its film, or begin one."""
        number = self._by_identifiers(record)
        if number is None:
            number = self._by_titles(record, ambiguous)
        if number is None:
            number = next(self._numbers)
            self._groups[number] = _Group()
        self._add(number, [record])

    def _add(self, number: int, records: Sequence[Film]) -> None:
        group = self._groups[number]
        for record in records:
            group.add(record)
            for identifier in record.identifiers.items():
                self._by_identifier.setdefault(identifier, number)
            for key in _keys(record):
                if number not in self._by_title[key]:
                    self._by_title[key].append(number)
        group.records.sort(key=_order)

    def _by_identifiers(self, record: Film) -> int | None:
        """The film that has one of its identifiers; two films that both have one become one."""
        found: int | None = None
        for place, scheme in enumerate(SCHEMES):
            value = record.identifiers.get(scheme)
            number = self._by_identifier.get((scheme, value)) if value else None
            if number is None or number == found:
                continue
            group = self._groups[number]
            if found is None:
                # A more trusted name that differs outweighs a less trusted one that agrees.
                trusted = SCHEMES[:place]
                if record.source not in group.sources and not group.differs(
                    record.identifiers, trusted
                ):
                    found = number
            elif self._are_one(found, number):
                found = self._join(found, number)
        return found

    def _are_one(self, one: int, other: int) -> bool:
        first, second = self._groups[one], self._groups[other]
        return first.sources.isdisjoint(second.sources) and not first.differs(
            second.identifiers, SCHEMES
        )

    def _join(self, one: int, other: int) -> int:
        keep, gone = min(one, other), max(one, other)
        group = self._groups.pop(gone)
        for record in group.records:
            for identifier in record.identifiers.items():
                if self._by_identifier.get(identifier) == gone:
                    self._by_identifier[identifier] = keep
        for key in group.keys:
            self._by_title[key].remove(gone)
        self._add(keep, group.records)
        return keep

    def _by_titles(self, record: Film, ambiguous: set[tuple[str, str]]) -> int | None:
        """The film of its title, year and people."""
        near = {
            number
            for key in _keys(record)
            for number in self._by_title.get(key, ())
            if any(abs(year - record.year) <= _YEARS_APART for year in self._groups[number].years)
        }
        fitting = [
            (number, _shares_people(record, self._groups[number]))
            for number in sorted(near)
            if record.source not in self._groups[number].sources
            and not self._groups[number].differs(record.identifiers, SCHEMES)
        ]
        for number, shared in fitting:
            if shared:
                return number
        unsure = [
            number
            for number, shared in fitting
            if shared is None and _nothing_speaks_against(record, self._groups[number])
        ]
        if len(unsure) == 1 and (record.source, record.id) not in ambiguous:
            return unsure[0]
        return None


def _shares_people(record: Film, group: _Group) -> bool | None:
    """Whether the people say it is one film; None where nobody can be compared."""
    directors = _shared(record.directors, group.people("directors"))
    if directors:
        return True
    cast = _shared(record.cast, group.people("cast"))
    if directors is None:
        return None if cast is None else cast > 0
    # Directors are spelt differently (J. A. and Juan Antonio), and of two one may be left out.
    return cast is not None and cast >= _SURE_ACTORS and record.year in group.years


def _shared(ours: Iterable[str], theirs: Iterable[str]) -> int | None:
    """How many of our people are among theirs; None where one side names nobody."""
    if not (ours and theirs):
        return None
    return sum(any(same_person(one, other) for other in theirs) for one in ours)


def _nothing_speaks_against(record: Film, group: _Group) -> bool:
    spoken = {code for known in group.records for code in known.languages}
    other_language = bool(spoken) and bool(record.languages) and spoken.isdisjoint(record.languages)
    return record.year in group.years and not other_language


def _ambiguous(records: Iterable[Film]) -> set[tuple[str, str]]:
    """Records whose title and year another record of their source has too."""
    by_title: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    for record in records:
        for key in _keys(record):
            by_title[record.source, key, record.year].append(record.id)
    return {
        (source, record_id)
        for (source, _, _), ids in by_title.items()
        if len(ids) > 1
        for record_id in ids
    }


def _keys(record: Film) -> set[str]:
    return {key for key in (_key(record.title), _key(record.original_title)) if key}


@lru_cache(maxsize=1 << 17)
def _key(title: str) -> str:
    return title_key(title.replace("&", " and "))


def _different(records: Iterable[Film]) -> Iterable[Film]:
    """Each record once; of two that differ under one name, always the same one."""
    by_name: dict[tuple[str, str], Film] = {}
    for record in records:
        name = (record.source, record.id)
        if name not in by_name or _content(record) < _content(by_name[name]):
            by_name[name] = record
    return by_name.values()


def _content(record: Film) -> bytes:
    return msgspec.json.encode(record, order="deterministic")


def _order(record: Film) -> tuple[int, str, str]:
    return (_rank(SOURCES)(record), record.source, record.id)


def _rank(sources: Sequence[str]) -> Callable[[Film], int]:
    """Where a record's source stands among `sources`; those not named come last."""

    def rank(record: Film) -> int:
        name = kind_of(record.source)
        return sources.index(name) if name in sources else len(sources)

    return rank


def kind_of(source: str) -> str:
    """The source behind the name of a record's source: `csv-shelf` is a `csv` of somebody's own."""
    return source.partition("-")[0]


def _merged(records: Sequence[Film]) -> Film:
    if len(records) == 1:
        return records[0]
    values: dict[str, Any] = {}
    for fields, sources in _GROUPS.items():
        for record in sorted(records, key=_rank(sources)):
            if getattr(record, fields[0]) not in {None, "", ()}:
                values.update({field: getattr(record, field) for field in fields})
                break
    identifiers: dict[str, str] = {}
    for record in records:
        identifiers = {**record.identifiers, **identifiers}
    return msgspec.structs.replace(
        records[0],
        **values,
        identifiers=identifiers,
        source="+".join(dict.fromkeys(record.source for record in records)),
        licence=" AND ".join(dict.fromkeys(record.licence for record in records)),
    )


def _named(films: Iterable[Film]) -> Iterator[Film]:
    """Give each film an id and each identifier to one film: the first that claims it keeps it."""
    claimed: set[tuple[str, str]] = set()
    ids: set[str] = set()
    for film in films:
        identifiers = {
            scheme: value
            for scheme, value in sorted(film.identifiers.items())
            if (scheme, value) not in claimed
        }
        claimed.update(identifiers.items())
        wanted = _id(film, identifiers)
        again = (f"{wanted}-{number}" for number in count(2))
        free = next(name for name in chain((wanted,), again) if name not in ids)
        ids.add(free)
        yield msgspec.structs.replace(film, id=free, identifiers=identifiers)


def _id(film: Film, identifiers: dict[str, str]) -> str:
    """The catalogue's own id, or one made of the most trusted identifier."""
    if kind_of(film.source.partition("+")[0]) in OWN:
        return film.id
    for scheme in SCHEMES:
        if scheme in identifiers:
            return f"{scheme}-{slug(identifiers[scheme])}"
    return slug(f"{film.title} {film.year}")
