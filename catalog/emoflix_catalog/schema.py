"""The tables of a catalogue file, and how a file is known for one of ours and of which version."""

import sqlite3
import struct
from pathlib import Path
from typing import Final, NamedTuple

from emoflix_catalog.errors import StoreError


class Schema(NamedTuple):
    """A kind of SQLite file: its mark in the header and the steps that lead to its version.

    A file's version is the number of steps it has been taken through (`PRAGMA user_version`).
    """

    kind: str
    application_id: int
    migrations: tuple[str, ...]
    renew: str
    """What to do with a file of an older version that is only read."""

    @property
    def version(self) -> int:
        return len(self.migrations)


CATALOGUE: Final = Schema(
    kind="catalogue",
    application_id=int.from_bytes(b"EMOF"),
    renew="run emoflix-catalog build",
    migrations=(
        """
        CREATE TABLE catalogue (
            version TEXT NOT NULL,
            films INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE source (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            licence TEXT NOT NULL,
            UNIQUE (name, licence)
        ) STRICT;
        CREATE TABLE film (
            number INTEGER PRIMARY KEY,  -- from 0, the best known first; the row in every array
            id TEXT NOT NULL UNIQUE,
            title TEXT NOT NULL,
            original_title TEXT,         -- NULL: the same as title
            year INTEGER NOT NULL,
            runtime_min INTEGER,
            age INTEGER,
            synopsis TEXT NOT NULL,
            rating REAL,
            votes INTEGER,
            popularity REAL,
            popularity_on TEXT,
            source INTEGER NOT NULL REFERENCES source
        ) STRICT;
        CREATE TABLE identifier (
            scheme TEXT NOT NULL,
            value TEXT NOT NULL,
            film INTEGER NOT NULL REFERENCES film,
            PRIMARY KEY (scheme, value)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX identifier_film ON identifier (film);
        CREATE TABLE person (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            folded TEXT NOT NULL         -- without accents, case and blanks
        ) STRICT;
        CREATE INDEX person_folded ON person (folded);
        CREATE TABLE role (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;
        INSERT INTO role VALUES (0, 'director'), (1, 'cast'), (2, 'writer');
        CREATE TABLE credit (
            film INTEGER NOT NULL REFERENCES film,
            role INTEGER NOT NULL REFERENCES role,
            position INTEGER NOT NULL,
            person INTEGER NOT NULL REFERENCES person,
            PRIMARY KEY (film, role, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX credit_person ON credit (person);
        CREATE TABLE term (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL
                CHECK (kind IN ('language', 'country', 'genre', 'mood_tag', 'keyword')),
            name TEXT NOT NULL,
            UNIQUE (kind, name)
        ) STRICT;
        CREATE TABLE film_term (
            film INTEGER NOT NULL REFERENCES film,
            position INTEGER NOT NULL,   -- within the film, over all kinds
            term INTEGER NOT NULL REFERENCES term,
            PRIMARY KEY (film, position)
        ) STRICT, WITHOUT ROWID;
        -- The searches keep no text, and no sizes either: hits come by the film's number.
        CREATE VIRTUAL TABLE name_search USING fts5(
            title, original_title, people,
            content = '', columnsize = 0, tokenize = "unicode61 remove_diacritics 0"
        );
        CREATE VIRTUAL TABLE word_search USING fts5(
            words,
            content = '', columnsize = 0, detail = none, tokenize = "unicode61 remove_diacritics 0"
        );
        CREATE VIRTUAL TABLE sound_search USING fts5(
            sounds,
            content = '', columnsize = 0, detail = none, tokenize = "unicode61 remove_diacritics 0"
        );
        """,
        """
        ALTER TABLE film ADD COLUMN liking REAL;
        ALTER TABLE film ADD COLUMN reviews INTEGER;
        """,
        "ALTER TABLE film ADD COLUMN popularity_by TEXT NOT NULL DEFAULT ''",
    ),
)

_SQLITE_HEADER = struct.Struct(">16sH10xI28xI4xI28x")
"""Magic, page size, pages, user version, application id: https://sqlite.org/fileformat2.html 1.3"""


def upgrade(connection: sqlite3.Connection, schema: Schema) -> None:
    """Take a new or older file through the steps it lacks, each whole or not at all.

    Raises:
        sqlite3.Error: A step failed; the ones before it stand.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, script in enumerate(schema.migrations[version:], start=version + 1):
        connection.executescript(
            f"BEGIN; {script}; PRAGMA application_id = {schema.application_id};"
            f"PRAGMA user_version = {number}; COMMIT;"
        )


def verify(path: Path, schema: Schema, *, older_is_fine: bool = False) -> None:
    """See from its first bytes whether a file is one of ours, whole, and of this version.

    Raises:
        StoreError: It is not there, foreign, cut short, newer, or (unless that is fine) older.
    """
    try:
        size = path.stat().st_size
        head = b""
        if not path.is_fifo():  # it would wait for somebody who writes
            with path.open("rb") as file:
                head = file.read(_SQLITE_HEADER.size)
    except OSError as error:
        raise StoreError(
            f"{path}: no {schema.kind} can be read here ({error.strerror}): {schema.renew}"
        ) from error
    if len(head) < _SQLITE_HEADER.size or not head.startswith(b"SQLite format 3\0"):
        raise StoreError(f"{path}: is not a {schema.kind} file: name another, or {schema.renew}")
    _, page_size, pages, version, application_id = _SQLITE_HEADER.unpack(head)
    if application_id != schema.application_id:
        raise StoreError(
            f"{path}: is an SQLite file but not a {schema.kind} of Emoflix: name another,"
            f" or {schema.renew}"
        )
    if size < pages * (page_size if page_size > 1 else 65536):
        raise StoreError(f"{path}: is cut short: copy it again, or {schema.renew}")
    if version > schema.version:
        raise StoreError(
            f"{path}: has schema version {version}, this program knows {schema.version}:"
            f" update Emoflix, or {schema.renew}"
        )
    if version < schema.version and not older_is_fine:
        raise StoreError(
            f"{path}: has schema version {version}, this program needs {schema.version}:"
            f" {schema.renew}"
        )
