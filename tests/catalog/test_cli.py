import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.cli import COMMANDS, main
from emoflix_catalog.film import Film
from emoflix_catalog.starter import starter_films

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """A function that runs the command; answers exit code, output and errors."""

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["emoflix-catalog", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        out, err = capsys.readouterr()
        return int(exit_.value.code or 0), out, err

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return command


@pytest.fixture
def built(run: Run) -> Run:
    """The same, after a build of the starter catalogue."""
    assert run("build")[0] == 0
    return run


def one_line(text: str) -> bool:
    return text.count("\n") == 1 and text.endswith("\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(run: Run, name: str) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    assert out.splitlines()[0].partition(" [OPTIONS]")[0].endswith(f" {name}")


def test_a_build_keeps_what_was_imported(run: Run, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf.csv"
    shelf.write_text("title,year\nA Film That Nobody Made,1999\n", encoding="utf-8")
    place = tmp_path / "films.sqlite"
    run("import", "csv", str(shelf), "--licence", "CC0-1.0", "--into", str(place))
    run("build", "--catalogue", str(place))
    _, out, _ = run("search", "nobody made", "--catalogue", str(place))
    assert "A Film That Nobody Made" in out


def test_build_says_what_it_made_and_where(run: Run, tmp_path: Path) -> None:
    code, out, err = run("build", "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert answer["films"] > 150
    assert answer["path"] == str(tmp_path / "data" / "emoflix" / "catalogue.sqlite")
    assert json.loads(run("version", "--json")[1])["catalogue"] == answer["version"]


def test_a_wrong_row_stops_the_build_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    table = next(starter_films().glob("*.csv")).read_text(encoding="utf-8")
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "a.csv").write_text(table.replace("drama", "dramma"), encoding="utf-8")
    code, out, err = run("build", "--films", str(tmp_path / "films"))
    assert (code, out) == (2, "")
    assert one_line(err)
    assert "a.csv:2: genres: 'dramma' is not in the vocabulary of genres: 'drama' is meant?" in err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["search", "x"], "run emoflix-catalog build"),
        (["nonsense"], "No such command"),
        (["recommend", "--lift", "2"], "'--lift': 2.0 is not in the range"),
        (["recommend", "--lift", "nan"], "'--lift': 'nan' is not in the range 0<=x<=1"),
        (["recommend", "--confidence", "nan"], "'nan' is not in the range"),
        (["recommend", "--at", "0001-01-01"], "--at 0001-01-01: is no evening: give one from 1888"),
        (["recommend", "--at", "9999-12-31"], "is no evening: give one from 1888 to 9998"),
        (["recommend", "--mood", "sleepy"], "'sleepy' is not one of"),
        (["recommend", "--language", "malayalm"], "did you mean malayalam?"),
        (["search", "--year", "199"], "write 1994, 1990-1999, 1990- or -1999"),
        (["search", "--year", "19941995"], "write 1994, 1990-1999, 1990- or -1999"),
        (["search", "--year", "1999-1990"], "ends before it begins"),
        (["build", "--films", "/nowhere"], "no tables of films"),
        (["check", "/nowhere"], "no tables of films"),
        (["check", "--reference", "/nowhere"], "does not exist"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(run: Run, arguments: list[str], text: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert one_line(err)
    assert text in err


@pytest.mark.parametrize("arguments", [["--help"], ["check"], ["stats"], ["stats", "--json"]])
def test_a_full_disk_that_is_printed_to_is_one_line_and_exit_code_2(
    built: Run,
    arguments: list[str],
) -> None:
    assert built  # the catalogue is there
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "emoflix_catalog", *arguments],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 2
    assert one_line(done.stderr)
    assert "what is printed cannot be written (No space left on device)" in done.stderr


def test_a_closed_output_and_a_terminal_without_accents_do_no_harm(built: Run) -> None:
    assert built
    words = f"{sys.executable} -m emoflix_catalog search Amélie"
    for shell in (f"{words} >&-", f"PYTHONIOENCODING=ascii {words} | grep -q 'Am?lie'"):
        done = subprocess.run(["bash", "-c", shell], check=False, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_search_answers_tables_and_json(built: Run) -> None:
    code, out, _ = built("search", "ദൃശ്യം")
    assert code == 0
    assert "drishyam-2013" in out
    films = json.loads(built("search", "--person", "mohanlal", "--year", "1990-1999", "--json")[1])
    assert films
    assert all(1990 <= film["year"] <= 1999 for film in films)
    assert built("search", "qqqqqqq") == (0, "No film fits.\n", "")


def test_info_knows_a_film_by_id_or_title(built: Run) -> None:
    by_id = json.loads(built("info", "drishyam-2013", "--json")[1])
    by_title = json.loads(built("info", "drishyam", "--json")[1])
    assert by_id == by_title
    assert by_id["film"]["directors"] == ["Jeethu Joseph"]
    assert "Jeethu Joseph" in built("info", "drishyam-2013")[1]
    code, _, err = built("info", "qqqqqqq")
    assert code == 2
    assert one_line(err)


def test_stats_count_every_film(built: Run) -> None:
    counts = json.loads(built("stats", "--json")[1])
    assert sum(counts["language"].values()) == counts["films"]
    assert sum(counts["decade"].values()) == counts["films"]
    assert "Malayalam" in built("stats")[1]


def test_a_film_whose_language_nobody_says_is_counted_and_one_s_popularity_shown(
    run: Run, tmp_path: Path
) -> None:
    place = tmp_path / "films.sqlite"
    spoken = Film(
        id="a-1999",
        title="A",
        year=1999,
        languages=("ml",),
        popularity=12.5,
        popularity_on=dt.date(2026, 1, 2),
        popularity_by="pageviews",
    )
    write_catalogue([spoken, Film(id="b-1999", title="B", year=1999)], place)
    counts = json.loads(run("stats", "--catalogue", str(place), "--json")[1])
    assert counts["language"] == {"Malayalam": 1, "not known": 1}
    assert "12.5 on 2026-01-02, by pageviews" in run("info", "a-1999", "--catalogue", str(place))[1]


def test_recommend_explains_its_slate(built: Run) -> None:
    sad = ("recommend", "--mood", "sad", "--language", "ml", "--actor", "Mohanlal", "--lift", "0.7")
    code, out, _ = built(*sad, "--explain")
    assert code == 0
    assert "Mohanlal, one of your" in out
    assert "affect" in out
    slate = json.loads(built(*sad, "--count", "3", "--json")[1])
    assert len(slate["films"]) == 3
    assert {film["film"]["languages"][0] for film in slate["films"]} == {"ml"}


def test_an_empty_slate_says_why(built: Run) -> None:
    code, out, _ = built("recommend", "--max-runtime", "1")
    assert code == 0
    assert "No film fits (up to 1 min): there would be" in out


def test_a_misspelt_favourite_is_not_passed_over(built: Run) -> None:
    code, _, err = built("recommend", "--actor", "Mohanlall")
    assert code == 2
    assert "no actor of this name: did you mean Mohanlal" in err
    code, _, err = built("recommend", "--seen", "drishyam")
    assert code == 2
    assert "no film of this id" in err


def test_recommend_takes_a_printed_history(built: Run, tmp_path: Path) -> None:
    rated = [("drishyam-2013", 9.0), ("premam-2015", 2.0), ("kireedam-1989", 5.5)]
    history = tmp_path / "history.json"
    entries = [
        {"film": film, "title": film, "on": None, "rating": rating} for film, rating in rated
    ]
    history.write_text(json.dumps({"entries": entries, "missing": []}))
    arguments = ("recommend", "--language", "ml", "--history", str(history), "--count", "9")
    code, out, _ = built(*arguments)
    assert code == 0
    assert "Like Drishyam, which you liked" in " ".join(out.split())
    told = [film["film"]["id"] for film in json.loads(built(*arguments, "--json")[1])["films"]]
    assert not set(told) & {film for film, _ in rated}
    history.write_text("[]")
    code, out, err = built(*arguments)
    assert (code, out) == (2, "")
    assert one_line(err)
    assert "is no history" in err


def test_recommend_takes_the_evening_and_the_library(built: Run) -> None:
    late = ("--at", "2026-03-08T22:30:00", "--people", "4", "--light", "dark", "--restless")
    code, out, _ = built("recommend", "--genre", "comedy", *late, "--json")
    assert code == 0
    for place in json.loads(out)["films"]:
        assert "comedy" in place["film"]["genres"]
        assert "context" in place["parts"]
    _, out, _ = built("recommend", "--library", "jellyfin")
    assert "No film fits (in jellyfin): there would be" in out


def test_cold_start_shows_six_films_to_answer(built: Run) -> None:
    code, out, _ = built("cold-start", "--language", "ml")
    assert code == 0
    assert out.startswith("Do you like these?")
    films = json.loads(built("cold-start", "--language", "malayalam", "--json")[1])
    assert [film["languages"][0] for film in films] == ["ml"] * 6


def test_check_lists_what_is_wrong_and_fails(run: Run, tmp_path: Path) -> None:
    table = next(starter_films().glob("*.csv")).read_text(encoding="utf-8")
    (tmp_path / "a.csv").write_text(table.replace("drama", "dramma"), encoding="utf-8")
    code, out, err = run("check", str(tmp_path))
    assert (code, err) == (1, "")
    assert out.startswith("a.csv:2: genres: 'dramma'")
    assert json.loads(run("check", str(tmp_path), "--json")[1])["problems"]


def test_check_holds_the_facts_against_a_table(run: Run, tmp_path: Path) -> None:
    reference = tmp_path / "other.csv"
    reference.write_text("MovieName,Year,Language\nDrishyam,2014,malayalam\n")
    code, out, _ = run("check", "--reference", str(reference))
    assert code == 1
    assert "drishyam-2013" in out
    answer = json.loads(run("check", "--reference", str(reference), "--json")[1])
    assert answer["agreement"]["shares"] == {
        "year": 0,
        "language": 1,
        "director": None,
        "lead": None,
    }
