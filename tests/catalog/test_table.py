from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoflix_catalog.errors import CatalogueError, InvalidRowError
from emoflix_catalog.starter import films_of, read_folder, starter_films
from emoflix_catalog.table import COLUMNS, Problem, Row, read_films

ROW = {
    "id": "the-lamp-1999",
    "title": "The Lamp",
    "original_title": "വിളക്ക്",
    "year": "1999",
    "language": "ml|ta",
    "countries": "IN",
    "runtime_min": "121",
    "age": "6",
    "genres": "drama|family",
    "director": "A. Nobody",
    "cast": "One Person|Two Person|Three Person",
    "mood_tags": "tender|hopeful|cosy",
    "keywords": "lamp|village",
    "synopsis": "A lamp goes out, and a village learns to see.",
}


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a table of one right row with some of its fields changed."""

    def write(**changes: str) -> Path:
        path = tmp_path / "films.csv"
        path.write_text(f"{','.join(COLUMNS)}\n{line(**changes)}\n", encoding="utf-8")
        return path

    return write


def line(**changes: str) -> str:
    return ",".join('"' + value.replace('"', '""') + '"' for value in {**ROW, **changes}.values())


def test_a_right_row_becomes_a_film(table: Callable[..., Path]) -> None:
    (row,) = read_films(table())
    assert isinstance(row, Row)
    assert row.film.languages == ("ml", "ta")
    assert row.film.runtime_min == 121
    assert row.film.cast == ("One Person", "Two Person", "Three Person")
    assert row.film.licence == "CC0-1.0"


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("id", "The Lamp", "is no id"),
        ("title", "", "is empty"),
        ("title", " The Lamp", "begins or ends with a blank"),
        ("title", "The\x07Lamp", "U+0007"),
        ("title", "x" * 3000, "is a quotation mark open?"),
        ("year", "1799", "is impossible: give a whole number 1888 to"),
        ("year", "19999999999999999999", "is impossible"),
        ("year", "199x", "is impossible"),
        ("year", "१९९९", "is impossible"),
        ("language", "Malayalam", "is not in the vocabulary of languages"),
        ("countries", "India", "is no country"),
        ("runtime_min", "0", "give a whole number 1 to 900"),
        ("age", "13", "is not one of 0, 6, 12, 16, 18"),
        ("genres", "Drama", "'drama' is meant?"),
        ("genres", "drama|", "an empty entry"),
        ("genres", "drama|drama", "stands there twice"),
        ("cast", "One Person", "has 1 entries: give 3 or more"),
        ("mood_tags", "tender|hopefull|cosy", "'hopeful' is meant?"),
    ],
)
def test_a_wrong_field_is_named_with_its_place_and_the_way_out(
    table: Callable[..., Path], column: str, value: str, text: str
) -> None:
    (problem,) = read_films(table(**{column: value}))
    assert isinstance(problem, Problem)
    assert str(problem).startswith(f"films.csv:2: {column}: ")
    assert text in str(problem)
    assert "\n" not in str(problem)


def test_a_row_with_an_unquoted_comma_says_so(tmp_path: Path) -> None:
    path = tmp_path / "films.csv"
    path.write_text(f"{','.join(COLUMNS)}\n{line()},more\n", encoding="utf-8")
    (problem,) = read_films(path)
    assert "has 15 fields instead of 14" in str(problem)


def test_a_wrong_row_does_not_hide_the_next(tmp_path: Path) -> None:
    path = tmp_path / "films.csv"
    rows = [line(year="1"), line()]
    path.write_text("\n".join([",".join(COLUMNS), *rows]), encoding="utf-8")
    problem, row = read_films(path)
    assert isinstance(problem, Problem)
    assert isinstance(row, Row)
    assert row.line == 3


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("", "is empty"),
        ("id,title", "original_title: this column is missing"),
        (",".join([*COLUMNS, "budget"]), "budget: an unknown column"),
        (",".join(reversed(COLUMNS)), "stand in another order"),
    ],
)
def test_a_wrong_header_is_one_problem(tmp_path: Path, header: str, text: str) -> None:
    path = tmp_path / "films.csv"
    path.write_text(header, encoding="utf-8")
    (problem,) = read_films(path)
    assert isinstance(problem, Problem)
    assert problem.line == 1
    assert text in str(problem)


def test_a_table_that_a_spreadsheet_marked_is_read(table: Callable[..., Path]) -> None:
    path = table()
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert [type(row) for row in read_films(path)] == [Row]


def test_a_table_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "films.csv"
    path.write_bytes(f"{','.join(COLUMNS)}\n{line(title='Amélie')}\n".encode("latin-1", "replace"))
    (problem,) = read_films(path)
    assert "UTF-8" in str(problem)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary() | st.text().map(lambda text: (",".join(COLUMNS) + "\n" + text).encode()))
def test_no_file_makes_the_reader_fail(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "films.csv"
    path.write_bytes(content)
    for row in read_films(path):
        assert isinstance(row, Row | Problem)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(column=st.sampled_from(list(COLUMNS)), value=st.text(max_size=80))
def test_any_text_in_any_field_is_a_film_or_a_problem_of_this_field(
    tmp_path: Path, column: str, value: str
) -> None:
    path = tmp_path / "films.csv"
    path.write_text(f"{','.join(COLUMNS)}\n{line(**{column: value})}\n", "utf-8", newline="")
    for row in read_films(path):
        assert isinstance(row, Row) or row.column == column


def test_two_films_with_one_id_are_found_over_tables(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        text = f"{','.join(COLUMNS)}\n{line()}\n"
        (tmp_path / name).write_text(text, encoding="utf-8")
    _, problem = read_folder(tmp_path)
    assert str(problem) == "b.csv:2: id: the-lamp-1999 stands at a.csv:2 too: take one out"


def test_the_same_film_under_two_ids_is_found(tmp_path: Path) -> None:
    rows = [line(), line(id="the-other-lamp-1999", title="The Lámp")]
    (tmp_path / "a.csv").write_text("\n".join([",".join(COLUMNS), *rows]), encoding="utf-8")
    _, problem = read_folder(tmp_path)
    assert "stands at a.csv:2 too" in str(problem)


def test_a_folder_with_a_wrong_row_gives_no_films(tmp_path: Path) -> None:
    rows = [line(year="1"), line(age="2")]
    (tmp_path / "a.csv").write_text("\n".join([",".join(COLUMNS), *rows]), encoding="utf-8")
    with pytest.raises(InvalidRowError, match=r"a.csv:2: year: .*\(and 1 more"):
        films_of(tmp_path)


def test_a_folder_without_tables_says_so(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no tables of films"):
        films_of(tmp_path)


def test_the_starter_catalogue_is_all_right() -> None:
    assert [str(row) for row in read_folder(starter_films()) if isinstance(row, Problem)] == []
