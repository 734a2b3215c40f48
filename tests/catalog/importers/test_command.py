import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from emoflix_catalog.importers.command import history_command, import_command, purge_command
from emoflix_catalog.importers.contract import SourceError

HEADER = "id,title,original_title,year,language,countries,runtime_min,age,genres,director,cast,"
OWN = (
    f"{HEADER}mood_tags,keywords,synopsis\n"
    "drishyam-2013,Drishyam,ദൃശ്യം,2013,ml,IN,160,12,crime|drama,Jeethu Joseph,"
    "Mohanlal|Meena|Ansiba Hassan,suspenseful|tense|shocking,alibi,A father hides a crime.\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "malayalam.csv").write_text(OWN)
    (tmp_path / "shelf.csv").write_text(
        "Name,Released,By\nDrishyam,2013,Jeethu Joseph\nKireedam,1989,Sibi Malayil\nNo Year,,\n"
    )
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Callable[..., Result]:
    """A function that runs one of the commands on a catalogue of its own."""
    place = {"import": "--into", "purge": "--from", "history": "--catalogue"}
    commands = {"import": import_command, "purge": purge_command, "history": history_command}

    def run_(command: str, *words: object) -> Result:
        own = () if command == "history" else ("--films", folder / "own")
        arguments = [*words, place[command], folder / "films.sqlite", *own]
        return CliRunner().invoke(commands[command], list(map(str, arguments)))

    return run_


@pytest.fixture
def imported(run: Callable[..., Result], folder: Path) -> dict[str, Any]:
    """What importing the shelf said, as JSON."""
    columns = ("--column", "title=Name", "--column", "year=Released", "--column", "director=By")
    result = run("import", "csv", folder / "shelf.csv", *columns, "--licence", "CC0-1.0", "--json")
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.output)
    return answer


def test_an_import_says_in_json_what_it_did(imported: dict[str, Any], folder: Path) -> None:
    assert imported["source"] == "csv-shelf"
    assert (imported["read"], imported["merged"]) == (3, 1)
    assert imported["changes"] == {"new": 2, "changed": 0, "unchanged": 0, "gone": 0, "kept": 2}
    assert imported["reasons"] == {"no year": 1}
    assert imported["examples"] == {"no year": ["shelf.csv:4"]}
    assert imported["catalogue"]["films"] == 2
    assert imported["catalogue"]["path"] == str(folder / "films.sqlite")


def test_an_import_is_summed_up_in_a_table(run: Callable[..., Result], folder: Path) -> None:
    (folder / "tiny.csv").write_text("title,year\nKireedam,1989\nNo Year,\n")
    output = run("import", "csv", folder / "tiny.csv").output
    assert "csv-tiny: 2 rows read" in output
    assert "no year" in output
    assert "tiny.csv:3" in output
    assert "2 films, version" in output


def test_on_a_terminal_an_import_shows_how_far_it_is(folder: Path) -> None:
    rows = "".join(f"Film {number},{1950 + number % 70},Somebody\n" for number in range(20_000))
    (folder / "long.csv").write_text(f"title,year,director\n{rows}")
    command = [sys.executable, "-m", "emoflix_catalog", "import", "csv", f"{folder}/long.csv"]
    places = ["--into", f"{folder}/long.sqlite", "--films", f"{folder}/own"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*command, *places],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "200"},
    ) as running:
        os.close(theirs)
        shown = b"".join(_shown(ours))
    assert running.returncode == 0
    assert b"Reading" in shown
    assert re.search(rb"[1-9]\d?%", shown), "neither nothing nor all of it"


def _shown(screen: int) -> Iterator[bytes]:
    """What stands on a terminal, until the last program that writes to it ends."""
    with contextlib.suppress(OSError):
        while chunk := os.read(screen, 4096):
            yield chunk
    os.close(screen)


@pytest.mark.usefixtures("imported")
def test_a_purge_takes_it_all_back(run: Callable[..., Result]) -> None:
    result = run("purge", "csv-shelf", "--json")
    answer = json.loads(result.output)
    assert (answer["records"], answer["catalogue"]["films"]) == (2, 1)
    again = run("purge", "csv-shelf")
    assert isinstance(again.exception, SourceError)


@pytest.mark.usefixtures("imported")
def test_a_history_is_told_in_the_films_of_the_catalogue(
    run: Callable[..., Result], folder: Path
) -> None:
    path = folder / "ratings.csv"
    path.write_text(
        "Date,Name,Year,Letterboxd URI,Rating\n2024-05-01,Drishyam,2013,u,4.5\n"
        "2024-05-01,Nowhere,2000,u,4\n"
    )
    answer = json.loads(run("history", "letterboxd", path, "--json").output)
    assert answer["entries"] == [
        {"film": "drishyam-2013", "title": "Drishyam", "on": "2024-05-01", "rating": 9.0}
    ]
    assert [film["title"] for film in answer["missing"]] == ["Nowhere"]
    output = run("history", "letterboxd", path).output
    assert "1 films watched" in output
    assert "1 films are not in the catalogue" in output


def test_tmdb_is_off_until_its_terms_are_accepted(run: Callable[..., Result], folder: Path) -> None:
    (folder / "key").write_text("key")
    words = ("https://127.0.0.1:1/3/discover/movie", "--key-file", folder / "key")
    result = run("import", "tmdb", *words)
    assert result.exit_code == click.UsageError.exit_code
    assert "not endorsed or certified by TMDB" in result.output
    assert "--accept-terms" in result.output
    assert not (folder / "films.sqlite").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--least-votes", "5"), "--least-votes: csv has no use for it"),
        (("--user", "Asha"), "--user: csv has no use for it"),
        (("--column", "title"), "write OURS=THEIRS"),
        (("--years", "1990-1980"), "ends before it begins"),
    ],
)
def test_an_option_that_means_nothing_here_is_refused(
    run: Callable[..., Result], folder: Path, words: tuple[str, ...], message: str
) -> None:
    result = run("import", "csv", folder / "shelf.csv", *words)
    assert result.exit_code == click.UsageError.exit_code
    assert message in " ".join(result.output.replace("│", " ").split())


def test_a_source_with_a_licence_of_its_own_keeps_it(
    run: Callable[..., Result], folder: Path
) -> None:
    result = run("import", "movielens", folder, "--licence", "CC0-1.0")
    assert "movielens has a licence of its own" in result.output


def test_a_source_nobody_knows_is_refused_with_those_there_are(
    run: Callable[..., Result],
) -> None:
    assert "'movielens'" in run("import", "netflix", "x").output
