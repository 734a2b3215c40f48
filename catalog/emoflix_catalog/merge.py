"""Records of the same film from several sources into one film.

The merged films are a function of the set of records: neither their order nor what was imported or
purged before matters, so that taking a source's records away restores what was there without them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from typing import Any, Final

import msgspec

from emoflix_catalog.film import Film
from emoflix_catalog.grouping import group_records
from emoflix_catalog.precedence import FIRST, OWN, SCHEMES, SOURCES, kind_of, rank
from emoflix_catalog.text import slug

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
_FIELDS: Final[dict[tuple[str, ...], tuple[str, ...]]] = {
    **{(field,): SOURCES for field in _SINGLE},
    **FIRST,
}


def merge(records: Iterable[Film]) -> list[Film]:
    """The films that `records` tell of, by id; each names its sources and all their licences.

    Args:
        records: Each named within its `source` by its `id`.
    """
    return merge_groups(group_records(records))


def merge_groups(groups: Iterable[Sequence[Film]]) -> list[Film]:
    """The films of groups as `group_records` makes them, by id."""
    return sorted(_named(map(_merged, groups)), key=lambda film: film.id)


def _merged(records: Sequence[Film]) -> Film:
    if len(records) == 1:
        return records[0]
    values: dict[str, Any] = {}
    for fields, sources in _FIELDS.items():
        for record in sorted(records, key=rank(sources)):
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
    claimed: dict[str, set[str]] = defaultdict(set)
    ids: set[str] = set()
    for film in films:
        identifiers = {
            scheme: value
            for scheme, value in sorted(film.identifiers.items())
            if value not in claimed[scheme]
        }
        for scheme, value in identifiers.items():
            claimed[scheme].add(value)
        wanted = _id(film, identifiers)
        again = (f"{wanted}-{number}" for number in count(2))
        free = next(name for name in chain((wanted,), again) if name not in ids)
        ids.add(free)
        if free == film.id and identifiers == film.identifiers:
            yield film  # as nearly all are: a copy of each would take as much again
        else:
            yield msgspec.structs.replace(film, id=free, identifiers=identifiers)


def _id(film: Film, identifiers: dict[str, str]) -> str:
    """The catalogue's own id, or one made of the most trusted identifier."""
    if kind_of(film.source.partition("+")[0]) in OWN:
        return film.id
    for scheme in SCHEMES:
        if scheme in identifiers:
            return f"{scheme}-{slug(identifiers[scheme])}"
    return slug(f"{film.title} {film.year}")
