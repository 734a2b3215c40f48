"""How long what is kept stays: the one table that the sweep, the texts and the tests read.

A row goes when the day it counts from is longer ago than its limit, by the wall clock, or when too
many came after it. The wall clock of a small board may be years off, so the rules err towards
keeping: a day is never before that of the row before it (a clock set back ages nothing), and a
clock that stands before a row's day deletes nothing. While a clock runs ahead, rows go early, and
those written then count from that day; what bounds them is their number. What people said of films
has no limit in days, so that no clock can lose it.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final, NamedTuple

from emoflix_device.household.database import Database


class Limit(NamedTuple):
    """Of one table."""

    most_rows: int
    """The newest so many stay, in the order they were written."""
    days: int | None = None
    """None: they stay until somebody erases them."""
    each: bool = False
    """Whether `most_rows` is for each profile."""


LIMITS: Final[Mapping[str, Limit]] = {
    "feedback": Limit(20_000, each=True),
    "slate": Limit(5_000, days=90),
    "answer": Limit(1_000, days=30),
    "consent": Limit(200),
}


def counts_from(table: str) -> str:
    """SQL that takes today (UTC) and gives the day from which a new row of `table` counts."""
    newest = f"SELECT counts_from FROM {table} ORDER BY id DESC LIMIT 1"  # noqa: S608 - constants
    return f"max(?, coalesce(({newest}), ''))"


def sweep(database: Database, now: dt.datetime) -> dict[str, int]:
    """Delete what has been kept long enough; how many rows of which table it was.

    Writes nothing where nothing is due.
    """
    today = now.astimezone(dt.UTC).date()
    gone = {}
    with database.transaction():
        for table, limit in LIMITS.items():
            gone[table] = _too_many(database, table, limit)
            if limit.days is not None and today.toordinal() > limit.days:
                gone[table] += database.write(
                    f"DELETE FROM {table} WHERE counts_from < ?",  # noqa: S608
                    (today - dt.timedelta(days=limit.days)).isoformat(),
                )
    if any(gone.values()):
        database.empty_journal()
    return gone


def _too_many(database: Database, table: str, limit: Limit) -> int:
    groups = [""]
    if limit.each:
        groups = [
            f"profile = {number} AND" for (number,) in database.rows("SELECT id FROM profile")
        ]
    return sum(
        database.write(
            f"DELETE FROM {table} WHERE {group} rowid <= (SELECT rowid FROM {table}"  # noqa: S608
            f" WHERE {group} true ORDER BY rowid DESC LIMIT 1 OFFSET ?)",
            limit.most_rows,
        )
        for group in groups
    )
