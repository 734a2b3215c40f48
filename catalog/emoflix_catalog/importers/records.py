"""What each source says, kept as it said it: a file beside the catalogue, from which it is merged.

Taking the records of a source away leaves what was there before them, to the byte.
"""

import datetime as dt
import sqlite3
from collections.abc import Hashable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import Found, Tally
from emoflix_catalog.schema import Schema, upgrade, verify

RECORDS: Final = Schema(
    kind="file of imported records",
    application_id=int.from_bytes(b"EMOS"),
    renew="move it away and import again",
    migrations=(
        """
        CREATE TABLE record (
            source TEXT NOT NULL,
            id TEXT NOT NULL,        -- of the film, within its source
            film BLOB NOT NULL,      -- as JSON
            read_on TEXT NOT NULL,
            PRIMARY KEY (source, id)
        ) STRICT, WITHOUT ROWID;
        """,
    ),
)
_STAGE: Final = "CREATE TEMP TABLE stage (id TEXT PRIMARY KEY, film BLOB NOT NULL) WITHOUT ROWID"
_UNCHANGED: Final = (
    "SELECT count(*) FROM record JOIN temp.stage USING (id, film) WHERE record.source = ?"
)
_CHANGED: Final = (
    "SELECT count(*) FROM record JOIN temp.stage USING (id)"
    " WHERE record.source = ? AND record.film != stage.film"
)
_GONE: Final = "DELETE FROM record WHERE source = ? AND id NOT IN (SELECT id FROM temp.stage)"
_TAKE: Final = (
    "INSERT INTO record SELECT ?1, id, film, ?2 FROM temp.stage WHERE true"
    " ON CONFLICT DO UPDATE SET film = excluded.film, read_on = excluded.read_on"
    " WHERE film != excluded.film OR (?3 AND read_on != excluded.read_on)"
)
_NAMES: Final = ("directors", "cast", "writers", "keywords")
_OFTEN_ALIKE: Final = ("languages", "countries", "genres", "source", "licence", "popularity_by")


class Changes(NamedTuple):
    """What an import changed among the records of its source."""

    new: int
    changed: int
    unchanged: int
    gone: int

    @property
    def kept(self) -> int:
        """The records that the source has now."""
        return self.new + self.changed + self.unchanged


def records_path(catalogue: Path) -> Path:
    """Where the records lie that a catalogue is merged from."""
    return catalogue.with_name(f"{catalogue.stem}.sources")


class Records:
    """The open file; every change of it is whole or not at all."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def replace(
        self, source: str, found: Iterable[Found], tally: Tally, today: dt.date, *, cached: bool
    ) -> Changes:
        """Let `source` have the films `found` and no others.

        Args:
            source: The name of the source.
            found: Read to its end before anything is changed; what it raises is passed on.
            tally: Where a film that comes a second time is counted.
            today: The day of the import.
            cached: Whether the day counts for records that did not change, too.
        """
        do = self._connection.execute
        do("DROP TABLE IF EXISTS temp.stage")
        do(_STAGE)
        do("BEGIN")
        for place, film in found:
            row = (film.id, msgspec.json.encode(film, order="deterministic"))
            if do("INSERT OR IGNORE INTO temp.stage VALUES (?, ?)", row).rowcount == 0:
                tally.pass_by("a film that was there already", place, film.id)
        do("COMMIT")
        do("BEGIN IMMEDIATE")
        with self._connection:
            (staged,) = do("SELECT count(*) FROM temp.stage").fetchone()
            (unchanged,) = do(_UNCHANGED, (source,)).fetchone()
            (changed,) = do(_CHANGED, (source,)).fetchone()
            gone = do(_GONE, (source,)).rowcount
            do(_TAKE, (source, today.isoformat(), cached))
        do("DROP TABLE temp.stage")
        return Changes(staged - changed - unchanged, changed, unchanged, gone)

    def purge(self, source: str, before: dt.date | None = None) -> int:
        """Take the records of a source away, all or those read before a day; how many they were."""
        day = before.isoformat() if before else "9999-12-31"
        with self._connection:
            return self._connection.execute(
                "DELETE FROM record WHERE source = ? AND read_on < ?", (source, day)
            ).rowcount

    def films(self) -> Iterator[Film]:
        """All records, by source and id."""
        decoder = msgspec.json.Decoder(Film)
        known: dict[Hashable, Any] = {}
        for (film,) in self._connection.execute("SELECT film FROM record ORDER BY source, id"):
            yield _sharing(decoder.decode(film), known)

    def counts(self) -> dict[str, int]:
        """How many records each source has."""
        return dict(
            self._connection.execute(
                "SELECT source, count(*) FROM record GROUP BY source ORDER BY source"
            )
        )


def _sharing(film: Film, known: dict[Hashable, Any]) -> Film:
    """The film with the names and lists that others have, too: an actor's is held once."""
    for field in _NAMES:
        names = tuple(known.setdefault(name, name) for name in getattr(film, field))
        msgspec.structs.force_setattr(film, field, names)
    for field in _OFTEN_ALIKE:
        value = getattr(film, field)
        msgspec.structs.force_setattr(film, field, known.setdefault(value, value))
    return film


@contextmanager
def open_records(path: Path) -> Iterator[Records]:
    """Open the records at `path`, a new file if there is none.

    Raises:
        StoreError: It is foreign, cut short, or of a newer version.
        CatalogueError: It cannot be written, the disk is full, or another import is under way.
    """
    if path.exists() and path.stat().st_size:
        verify(path, RECORDS, older_is_fine=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, isolation_level=None, timeout=2)) as connection:
            upgrade(connection, RECORDS)
            yield Records(connection)
    except (OSError, sqlite3.DatabaseError) as error:
        raise CatalogueError(
            f"{path}: the records of the sources cannot be kept here ({error}): make room, or wait"
            " for another import to end; nothing was changed"
        ) from error
