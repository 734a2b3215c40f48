import gzip
import zipfile
from pathlib import Path

import msgspec
import pytest

from emoflix_catalog.agreement import Difference, compare, read_settled, same_person
from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.film import Film
from emoflix_catalog.reference import Fact, read_reference, read_references
from emoflix_catalog.starter import SETTLED, starter_films

LAMP = Film(
    id="the-lamp-1999",
    title="The Lamp",
    original_title="Vilakku",
    year=1999,
    languages=("ml",),
    directors=("A. Nobody",),
    cast=("One Person", "Two Person"),
)
SAME = Fact("table", ("The Lamp",), 1999, ("ml",), ("A. Nobody",), ("Two Person", "One Person"))


def test_facts_that_agree_leave_nothing_open() -> None:
    agreement = compare([LAMP], [SAME], [])
    assert agreement.films == 1
    assert agreement.open == []
    assert {field: agreement.share(field) for field in agreement.compared} == {
        "year": 1,
        "language": 1,
        "director": 1,
        "lead": 1,
    }
    assert agreement.good


def test_every_fact_that_differs_is_named() -> None:
    fact = Fact("table", ("Vilakku",), 2000, ("ta",), ("B. Other",), ("Two Person", "Three"))
    agreement = compare([LAMP], [fact], [])
    assert [(row.field, row.ours, row.theirs) for row in agreement.open] == [
        ("year", "1999", "2000"),
        ("language", "ml", "ta"),
        ("director", "A. Nobody", "B. Other"),
        ("lead", "One Person", "Two Person|Three"),
    ]
    assert agreement.share("lead") == 0
    assert not agreement.good


def test_what_a_table_does_not_say_is_not_compared() -> None:
    agreement = compare([LAMP], [Fact("table", ("Lamp",), 1999, (), (), ())], [])
    assert agreement.compared == {"year": 1, "language": 0, "director": 0, "lead": 0}
    assert agreement.share("director") is None
    assert agreement.good


@pytest.mark.parametrize("year", [None, 1990])
def test_a_film_of_another_time_is_not_found(year: int | None) -> None:
    assert compare([LAMP], [SAME._replace(year=year)], []).films == 0


def test_of_two_rows_the_one_that_agrees_most_is_the_film() -> None:
    other = SAME._replace(year=2000, languages=("ta",), directors=("B. Other",))
    agreement = compare([LAMP], [other, SAME], [])
    assert agreement.open == []
    assert agreement.compared["year"] == 1


def test_a_namesake_is_listed_and_not_compared() -> None:
    namesake = Fact("table", ("The Lamp",), 1999, ("ta",), ("B. Other",), ("Somebody Else",))
    agreement = compare([LAMP], [namesake], [])
    assert agreement.namesakes == ["the-lamp-1999 in table"]
    assert agreement.compared["year"] == 0


def test_a_settled_difference_counts_and_is_listed_with_its_reason() -> None:
    settled = Difference(LAMP.id, "year", "1999", "2000", "table", "shown in 1999")
    agreement = compare([LAMP], [SAME._replace(year=2000)], [settled])
    assert agreement.open == []
    assert agreement.settled == [settled]
    assert agreement.share("year") == 1
    assert agreement.share_unsettled("year") == 0
    assert agreement.stale == []


def test_a_settled_difference_does_not_hold_once_our_fact_has_changed() -> None:
    settled = Difference(LAMP.id, "year", "1998", "2000", "table", "shown in 1998")
    agreement = compare([LAMP], [SAME._replace(year=2000)], [settled])
    assert len(agreement.open) == 1
    assert agreement.stale == [settled]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rajinikanth", "Rajnikanth"),
        ("M. G. Ramachandran", "M.G. Ramachandran"),
        ("Sathyan", "Sathyan Nadar"),
        ("Mohan Lal", "Mohanlal"),
        ("Pedro Almodóvar", "Pedro Almodovar"),
    ],
)
def test_spellings_of_one_person_agree(one: str, other: str) -> None:
    assert same_person(one, other)
    assert same_person(other, one)


