"""Import a source, purge a source: change its records, then merge the catalogue anew."""

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from emoflix_catalog.build import Built, version_of, write_catalogue
from emoflix_catalog.errors import StoreError
from emoflix_catalog.features.collaborative import factors_path
from emoflix_catalog.features.transforms import transforms_of
from emoflix_catalog.film import Film
from emoflix_catalog.grouping import group_records
from emoflix_catalog.importers.contract import Found, Request, SourceError, Tally
from emoflix_catalog.importers.records import Changes, Records, open_records, records_path
from emoflix_catalog.importers.sources import SOURCES, reader, source_of
from emoflix_catalog.merge import merge, merge_groups
from emoflix_catalog.store import open_catalogue
from emoflix_catalog.whole import alone


class Imported(NamedTuple):
    """What an import read and changed."""

    source: str
    read: int
    changes: Changes
    merged: int
    """Of the source's records, those of a film that another source tells of too."""
    reasons: dict[str, int]
    """Why rows were not taken, and how many."""
    examples: dict[str, list[str]]
    """Some of the rows of each reason."""
    catalogue: Built


class Purged(NamedTuple):
    """What a purge took away."""

    source: str
    records: int
    catalogue: Built


def import_source(
    name: str,
    request: Request,
    catalogue: Path,
    own: Iterable[Film],
    tally: Tally,
    *,
    today: dt.date,
    record_source: str = "",
    licence: str = "",
) -> Imported:
    """Read a source and merge what it says into the catalogue.

    A source that cannot be read to its end, or a program that is killed before, changes nothing.

    Args:
        name: One of `SOURCES` that has films.
        request: Where it lies.
        catalogue: The file, which may not exist yet; the records are kept beside it.
        own: The films of our own writing.
        tally: Counts the rows, and tells the progress.
        today: The day of the import.
        record_source: Under which name the records are kept, if not under the source's.
        licence: Of the rows, if not the source's own.

    Raises:
        SourceError: The source cannot be read, or has no film that can be taken.
        CatalogueError: The records or the catalogue cannot be written, or another program does.
    """
    kept_as = record_source or name
    source = SOURCES[name]
    found = _marked(reader(name)(request, tally), kept_as, licence or source.licence)
    with alone(catalogue):
        with open_records(records_path(catalogue)) as records:
            changes = records.replace(
                kept_as, _some(found, request, tally), tally, today, cached=bool(source.keep_days)
            )
            groups = group_records(kept_films(records, own, today))
        merged = sum(
            kept_as in {record.source for record in group} for group in groups if len(group) > 1
        )
        films = merge_groups(groups)
        del groups  # as large as the films, and the catalogue is yet to be made
        built = write_if_new(films, catalogue)
    return Imported(
        kept_as, tally.read, changes, merged, dict(tally.reasons), tally.examples, built
    )


def purge_source(name: str, catalogue: Path, own: Iterable[Film], *, today: dt.date) -> Purged:
    """Take everything a source said out of the catalogue.

    Raises:
        SourceError: Nothing was imported from it.
        CatalogueError: The records or the catalogue cannot be written.
    """
    path = records_path(catalogue)
    if not path.exists():
        raise SourceError(f"{path}: nothing was imported into {catalogue.name} yet")
    with alone(catalogue):
        with open_records(path) as records:
            names = records.counts()
            if name not in names:
                raise SourceError(
                    f"{name}: nothing of it is in {catalogue.name}; imported were:"
                    f" {', '.join(names) or 'none'}"
                )
            gone = records.purge(name)
            _forget_factors(catalogue)
            kept = kept_films(records, own, today)
        return Purged(name, gone, write_if_new(merge(kept), catalogue))


def merged_films(catalogue: Path, own: Iterable[Film], *, today: dt.date) -> list[Film]:
    """Our own films with everything that was imported for this catalogue.

    Raises:
        CatalogueError: The records cannot be read.
    """
    path = records_path(catalogue)
    if not path.exists():
        return merge(own)
    with open_records(path) as records:
        return merge(kept_films(records, own, today))


def kept_films(records: Records, own: Iterable[Film], today: dt.date) -> list[Film]:
    """All records with our own films; those that may not be kept longer are dropped first."""
    for name in records.counts():
        keep_days = source_of(name).keep_days
        if keep_days is not None:
            records.purge(name, before=today - dt.timedelta(days=keep_days))
    return [*own, *records.films()]


def _forget_factors(catalogue: Path) -> None:
    """What ratings taught may come from the source that is purged: it is not carried over."""
    with suppress(StoreError), open_catalogue(catalogue) as there:
        factors_path(catalogue, there.version).unlink(missing_ok=True)


def write_if_new(films: list[Film], catalogue: Path) -> Built:
    """Write a catalogue of these films, unless it is there already."""
    transforms = transforms_of(catalogue)
    version = version_of(films, transforms)
    try:
        with open_catalogue(catalogue) as there:
            if there.version == version:
                return Built(catalogue, version, len(films))
    except StoreError:
        pass  # missing, older or damaged: it is written anew
    return write_catalogue(films, catalogue, transforms)


def _marked(found: Iterable[Found], source: str, licence: str) -> Iterable[Found]:
    """Let every film say where it is from."""
    for place, film in found:
        by = "" if film.popularity is None else source
        marked = msgspec.structs.replace(film, source=source, licence=licence, popularity_by=by)
        yield Found(place, marked)


def _some(found: Iterable[Found], request: Request, tally: Tally) -> Iterable[Found]:
    """Refuse a source without one film: it is the wrong one, and would wipe the last import."""
    empty = True
    for each in found:
        empty = False
        yield each
    if empty:
        why = "; ".join(
            f"{count} x {reason} ({tally.examples[reason][0]})"
            for reason, count in tally.reasons.most_common(3)
        )
        raise SourceError(
            f"{request.where}: has no film that can be taken ({why or 'it is empty'}):"
            " is it the right source? nothing was changed"
        )
