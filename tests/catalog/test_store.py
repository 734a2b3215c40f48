import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoflix_catalog import store
from emoflix_catalog.arrays import Arrays, arrays_path
from emoflix_catalog.build import write_catalogue
from emoflix_catalog.errors import CatalogueError, InvalidRowError, StoreError, UnknownFilmError
from emoflix_catalog.film import Film
from emoflix_catalog.schema import CATALOGUE
from emoflix_catalog.store import Catalogue, open_catalogue

LAMP = Film(
    id="the-lamp-1999",
    title="The Lamp",
    year=1999,
    original_title="വിളക്ക്",
    languages=("ml",),
    directors=("A. Nobody",),
    cast=("One Person", "Two Person"),
    genres=("drama",),
    mood_tags=("tender", "hopeful"),
    identifiers={"imdb": "tt0000001"},
)
STONE = Film(id="a-stone-2001", title="A Stone", original_title="A Stone", year=2001)


def test_the_starter_catalogue_comes_back_as_it_was_written(
    starter: Catalogue, starter_list: list[Film]
) -> None:
    assert len(starter) == len(starter_list)
    for film in starter_list:
        assert starter.film(film.id) == film


def test_a_film_of_which_little_is_known_comes_back_too(
    catalogue_of: Callable[..., Catalogue],
) -> None:
    assert catalogue_of(STONE, LAMP).film(STONE.id) == STONE


def test_a_new_catalogue_has_hardly_an_empty_page(starter: Catalogue) -> None:
    ((free,),) = starter.rows("PRAGMA freelist_count")
    ((pages,),) = starter.rows("PRAGMA page_count")
    assert free < pages / 200


def test_a_film_is_still_found_by_the_id_it_had_of_an_identifier(
    catalogue_of: Callable[..., Catalogue],
) -> None:
    film = msgspec.structs.replace(LAMP, identifiers={"imdb": "tt0000001", "wikidata": "Q42"})
    catalogue = catalogue_of(film, STONE)
    assert catalogue.film("imdb-tt0000001").id == catalogue.film("wikidata-q42").id == LAMP.id
    assert catalogue.numbers([LAMP.id, "imdb-tt0000001", "imdb-tt9", "wikidata-"]).size == 1
    with pytest.raises(UnknownFilmError):
        catalogue.film("kodi-tt0000001")


def test_an_empty_catalogue_is_a_catalogue(catalogue_of: Callable[..., Catalogue]) -> None:
    assert len(catalogue_of()) == 0


def test_the_same_films_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    for name, films in (("a", [LAMP, STONE]), ("b", [STONE, LAMP])):
        (tmp_path / name).mkdir()
        write_catalogue(films, tmp_path / name / "films.sqlite")
    files = [sorted(path.name for path in (tmp_path / name).iterdir()) for name in "ab"]
    assert files[0] == files[1]
    assert len(files[0]) == 2
    for name in files[0]:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_changed_fact_is_another_version(catalogue_of: Callable[..., Catalogue]) -> None:
    changed = msgspec.structs.replace(LAMP, year=2000)
    assert catalogue_of(LAMP).version != catalogue_of(changed).version


def test_a_catalogue_tells_its_languages(catalogue_of: Callable[..., Catalogue]) -> None:
    tamil = Film(id="x-1999", title="X", year=1999, languages=("ta", "en"))
    assert catalogue_of(LAMP, STONE, tamil).languages() == ("en", "ml", "ta")


def test_an_unknown_film_is_named(starter: Catalogue) -> None:
    with pytest.raises(UnknownFilmError, match="no-such-film-1999"):
        starter.film("no-such-film-1999")
    with pytest.raises(UnknownFilmError, match=str(len(starter))):
        starter.film_at(len(starter))


def test_unknown_ids_have_no_numbers(starter: Catalogue) -> None:
    first = starter.film_at(0).id
    assert starter.numbers(["no-such-film-1999", first, first, "\ud800", ""]).tolist() == [0]


def test_a_person_is_found_in_any_spelling(starter: Catalogue) -> None:
    films, places = starter.credited("mohan lal", "cast")
    assert films.size == places.size > 3
    for number, place in zip(films, places, strict=True):
        assert starter.film_at(int(number)).cast[place] == "Mohanlal"
    assert starter.credited("Nobody At All", "cast")[0].size == 0


