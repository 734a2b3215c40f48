"""Import and purge, as a change of one catalogue on disk."""

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.errors import CatalogueError, StoreError
from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import Request, SourceError, Tally
from emoflix_catalog.importers.records import records_path
from emoflix_catalog.importers.run import Imported, import_source, merged_films, purge_source
from emoflix_catalog.store import open_catalogue
from emoflix_catalog.whole import alone

TODAY = dt.date(2026, 3, 1)
OWN = [
    Film(id="drishyam-2013", title="Drishyam", year=2013, directors=("Jeethu Joseph",)),
    Film(id="the-kid-1921", title="The Kid", year=1921, directors=("Charlie Chaplin",)),
]


def table(path: Path, *rows: str) -> Path:
    path.write_text("title,year,director,cast,rating,votes\n" + "".join(f"{r}\n" for r in rows))
    return path


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return table(
        tmp_path / "shelf.csv",
        "Drishyam,2013,Jeethu Joseph,Mohanlal|Meena,8.4,45000",
        "Kireedam,1989,Sibi Malayil,Mohanlal,8.8,5000",
    )


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., Imported]:
    """A function that imports a table into the catalogue."""

    def take_(where: Path, name: str = "csv-shelf", **options: Any) -> Imported:
        return import_source(
            "csv",
            Request(where=str(where)),
            tmp_path / "films.sqlite",
            OWN,
            Tally(),
            today=options.get("today", TODAY),
            record_source=name,
            licence="CC0-1.0",
        )

    return take_


def contents(folder: Path) -> dict[str, bytes]:
    """Every catalogue file of a folder, to the byte."""
    return {path.name: path.read_bytes() for path in folder.glob("films*") if path.is_file()}


def test_an_import_adds_what_is_new_and_merges_what_is_known(
    shelf: Path, take: Callable[..., Imported], tmp_path: Path
) -> None:
    imported = take(shelf)
    assert (imported.read, imported.changes.new, imported.merged) == (2, 2, 1)
    with open_catalogue(tmp_path / "films.sqlite") as catalogue:
        assert len(catalogue) == 3
        film = catalogue.film("drishyam-2013")
    assert film.cast == ("Mohanlal", "Meena")
    assert (film.source, film.licence) == ("starter+csv-shelf", "CC0-1.0")


def test_a_second_import_changes_nothing(
    shelf: Path, take: Callable[..., Imported], tmp_path: Path
) -> None:
    take(shelf)
    before = contents(tmp_path)
    again = take(shelf, today=TODAY + dt.timedelta(days=9))
    assert (again.changes.new, again.changes.changed, again.changes.gone) == (0, 0, 0)
    assert again.changes.unchanged == 2
    assert contents(tmp_path) == before


def test_an_import_replaces_the_one_before_of_its_source_only(
    shelf: Path, take: Callable[..., Imported], tmp_path: Path
) -> None:
    take(shelf)
    take(table(tmp_path / "other.csv", "Chemmeen,1965,Ramu Kariat,Sathyan,,"), "csv-other")
    table(shelf, "Kireedam,1989,Sibi Malayil,Mohanlal|Thilakan,8.8,5000", "Sandesam,1991,,,,")
    changes = take(shelf).changes
    assert tuple(changes) == (1, 1, 0, 1)
    ids = {film.id for film in merged_films(tmp_path / "films.sqlite", OWN, today=TODAY)}
    assert ids == {
        "drishyam-2013",
        "the-kid-1921",
        "kireedam-1989-sibi-malayil",
        "sandesam-1991",
        "chemmeen-1965-ramu-kariat",
    }


