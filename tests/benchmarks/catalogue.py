"""What a catalogue of 100,000 films costs: to build, to open, to search, to keep, to import.

The films are those of `slate.many_films` with identifiers; the import is of generated files in
IMDb's form.
"""

import datetime as dt
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from rich.table import Table

from emoflix_catalog.arrays import arrays_path
from emoflix_catalog.build import write_catalogue
from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import Request, Tally
from emoflix_catalog.importers.imdb import read
from emoflix_catalog.importers.run import import_source
from emoflix_catalog.search import Query, search
from emoflix_catalog.store import open_catalogue
from emoflix_catalog.text import fold
from tests.benchmarks.measure import resident_mb, timed
from tests.benchmarks.slate import FILMS, many_films

TITLES: Final = 300_000
"""In IMDb's form; every third is a film, and each has CREDITS lines of people."""
CREDITS: Final = 5
LETTERS: Final = 3
"""A search is timed from so many letters on."""
COUNT: Final = 20


def tables() -> Iterator[Table]:
    """One table, after some minutes of building and importing, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        answers = [_child(what, Path(folder)) for what in ("build", "use", "import")]
    table = Table(
        "what", "measured", "wanted", title=f"{FILMS:,} films, processor time of one core"
    )
    for answer in answers:
        for what, (measured, wanted) in answer.items():
            table.add_row(what, measured, wanted)
    yield table


def _child(what: str, folder: Path) -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", __name__, what, str(folder)], check=True, stdout=subprocess.PIPE
    )
    answer: dict[str, list[str]] = json.loads(done.stdout)
    return answer


def build(folder: Path) -> dict[str, tuple[str, str]]:
    """The time of a build from films that are in memory, and what it wrote."""
    films = list(many_identified())
    started_s = time.process_time()
    built = write_catalogue(films, folder / "films.sqlite")
    took_s = time.process_time() - started_s
    arrays = arrays_path(built.path, built.version)
    return {
        "build without factors": (f"{took_s:.0f} s", "180 s"),
        "database": (f"{built.path.stat().st_size / 1e6:.1f} MB", "120 MB"),
        "arrays beside it": (f"{arrays.stat().st_size / 1e6:.1f} MB", ""),
    }


def use(folder: Path) -> dict[str, tuple[str, str]]:
    """Opening, searching, likeness, and what the process holds."""
    path = folder / "films.sqlite"
    before_mb = resident_mb(os.getpid())
    started_s = time.process_time()
    with open_catalogue(path) as catalogue:
        opened_ms = (time.process_time() - started_s) * 1000
        opened_mb = resident_mb(os.getpid()) - before_mb
        texts = _texts(film.title for film in map(catalogue.film_at, range(0, FILMS, FILMS // 200)))

        def look_up(number: int) -> None:
            search(catalogue, Query(text=texts[number % len(texts)]), count=COUNT)

        searches = timed(look_up, len(texts), time.thread_time_ns)
        fits = np.flatnonzero(catalogue.columns["year"] >= 2000)

        def alike(number: int) -> None:
            profile = catalogue.vectors.profile(np.array([number]))
            np.argpartition(-catalogue.vectors.likeness_to(profile), COUNT)

        def alike_masked(number: int) -> None:
            profile = catalogue.vectors.profile(np.array([number]))
            likeness = catalogue.vectors.likeness_to(profile)[fits]
            np.argpartition(-likeness, COUNT)

        every, masked = (
            timed(what, clock_ns=time.thread_time_ns) for what in (alike, alike_masked)
        )
    return {
        "open": (f"{opened_ms:.1f} ms", "100 ms"),
        "memory for it": (f"{opened_mb:.1f} MB", "60 MB"),
        f"search from {LETTERS} letters on, p50": (f"{np.median(searches):.2f} ms", ""),
        f"search from {LETTERS} letters on, p99": (
            f"{np.percentile(searches, 99):.1f} ms",
            "20 ms",
        ),
        "similar films, exact, p50": (f"{np.median(every):.2f} ms", "5 ms"),
        "similar films, exact, p99": (f"{np.percentile(every, 99):.2f} ms", "5 ms"),
        f"similar of {len(fits):,} films, p50": (f"{np.median(masked):.2f} ms", "5 ms"),
        f"similar of {len(fits):,} films, p99": (f"{np.percentile(masked, 99):.2f} ms", "5 ms"),
    }


def import_(folder: Path) -> dict[str, tuple[str, str]]:
    """Rows a second of IMDb's four files, and the most memory that reading them took.

    Of a third of them first: memory is flat where three times as many take no more. Then the whole
    import, which merges and builds what was kept.
    """
    costs: dict[str, tuple[str, str]] = {}
    before_mb = _most_mb()
    for titles in (TITLES // 3, TITLES):
        rows = _write_imdb(folder, titles)
        started_s = time.process_time()
        films = sum(1 for _ in read(Request(where=str(folder)), Tally()))
        took_s = time.process_time() - started_s
        what = f"import of {rows:,} rows ({films:,} films)"
        costs[what] = (f"{rows / took_s:,.0f} rows/s", "50,000")
        costs[f"memory for {rows:,} rows at most"] = (f"{_most_mb() - before_mb:.0f} MB", "flat")
    started_s = time.process_time()
    request, today = Request(where=str(folder)), dt.date(2026, 1, 1)
    import_source("imdb", request, folder / "imported.sqlite", [], Tally(), today=today)
    took_s = time.process_time() - started_s
    costs["the same, merged and built"] = (f"{rows / took_s:,.0f} rows/s", "50,000")
    costs["memory for it at most"] = (f"{_most_mb() - before_mb:.0f} MB", "")
    return costs


def many_identified() -> Iterator[Film]:
    for number, film in enumerate(many_films()):
        names = {"imdb": f"tt{number:07}", "tmdb": str(number)}
        yield msgspec.structs.replace(film, identifiers=names)


def _texts(titles: Iterable[str]) -> list[str]:
    """Every title as somebody types it, letter by letter."""
    folded = dict.fromkeys(fold(title) for title in titles)
    return [text[:end] for text in folded for end in range(LETTERS, min(len(text), 12) + 1)]


def _write_imdb(folder: Path, count: int) -> int:
    header = {
        "title.basics": "tconst titleType primaryTitle originalTitle isAdult startYear endYear"
        " runtimeMinutes genres",
        "title.ratings": "tconst averageRating numVotes",
        "title.principals": "tconst ordering nconst category job characters",
        "name.basics": "nconst primaryName birthYear",
    }
    nothing = r"\N"
    titles = range(1, count + 1)
    kinds = ("movie", "tvEpisode", "short")
    lines = {
        "title.basics": (
            f"tt{n:07}\t{kinds[n % 3]}\tTitle {n}\tTitle {n}\t0\t{1950 + n % 70}\t{nothing}\t90"
            "\tDrama,Comedy"
            for n in titles
        ),
        "title.ratings": (f"tt{n:07}\t6.5\t{n % 1000 + 5}" for n in titles),
        "title.principals": (
            f"tt{n:07}\t{place}\tnm{(n * 7 + place * 13) % count:07}"
            f"\t{'actor' if place < CREDITS else 'director'}\t{nothing}\t{nothing}"
            for n in titles
            for place in range(1, CREDITS + 1)
        ),
        "name.basics": (f"nm{n:07}\tPerson {n}\t1960" for n in range(count)),
    }
    written = 0
    for name, rows in lines.items():
        with gzip.open(folder / f"{name}.tsv.gz", "wt", compresslevel=1, encoding="utf-8") as file:
            file.write(header[name].replace(" ", "\t") + "\n")
            for row in rows:
                file.write(row + "\n")
                written += 1
    return written


def _most_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


_PARTS: Final[dict[str, Any]] = {"build": build, "use": use, "import": import_}

if __name__ == "__main__":
    print(json.dumps(_PARTS[sys.argv[1]](Path(sys.argv[2]))))  # noqa: T201 - to the parent