def test_a_rebuild_leaves_an_open_catalogue_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "films.sqlite"
    write_catalogue([LAMP, STONE], path)
    with open_catalogue(path) as before:
        write_catalogue([LAMP], path)
        assert before.film(STONE.id) == STONE
        assert before.columns["year"].tolist() == [1999, 2001]
    with open_catalogue(path) as after:
        assert len(after) == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_two_films_with_one_id_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidRowError, match="the-lamp-1999"):
        write_catalogue([LAMP, LAMP], tmp_path / "films.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_two_films_with_one_name_elsewhere_are_refused(tmp_path: Path) -> None:
    other = msgspec.structs.replace(STONE, identifiers=LAMP.identifiers)
    with pytest.raises(InvalidRowError, match="two films have the imdb tt0000001, the other is"):
        write_catalogue([LAMP, other], tmp_path / "films.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CatalogueError, match="cannot be written here"):
        write_catalogue([LAMP], tmp_path / "file" / "films.sqlite")


def test_a_failed_build_leaves_the_catalogue_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "films.sqlite"
    write_catalogue([LAMP], path)
    full = OSError(28, "No space left on device")

    def fail(*_: object) -> None:
        raise full

    monkeypatch.setattr("emoflix_catalog.build.write_arrays", fail)
    with pytest.raises(CatalogueError, match=r"No space left on device.*is unchanged"):
        write_catalogue([LAMP, STONE], path)
    with open_catalogue(path) as catalogue:
        assert len(catalogue) == 1
    assert len(list(tmp_path.iterdir())) == 2


@pytest.fixture
def built(tmp_path: Path) -> Path:
    path = tmp_path / "films.sqlite"
    write_catalogue([LAMP, STONE], path)
    return path


def test_a_missing_catalogue_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere.sqlite: .*run emoflix-catalog build"):
        open_catalogue(tmp_path / "nowhere.sqlite")


def test_a_folder_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no catalogue can be read here"):
        open_catalogue(tmp_path)


@pytest.mark.parametrize("content", [b"", b"title,year\n", b"SQLite format 3\0", b"\0" * 4096])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "films.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"films.sqlite: is (not a catalogue|an SQLite) file"):
        open_catalogue(path)


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "films.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE film (id)")
    connection.close()
    with pytest.raises(StoreError, match="is an SQLite file but not a catalogue of Emoflix"):
        open_catalogue(path)


@pytest.mark.parametrize(
    ("version", "text"),
    [(CATALOGUE.version + 1, "update Emoflix"), (CATALOGUE.version - 1, "run emoflix-catalog")],
)
def test_another_schema_version_is_refused(built: Path, version: int, text: str) -> None:
    connection = sqlite3.connect(built)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with pytest.raises(StoreError, match=f"has schema version {version}.*{text}"):
        open_catalogue(built)


def test_a_catalogue_that_was_cut_short_is_refused(built: Path) -> None:
    with built.open("r+b") as file:
        file.truncate(built.stat().st_size // 2)
    with pytest.raises(StoreError, match="is cut short"):
        open_catalogue(built)


def test_a_catalogue_with_overwritten_pages_is_refused_or_says_so_when_asked(built: Path) -> None:
    with built.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (built.stat().st_size - 4096))
    with pytest.raises(StoreError, match="damaged"), open_catalogue(built) as catalogue:
        catalogue.film_at(0)


def test_missing_arrays_are_named(built: Path) -> None:
    (arrays,) = built.parent.glob("*.arrays")
    arrays.unlink()
    with pytest.raises(StoreError, match=f"{arrays.name}: cannot be read"):
        open_catalogue(built)


def test_arrays_of_another_catalogue_are_refused(built: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "films.sqlite"
    version = write_catalogue([LAMP], other).version
    (arrays,) = built.parent.glob("films-*.arrays")
    arrays.write_bytes(arrays_path(other, version).read_bytes())
    with pytest.raises(StoreError, match=f"belongs to catalogue {version}"):
        open_catalogue(built)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_arrays_with_any_broken_header_are_refused_or_read(
    built: Path, data: st.DataObject
) -> None:
    (arrays,) = built.parent.glob("films-*.arrays")
    whole = built.parent / "whole"
    if not whole.exists():
        whole.write_bytes(arrays.read_bytes())
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    arrays.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
    try:
        open_catalogue(built).close()
    except StoreError as error:
        assert str(arrays) in str(error)  # noqa: PT017 - it may also open


def test_arrays_are_mapped_and_cannot_be_written(starter: Catalogue) -> None:
    with pytest.raises(ValueError, match="read-only"):
        starter.columns["year"][0] = 0
    assert starter.columns["year"].dtype == np.int16


def test_a_catalogue_that_is_rebuilt_while_it_is_opened_is_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "films.sqlite"
    write_catalogue([LAMP], path)
    real = store.open_arrays
    rebuilt: list[str] = []

    def open_arrays(file: Path, version: str) -> Arrays:
        monkeypatch.setattr(store, "open_arrays", real)
        rebuilt.append(write_catalogue([LAMP, STONE], path).version)
        return real(file, version)

    monkeypatch.setattr(store, "open_arrays", open_arrays)
    with open_catalogue(path) as catalogue:
        assert [catalogue.version] == rebuilt
        assert len(catalogue) == 2
