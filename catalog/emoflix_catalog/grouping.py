"""Which records of several sources tell of one film.

Records are one film when they share an identifier; else when they share a title (original title
included), their years are at most one apart and they share a director. Where one side names no
director, a shared actor will do; where nobody can be compared, the year must be the same, the
languages must not differ, and no other film may fit. Two shared actors and the same year outweigh
directors that differ.

A film's records are a plain list, and what they are compared by is made of them when it is asked
for: of a hundred thousand films nearly all have one record and are never asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count, groupby
from typing import Final

import msgspec

from emoflix_catalog.agreement import same_person
from emoflix_catalog.film import Film
from emoflix_catalog.precedence import WORLDWIDE, order
from emoflix_catalog.reference import title_key

_YEARS_APART: Final = 1
_SURE_ACTORS: Final = 2
"""So many shared actors outweigh directors that differ, in the same year."""
_Group = list[Film]


def group_records(records: Iterable[Film]) -> list[list[Film]]:
    """The records of each film; within a film, the one whose word counts first stands first.

    Args:
        records: Each named within its `source` by its `id`, in any order.
    """
    ordered = list(_different(records))
    ambiguous = _ambiguous(ordered)
    groups = _Groups()
    for record in ordered:
        groups.place(record, ambiguous)
    return groups.all()


class _Groups:
    def __init__(self) -> None:
        self._groups: dict[int, _Group] = {}
        self._numbers = count()
        self._by_identifier: dict[str, dict[str, int]] = {scheme: {} for scheme in WORLDWIDE}
        self._by_title: dict[str, tuple[int, ...]] = {}

    def all(self) -> list[_Group]:
        return list(self._groups.values())

    def place(self, record: Film, ambiguous: set[tuple[str, str]]) -> None:
        """Put a record to its film, or begin one."""
        number = self._by_identifiers(record)
        if number is None:
            number = self._by_titles(record, ambiguous)
        if number is None:
            number = next(self._numbers)
            self._groups[number] = []
        self._add(number, [record])

    def _add(self, number: int, records: Sequence[Film]) -> None:
        group = self._groups[number]
        for record in records:
            group.append(record)
            for scheme, value in _worldwide(record):
                self._by_identifier[scheme].setdefault(value, number)
            for key in _keys(record):
                numbers = self._by_title.get(key, ())
                if number not in numbers:
                    self._by_title[key] = (*numbers, number)
        group.sort(key=order)

    def _by_identifiers(self, record: Film) -> int | None:
        """The film that has one of its identifiers; two films that both have one become one."""
        found: int | None = None
        for scheme, value in _worldwide(record):
            number = self._by_identifier[scheme].get(value)
            if number is None or number == found:
                continue
            group = self._groups[number]
            if found is None:
                # A more trusted name that differs outweighs a less trusted one that agrees.
                trusted = WORLDWIDE[: WORLDWIDE.index(scheme)]
                if record.source not in _sources(group) and not _differ(group, [record], trusted):
                    found = number
            elif self._are_one(found, number):
                found = self._join(found, number)
        return found

    def _are_one(self, one: int, other: int) -> bool:
        first, second = self._groups[one], self._groups[other]
        return _sources(first).isdisjoint(_sources(second)) and not _differ(first, second)

    def _join(self, one: int, other: int) -> int:
        keep, gone = min(one, other), max(one, other)
        group = self._groups.pop(gone)
        for record in group:
            for scheme, value in _worldwide(record):
                if self._by_identifier[scheme].get(value) == gone:
                    self._by_identifier[scheme][value] = keep
            for key in _keys(record):
                self._by_title[key] = tuple(n for n in self._by_title[key] if n != gone)
        self._add(keep, group)
        return keep

    def _by_titles(self, record: Film, ambiguous: set[tuple[str, str]]) -> int | None:
        """The film of its title, year and people."""
        numbers = {number for key in _keys(record) for number in self._by_title.get(key, ())}
        fitting = [
            (number, group, _shares_people(record, group))
            for number in sorted(numbers)
            for group in [self._groups[number]]
            if any(abs(known.year - record.year) <= _YEARS_APART for known in group)
            and record.source not in _sources(group)
            and not _differ(group, [record])
        ]
        for number, _, shared in fitting:
            if shared:
                return number
        unsure = [
            number
            for number, group, shared in fitting
            if shared is None and _nothing_speaks_against(record, group)
        ]
        if len(unsure) == 1 and (record.source, record.id) not in ambiguous:
            return unsure[0]
        return None


def _worldwide(record: Film) -> Iterator[tuple[str, str]]:
    """Its identifiers that mean the same film everywhere, the most trusted first."""
    for scheme in WORLDWIDE:
        if scheme in record.identifiers:
            yield scheme, record.identifiers[scheme]


def _sources(group: _Group) -> set[str]:
    return {record.source for record in group}


def _differ(group: _Group, other: _Group, schemes: Sequence[str] = WORLDWIDE) -> bool:
    """Whether the two have different names in one of `schemes`."""
    ours, theirs = _identifiers(group), _identifiers(other)
    return any(ours[s] != theirs[s] for s in schemes if s in ours and s in theirs)


def _identifiers(group: _Group) -> dict[str, str]:
    known: dict[str, str] = {}
    for record in group:
        known = {**record.identifiers, **known}
    return known


def _shares_people(record: Film, group: _Group) -> bool | None:
    """Whether the people say it is one film; None where nobody can be compared."""
    directors = _shared(record.directors, {name for known in group for name in known.directors})
    if directors:
        return True
    cast = _shared(record.cast, {name for known in group for name in known.cast})
    if directors is None:
        return None if cast is None else cast > 0
    # Directors are spelt differently (J. A. and Juan Antonio), and of two one may be left out.
    return cast is not None and cast >= _SURE_ACTORS and _same_year(record, group)


def _shared(ours: Iterable[str], theirs: Iterable[str]) -> int | None:
    """How many of our people are among theirs; None where one side names nobody."""
    if not (ours and theirs):
        return None
    return sum(any(same_person(one, other) for other in theirs) for one in ours)


def _nothing_speaks_against(record: Film, group: _Group) -> bool:
    spoken = {code for known in group for code in known.languages}
    other_language = bool(spoken) and bool(record.languages) and spoken.isdisjoint(record.languages)
    return _same_year(record, group) and not other_language


def _same_year(record: Film, group: _Group) -> bool:
    return any(known.year == record.year for known in group)


def _ambiguous(ordered: Iterable[Film]) -> set[tuple[str, str]]:
    """Records whose title and year another record of their source has too."""
    found: set[tuple[str, str]] = set()
    for source, records in groupby(ordered, key=lambda record: record.source):
        first: dict[tuple[str, int], str] = {}
        for record in records:
            for key in _keys(record):
                other = first.setdefault((key, record.year), record.id)
                if other != record.id:
                    found.update(((source, other), (source, record.id)))
    return found


def _keys(record: Film) -> set[str]:
    return {key for key in (_key(record.title), _key(record.original_title)) if key}


@lru_cache(maxsize=1 << 12)
def _key(title: str) -> str:
    return title_key(title.replace("&", " and "))


def _different(records: Iterable[Film]) -> Iterator[Film]:
    """Each record once, in order; of two that differ under one name, always the same one."""
    for _, same in groupby(sorted(records, key=order), key=lambda each: (each.source, each.id)):
        first, *others = same
        yield min((first, *others), key=_content) if others else first


def _content(record: Film) -> bytes:
    return msgspec.json.encode(record, order="deterministic")
