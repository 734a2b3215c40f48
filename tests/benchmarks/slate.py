"""What a slate costs with 100,000 films, for a viewer who has seen 2,000 of them."""

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.film import Film
from emoflix_catalog.recommend import Context, Policy, Viewer, mood_of, recommend
from emoflix_catalog.starter import films_of, starter_films
from emoflix_catalog.store import open_catalogue
from tests.benchmarks.measure import resident_mb, timed

if TYPE_CHECKING:
    from rich.table import Table

FILMS: Final = 100_000
SEEN: Final = 2_000
LIKED: Final = 300
EVENING: Final = Context(at=dt.datetime(2026, 3, 7, 20, 15, tzinfo=dt.UTC), people=3, light="dark")


def tables() -> "Iterator[Table]":
    """One table, after a minute of building the catalogue."""
    from rich.table import Table  # not in the process that is measured

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "films.sqlite"
        write_catalogue(many_films(), path)
        # In a process of its own, so that what it holds is what a slate needs.
        child = subprocess.run(
            [sys.executable, "-m", __name__, str(path)], check=True, capture_output=True
        )
    answer: dict[str, Any] = json.loads(child.stdout)
    title = f"{FILMS:,} films, {SEEN:,} seen, {LIKED} liked; processor time"
    table = Table("a slate of 5", "p50", "p99", title=title)
    for name, (p50, p99) in answer["times_ms"].items():
        table.add_row(name, f"{p50:.1f} ms", f"{p99:.1f} ms")
    table.add_row("resident memory", f"{answer['resident_mb']:.0f} MB")
    yield table


def many_films() -> Iterator[Film]:
    """Films with the facts of the starter catalogue's, thrown together anew, and with votes."""
    known = films_of(starter_films())
    random = np.random.default_rng(0)
    for number in range(FILMS):
        one, other, third = (known[place] for place in random.integers(len(known), size=3))
        yield msgspec.structs.replace(
            one,
            id=f"film-{number}",
            genres=other.genres,
            cast=third.cast,
            mood_tags=other.mood_tags if number % 3 else (),
            votes=int(random.pareto(1) * 100) + 1,
            rating=float(random.uniform(3, 9)),
            identifiers={},
        )


def answer(path: Path) -> dict[str, Any]:
    """The times of this process, and what it holds."""
    with open_catalogue(path) as catalogue:
        random = np.random.default_rng(1)
        ids = [f"film-{number}" for number in random.choice(FILMS, SEEN, replace=False)]
        viewer = Viewer(
            languages=("ml", "ta", "hi", "en"),
            actors=("Mohanlal",),
            liked=tuple(ids[:LIKED]),
            seen=frozenset(ids),
        )
        weights = Policy.prior().sampled(random)

        def slate(number: int, asks: Viewer) -> None:
            mood = mood_of("sad", 0.9)
            asks = msgspec.structs.replace(asks, resting=frozenset({f"film-{number}"}))
            recommend(catalogue, asks, mood, EVENING, seed=number, weights=weights)

        def again(number: int) -> None:
            slate(number, viewer)

        def answered(number: int) -> None:
            slate(number, _answered(viewer, number))

        return {
            "times_ms": {
                "the same viewer again": _percentiles(again),
                "after an answer": _percentiles(answered),
            },
            "resident_mb": resident_mb(os.getpid()),
        }


def _percentiles(action: Callable[[int], None]) -> list[float]:
    """The 50th and the 99th of the processor time: what else the machine does does not count."""
    times_ms = timed(action, clock_ns=time.thread_time_ns)
    found: list[float] = np.percentile(times_ms, [50, 99]).tolist()
    return found


def _answered(viewer: Viewer, number: int) -> Viewer:
    return msgspec.structs.replace(viewer, liked=(*viewer.liked, f"film-{number}"))


if __name__ == "__main__":
    print(json.dumps(answer(Path(sys.argv[1]))))  # noqa: T201 - to the parent
