"""How the store's tables came about: script n brings version n to n + 1.

Written scripts never change. No statement may hold a semicolon: they are split at it.
"""

from typing import Final

MIGRATIONS: Final = (
    """
    CREATE TABLE consent (given_at TEXT NOT NULL, withdrawn_at TEXT) STRICT;
    CREATE TABLE camera_switch (
        id INTEGER PRIMARY KEY CHECK (id = 1), wanted INTEGER NOT NULL
    ) STRICT;
    INSERT INTO camera_switch VALUES (1, 1);
    CREATE TABLE profile (name TEXT PRIMARY KEY, preferences BLOB NOT NULL) STRICT;
    """,
    # `counts_from`: the day (UTC) that the time of keeping is counted from. It is never before
    # that of the row before it, so that a clock set back makes no row look older than it is.
    """
    ALTER TABLE consent ADD COLUMN purpose TEXT NOT NULL DEFAULT 'camera'
        CHECK (purpose IN ('camera', 'moods'));

    ALTER TABLE profile RENAME TO profile_1;
    CREATE TABLE profile (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        preferences BLOB,
        learned BLOB
    ) STRICT;
    INSERT INTO profile (name, preferences)
        SELECT name, preferences FROM profile_1 ORDER BY rowid;
    DROP TABLE profile_1;

    CREATE TABLE selection (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        profile INTEGER REFERENCES profile ON DELETE SET NULL
    ) STRICT;
    INSERT INTO selection VALUES (1, NULL);

    CREATE TABLE feedback (
        id INTEGER PRIMARY KEY,
        profile INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,
        film TEXT NOT NULL,
        kind TEXT NOT NULL,
        rating REAL,
        review TEXT,
        because TEXT,
        slate TEXT,
        at TEXT NOT NULL,
        source TEXT,
        sentiment REAL
    ) STRICT;
    CREATE INDEX feedback_of ON feedback (profile, film);

    CREATE TABLE slate (
        id INTEGER PRIMARY KEY,
        profile INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,
        record BLOB NOT NULL,
        mood TEXT,
        counts_from TEXT NOT NULL
    ) STRICT;
    CREATE INDEX slate_of ON slate (profile);

    CREATE TABLE answer (
        id INTEGER PRIMARY KEY,
        user TEXT NOT NULL,
        command TEXT NOT NULL,
        request TEXT NOT NULL,
        profile INTEGER REFERENCES profile ON DELETE CASCADE,
        reply BLOB NOT NULL,
        counts_from TEXT NOT NULL,
        UNIQUE (user, command, request)
    ) STRICT;
    CREATE INDEX answer_of ON answer (profile);

    CREATE TABLE chore (name TEXT PRIMARY KEY) STRICT;
    """,
    # As the history is read. The rowid is the last part of every index.
    """
    CREATE INDEX feedback_in_order ON feedback (profile, source IS NULL);
    """,
)