_FILMS = st.lists(
    st.tuples(
        st.sampled_from(("Drishyam", "Kireedam", "The Kid", "Sandesam")),
        st.integers(2012, 2014),
        st.sampled_from(("Jeethu Joseph", "Sibi Malayil", "")),
    ),
    min_size=1,
    max_size=4,
    unique=True,
)


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(first=_FILMS, second=_FILMS)
def test_a_purge_undoes_an_import(
    first: list[tuple[str, int, str]],
    second: list[tuple[str, int, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("purge")
    catalogue = folder / "films.sqlite"

    def take(name: str, films: list[tuple[str, int, str]]) -> None:
        rows = (f"{title},{year},{director},,," for title, year, director in films)
        request = Request(where=str(table(folder / f"{name}.csv", *rows)))
        import_source(
            "csv", request, catalogue, OWN, Tally(), today=TODAY, record_source=f"csv-{name}"
        )

    take("first", first)
    before = {name: data for name, data in contents(folder).items() if "sources" not in name}
    take("second", second)
    purge_source("csv-second", catalogue, OWN, today=TODAY)
    after = {name: data for name, data in contents(folder).items() if "sources" not in name}
    assert after == before


def test_a_purge_of_all_leaves_our_own_films(
    shelf: Path, take: Callable[..., Imported], tmp_path: Path
) -> None:
    take(shelf)
    purged = purge_source("csv-shelf", tmp_path / "films.sqlite", OWN, today=TODAY)
    assert purged.records == 2
    assert purged.catalogue.version == write_catalogue(OWN, tmp_path / "own.sqlite").version


def test_a_purge_of_what_was_never_imported_says_what_was(
    shelf: Path, take: Callable[..., Imported], tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="nothing was imported"):
        purge_source("imdb", tmp_path / "films.sqlite", OWN, today=TODAY)
    take(shelf)
    with pytest.raises(SourceError, match="imported were: csv-shelf"):
        purge_source("imdb", tmp_path / "films.sqlite", OWN, today=TODAY)


def test_a_source_that_breaks_in_the_middle_changes_nothing(
    shelf: Path, take: Callable[..., Imported], tmp_path: Path
) -> None:
    take(shelf)
    before = contents(tmp_path)
    shelf.write_bytes(shelf.read_bytes() + b"Caf\xe9,2001,,,,\n")
    with pytest.raises(SourceError, match=r"shelf\.csv:\d: cannot be read further"):
        take(shelf)
    assert contents(tmp_path) == before


def test_a_source_without_one_film_does_not_wipe_the_last_import(
    shelf: Path, take: Callable[..., Imported], tmp_path: Path
) -> None:
    take(shelf)
    before = contents(tmp_path)
    table(shelf, "No Year,,,,,")
    with pytest.raises(SourceError, match=r"no film that can be taken \(1 x no year"):
        take(shelf)
    assert contents(tmp_path) == before


def test_of_two_rows_with_one_id_the_first_is_kept_and_the_second_named(
    take: Callable[..., Imported], tmp_path: Path
) -> None:
    rows = ("Kireedam,1989,Sibi Malayil,Mohanlal,,", "Kireedam,1989,Sibi Malayil,,,")
    imported = take(table(tmp_path / "twice.csv", *rows))
    assert imported.changes.kept == 1
    assert imported.examples == {
        "a film that was there already": ["twice.csv:3: kireedam-1989-sibi-malayil"]
    }


_SLOW = """
    import datetime as dt, sys
    from pathlib import Path
    from emoflix_catalog.importers import plain, run
    from emoflix_catalog.importers.contract import Request, Tally
    from tests.catalog.importers.test_run import OWN

    real, point = {point}, sys.argv[3]

    def stop(*args, **kwargs):
        print("here", flush=True)
        sys.stdin.readline()

    def read(request, tally):
        yield from plain_read(request, tally)
        if point == "reading":
            stop()

    plain_read, plain.read = plain.read, read
    if point == "building":
        run.write_catalogue = stop
    run.import_source(
        "csv", Request(where=sys.argv[2]), Path(sys.argv[1]), OWN, Tally(),
        today=dt.date(2026, 3, 1), record_source="csv-shelf", licence="CC0-1.0",
    )
"""


@pytest.mark.parametrize("point", ["reading", "building"])
def test_a_killed_import_leaves_the_catalogue_and_can_be_started_again(
    shelf: Path, take: Callable[..., Imported], tmp_path: Path, point: str
) -> None:
    take(shelf)
    catalogue = tmp_path / "films.sqlite"
    with open_catalogue(catalogue) as opened:
        before = opened.version
    more = table(tmp_path / "more.csv", "Kireedam,1989,Sibi Malayil,,,", "Sandesam,1991,,,,")
    script = textwrap.dedent(_SLOW).replace("real, point = {point}, ", "point = ")
    with subprocess.Popen(
        [sys.executable, "-c", script, str(catalogue), str(more), point],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        os.kill(process.pid, signal.SIGKILL)
    with open_catalogue(catalogue) as opened:
        assert (opened.version, len(opened)) == (before, 3)
    restarted = take(more)
    with open_catalogue(catalogue) as opened:
        assert opened.version == restarted.catalogue.version != before
        assert opened.film("sandesam-1991").title == "Sandesam"
        assert len(opened) == 4


def test_a_full_disk_leaves_the_catalogue_as_it_was(
    shelf: Path, take: Callable[..., Imported], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(shelf)
    before = contents(tmp_path)
    rows = (f"Film {number},{1950 + number % 70},,,," for number in range(5000))
    big = table(tmp_path / "big.csv", *rows)
    connect = sqlite3.connect

    def small(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.execute("PRAGMA max_page_count = 20")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(CatalogueError, match="database or disk is full"):
        take(big, "csv-big")
    assert contents(tmp_path) == before


def test_a_foreign_file_in_the_place_of_the_records_is_left_alone(
    shelf: Path, take: Callable[..., Imported], tmp_path: Path
) -> None:
    path = records_path(tmp_path / "films.sqlite")
    path.write_text("my notes, longer than the header of a file of SQLite has to be " * 3)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is not a file of imported records"):
        take(shelf)
    assert path.read_bytes() == before


def test_two_imports_at_once_do_not_mix(
    shelf: Path, take: Callable[..., Imported], tmp_path: Path
) -> None:
    take(shelf)
    other = sqlite3.connect(records_path(tmp_path / "films.sqlite"), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CatalogueError, match="database is locked"):
            take(shelf)
    finally:
        other.close()
    assert take(shelf).changes.unchanged == 2


def test_of_two_programs_that_write_one_catalogue_the_second_is_sent_away(
    shelf: Path, take: Callable[..., Imported], tmp_path: Path
) -> None:
    catalogue = tmp_path / "films.sqlite"
    with alone(catalogue), pytest.raises(CatalogueError, match="another program is writing"):
        take(shelf)
    assert not catalogue.exists()
    take(shelf)
    with alone(catalogue), pytest.raises(CatalogueError, match="another program is writing"):
        purge_source("csv-shelf", catalogue, OWN, today=TODAY)
    assert purge_source("csv-shelf", catalogue, OWN, today=TODAY).records == 2


def test_what_tmdb_said_is_dropped_after_six_months(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emoflix_catalog.importers import plain, run

    shelf = table(tmp_path / "shelf.csv", "Kireedam,1989,Sibi Malayil,,,")
    catalogue = tmp_path / "films.sqlite"
    monkeypatch.setattr(run, "reader", lambda _: plain.read)

    def take(today: dt.date) -> None:
        run.import_source("tmdb", Request(where=str(shelf)), catalogue, OWN, Tally(), today=today)

    def known(today: dt.date) -> int:
        return len(merged_films(catalogue, OWN, today=today))

    take(TODAY)
    assert known(TODAY + dt.timedelta(days=180)) == 3
    take(TODAY + dt.timedelta(days=100))
    assert known(TODAY + dt.timedelta(days=280)) == 3, "a new reading renews the day"
    assert known(TODAY + dt.timedelta(days=281)) == 2
    assert known(TODAY) == 2, "dropped for good"


def test_real_sources_come_and_go_without_a_trace(
    shared: Path, starter_list: list[Film], tmp_path: Path
) -> None:
    movies = shared / "data/movies"
    catalogue = tmp_path / "films.sqlite"

    def take(source: str, where: Path) -> Imported:
        request = Request(where=str(where))
        return import_source(source, request, catalogue, starter_list, Tally(), today=TODAY)

    one = take("movielens", movies / "ml-latest-small")
    both = take("tmdb5000", movies / "tmdb5000")
    assert one.merged > 400
    assert both.merged > 3400, "nearly every film of TMDB 5000 that MovieLens has is found in it"
    purged = purge_source("tmdb5000", catalogue, starter_list, today=TODAY)
    assert purged.catalogue.version == one.catalogue.version