@pytest.mark.parametrize(("one", "other"), [("Mohanlal", "Mammootty"), ("", ""), ("Ann", "")])
def test_two_people_do_not_agree(one: str, other: str) -> None:
    assert not same_person(one, other)


MOVIELENS = (
    "movieId,title,genres,original_language,cast,director,year\n"
    '1,"Lamp, The (Vilakku) (1999)",Drama,cn,One Person|Two Person,A. Nobody,1999.0\n'
)


def test_a_movielens_title_gives_all_its_names(tmp_path: Path) -> None:
    path = tmp_path / "films.csv.gz"
    path.write_bytes(gzip.compress(MOVIELENS.encode()))
    (fact,) = read_reference(path)
    assert fact == Fact(
        "films",
        ("The Lamp", "Vilakku"),
        1999,
        ("zh",),
        ("A. Nobody",),
        ("One Person", "Two Person"),
    )


def test_people_are_lent_by_tmdbs_id(tmp_path: Path) -> None:
    header = "id,title,original_title,original_language,release_date"
    with zipfile.ZipFile(tmp_path / "a.csv.zip", "w") as archive:
        archive.writestr("a.csv", f"{header}\n7,The Lamp,Vilakku,ml,1999-05-01\n")
    people = "movie_id,title,cast,crew\n7,The Lamp,\"['One Person']\",\"['A. Nobody']\"\n"
    (tmp_path / "b.csv").write_text(people)
    (tmp_path / "README.txt").write_text("not a table")
    (fact,) = read_references([tmp_path])
    assert (fact.year, fact.directors, fact.cast) == (1999, ("A. Nobody",), ("One Person",))


def test_a_table_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "films.csv"
    path.write_text("colour,shape\nred,round\n")
    with pytest.raises(CatalogueError, match="no reference table that is known"):
        read_reference(path)


@pytest.mark.parametrize("name", ["films.csv.gz", "films.zip", "films.csv"])
def test_a_broken_table_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    content = gzip.compress(MOVIELENS.encode() * 99)[:-30]
    if name != "films.csv":
        path.write_bytes(content)
    with pytest.raises(CatalogueError, match=f"{name}: cannot be read"):
        read_reference(path)


def test_settled_differences_are_read(tmp_path: Path) -> None:
    path = tmp_path / "settled.csv"
    path.write_text(
        "film,field,ours,theirs,table,reason\nthe-lamp-1999,year,1999,2000,table,shown in 1999\n"
    )
    (row,) = read_settled(path)
    assert msgspec.structs.astuple(row)[:4] == ("the-lamp-1999", "year", "1999", "2000")
    assert read_settled(tmp_path / "nowhere.csv") == []


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"film,field\n", "settled.csv:1: the header"),
        (b"film,field,ours,theirs,table,reason\na,b,c,d,e,\n", "settled.csv:2: not 6 filled"),
        (b"film,field,ours,theirs,table,reason\n\xff", "settled.csv: cannot be read"),
    ],
)
def test_a_wrong_row_of_settled_differences_is_named(
    tmp_path: Path, content: bytes, text: str
) -> None:
    path = tmp_path / "settled.csv"
    path.write_bytes(content)
    with pytest.raises(CatalogueError, match=text):
        read_settled(path)


def test_the_starter_films_agree_with_the_real_tables_or_say_why_not(
    shared: Path, starter_list: list[Film]
) -> None:
    folders = [shared / "data" / "movies" / name for name in ("reference", "indian", "tmdb5000")]
    settled = read_settled(starter_films() / SETTLED)
    agreement = compare(starter_list, read_references(folders), settled)
    assert agreement.films > 1000
    assert agreement.open == []
    assert agreement.stale == []
    assert agreement.good
    least = {"year": 0.965, "language": 0.98, "director": 0.98, "lead": 0.95}
    for field, wanted in least.items():
        share = agreement.share_unsettled(field)
        assert share is not None
        assert share >= wanted, field
