"""How long an answer takes to be kept: from the command to the reply, in the loop of a daemon.

The store is encrypted and syncs every commit to the disk; before, it holds a household's history.
"""

import datetime as dt
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from rich.table import Table

from emoflix_device.household import Feedback
from emoflix_device.household.key import make_key, read_key
from tests.benchmarks.measure import ROUNDS, timed
from tests.device.box import Box, starter

HISTORY: Final = 2_000
UNSEEN: Final = 100
"""So many films are left to be shown."""
USERS: Final = 20
KINDS: Final = ("like", "dislike", "watched", "not_interested")
BEGAN: Final = dt.datetime(2026, 1, 1, 20, tzinfo=dt.UTC)


def tables() -> Iterator[Table]:
    """One table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_key(folder / "household.key")
        with Box(folder, key=read_key(folder / "household.key")) as box:
            yield _measured(box)


def _measured(box: Box) -> Table:
    ids = [film_id for (film_id,) in starter().rows("SELECT id FROM film ORDER BY number")]
    said = [
        (BEGAN + dt.timedelta(minutes=number), Feedback(film=film, kind="watched"))
        for number, film in zip(range(HISTORY), itertools.cycle(ids[UNSEEN:]), strict=False)
    ]
    box.store.history.take_in("household", "letterboxd", said)
    slate = box.done("recommend", {"count": 20})
    shown = [film["id"] for film in slate["films"]]

    def write(number: int) -> None:
        answer = Feedback(film=ids[number], kind="like")
        box.store.history.add("household", answer, box.hand.wall)

    def command(number: int) -> None:
        film, kind = shown[number % len(shown)], KINDS[number % len(KINDS)]
        request = {"film": film, "kind": kind, "slate": slate["slate"]}
        # One user alone is refused after 50 commands a second.
        answer = box.ask("feedback", request, user=f"guest-{number % USERS}")
        assert answer["ok"]["learnt"], answer

    title = f"Feedback, {ROUNDS} of each, {HISTORY:,} answers in an encrypted store"
    table = Table("", "p50 ms", "p99 ms", title=title)
    for name, action in (("a row kept", write), ("command to reply, learnt from", command)):
        p50, p99 = np.percentile(timed(action), [50, 99])
        table.add_row(name, f"{p50:.1f}", f"{p99:.1f}")
    return table
