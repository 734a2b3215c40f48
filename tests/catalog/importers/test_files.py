import csv
import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emoflix_catalog.importers.contract import SourceError
from tests.catalog.importers.conftest import encrypted_zip

MOVIES = """movieId,title,genres
1,Toy Story (1995),Adventure|Animation|Children|Comedy|Fantasy
29,"City of Lost Children, The (Cité des enfants perdus, La) (1995)",Adventure|Drama|Sci-Fi
47,Seven (a.k.a. Se7en) (1995),Mystery|Thriller
40697,Babylon 5,Sci-Fi
7,Cut
1,Toy Story (1995),Comedy
"""


@pytest.fixture
def movielens(tmp_path: Path) -> Path:
    (tmp_path / "movies.csv").write_text(MOVIES)
    (tmp_path / "links.csv").write_text("movieId,imdbId,tmdbId\n1,0114709,862\n29,112682,\n")
    (tmp_path / "tags.csv").write_text(
        "userId,movieId,tag,timestamp\n1,1,Pixar,1\n1,1,Funny,1\n2,1,funny,1\n2,1,dark,1\n"
    )
    (tmp_path / "ratings.csv").write_text(
        "userId,movieId,rating,timestamp\n1,1,4.0,1\n2,1,3.5,1\n3,1,oops,1\n"
    )
    return tmp_path


def test_movielens_films_have_links_tags_and_the_mean_of_their_ratings(
    movielens: Path, read: Callable[..., Any]
) -> None:
    film = read("movielens", movielens).films["movielens-1"]
    assert (film.title, film.year) == ("Toy Story", 1995)
    assert film.identifiers == {"imdb": "tt0114709", "tmdb": "862", "movielens": "1"}
    assert film.genres == ("adventure", "animation", "family", "comedy", "fantasy")
    assert (film.rating, film.votes) == (7.5, 2)
    assert film.keywords == ("pixar",)
    assert film.mood_tags == ("funny",)


def test_movielens_titles_are_read_as_people_say_them(
    movielens: Path, read: Callable[..., Any]
) -> None:
    films = read("movielens", movielens).films
    lost = films["movielens-29"]
    assert lost.title == "The City of Lost Children"
    assert lost.original_title == "La Cité des enfants perdus"
    assert lost.identifiers["imdb"] == "tt0112682"
    assert (films["movielens-47"].title, films["movielens-47"].original_title) == ("Seven", "")


def test_rows_that_cannot_be_taken_are_named_with_their_line(
    movielens: Path, read: Callable[..., Any]
) -> None:
    reading = read("movielens", movielens)
    assert reading.tally.reasons == {"no year": 1, "another number of fields": 1}
    assert reading.tally.examples["no year"] == ["movies.csv:5: Babylon 5"]
    assert reading.tally.examples["another number of fields"] == ["movies.csv:6: 2 instead of 3"]


def test_movielens_1m_and_100k_are_read_in_their_own_forms(
    tmp_path: Path, read: Callable[..., Any]
) -> None:
    one, hundred = tmp_path / "1m", tmp_path / "100k"
    one.mkdir()
    hundred.mkdir()
    (one / "movies.dat").write_bytes(
        "73::Misérables, Les (1995)::Drama|Musical\n".encode("latin-1")
    )
    (one / "ratings.dat").write_text("1::73::5::978300760\n")
    flags = "|".join("1" if n in {3, 4, 5} else "0" for n in range(19))
    (hundred / "u.item").write_text(f"1|Toy Story (1995)|01-Jan-1995||http://a|{flags}\nbroken\n")
    (hundred / "u.data").write_text("196\t1\t3\t881250949\n")
    les = read("movielens", one).films["movielens-73"]
    assert (les.title, les.genres, les.rating) == ("Les Misérables", ("drama", "music"), 10.0)
    toy = read("movielens", hundred).films["movielens100k-1"]
    assert (toy.genres, toy.rating) == (("animation", "family", "comedy"), 6.0)
    assert toy.identifiers == {"movielens100k": "1"}


def test_a_folder_that_is_none_of_movielens_is_refused(
    tmp_path: Path, read: Callable[..., Any]
) -> None:
    with pytest.raises(SourceError, match="name a MovieLens folder"):
        read("movielens", tmp_path)


def test_a_wrong_header_is_named_with_its_column(tmp_path: Path, read: Callable[..., Any]) -> None:
    (tmp_path / "movies.csv").write_text("id,title\n1,Toy Story (1995)\n")
    with pytest.raises(SourceError, match=r"movies\.csv:1: the column 'movieId' is missing"):
        read("movielens", tmp_path)


def test_the_real_movielens_is_read_whole(shared: Path, read: Callable[..., Any]) -> None:
    reading = read("movielens", shared / "data/movies/ml-latest-small")
    assert reading.tally.read == 9742
    assert len(reading.films) == 9729
    assert reading.tally.reasons == {"no year": 13}
    assert reading.films["movielens-318"].rating == pytest.approx(8.86, abs=0.01)


TMDB = (
    "id,title,original_title,original_language,spoken_languages,genres,keywords,release_date,"
    "runtime,vote_average,vote_count,popularity,production_countries,overview,status\n"
)
PERSIAN = """"[{""iso_639_1"": ""fa""}]\""""


def test_tmdb_tables_hold_lists_as_json_or_as_python_writes_them(
    tmp_path: Path, read: Callable[..., Any]
) -> None:
    (tmp_path / "films.csv").write_text(
        TMDB
        + f'7,A Separation,جدایی,fa,{PERSIAN},"[{{""name"": ""Drama""}}]",'
        + "\"[{'id': 1, 'name': 'divorce'}]\",2011-02-15,123,7.7,300,12.5,"
        + '"[{""iso_3166_1"": ""IR""}]",Two parents part.,Released\n'
        + "8,Later,,en,[],[],[],2011-01-01,90,0,0,1,[],,Rumored\n"
        + "9,Broken,,en,[],[oops,[],2011-01-01,90,0,0,1,[],,Released\n"
        + "x,Nameless,,en,[],[],[],2011-01-01,90,0,0,1,[],,Released\n"
    )
    (tmp_path / "people.csv").write_text(
        "movie_id,title,cast,crew\n"
        '7,A Separation,"[{""name"": ""Leila Hatami""}]",'
        '"[{""name"": ""Asghar Farhadi"", ""job"": ""Director""},'
        ' {""name"": ""Mahmoud Kalari"", ""job"": ""Director of Photography""}]"\n'
    )
    reading = read("tmdb5000", tmp_path)
    film = reading.films["tmdb-7"]
    assert (film.title, film.original_title, film.year) == ("A Separation", "جدایی", 2011)
    assert (film.languages, film.countries, film.genres) == (("fa",), ("IR",), ("drama",))
    assert (film.directors, film.cast) == (("Asghar Farhadi",), ("Leila Hatami",))
    assert (film.keywords, film.rating, film.votes) == (("divorce",), 7.7, 300)
    assert dict(reading.tally.reasons) == {
        "not released": 1,
        "a broken list in a cell": 1,
        "no identifier of TMDB": 1,
    }


def test_the_real_tmdb_tables_are_read_with_their_people(
    shared: Path, read: Callable[..., Any]
) -> None:
    reading = read("tmdb5000", shared / "data/movies/tmdb5000")
    assert (reading.tally.read, len(reading.films)) == (4803, 4794)
    avatar = reading.films["tmdb-19995"]
    assert avatar.directors == ("James Cameron",)
    assert avatar.cast[0] == "Sam Worthington"
    assert (avatar.languages, avatar.runtime_min) == (("en", "es"), 162)
    assert sum(bool(film.directors) for film in reading.films.values()) > 4700


def test_the_real_indian_extract_of_tmdb_is_read_in_its_languages(
    shared: Path, read: Callable[..., Any]
) -> None:
    reading = read("tmdb5000", shared / "data/movies/indian/tmdb_themoviesdataset_indian.csv")
    assert reading.films["tmdb-5801"].languages == ("bn",)
    assert reading.films["tmdb-5801"].original_title == "পথের পাঁচালী"
    assert sum("hi" in film.languages for film in reading.films.values()) > 300


def test_a_cut_gz_is_named_with_its_line(tmp_path: Path, read: Callable[..., Any]) -> None:
    path = tmp_path / "films.csv.gz"
    rows = "".join(f"Film {number},{1950 + number % 70}\n" for number in range(5000))
    path.write_bytes(gzip.compress(f"title,year\n{rows}".encode())[:-2000])
    with pytest.raises(SourceError, match=r"films\.csv\.gz:\d{2,}: cannot be read further"):
        read("csv", path)


def test_a_broken_zip_and_a_zip_without_a_table_are_refused(
    tmp_path: Path, read: Callable[..., Any]
) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(SourceError, match=r"broken\.zip:1: cannot be read further"):
        read("csv", tmp_path / "broken.zip")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("read.me", "hello")
    with pytest.raises(SourceError, match="holds no table"):
        read("csv", tmp_path / "other.zip")


def test_a_missing_file_is_named(tmp_path: Path, read: Callable[..., Any]) -> None:
    with pytest.raises(SourceError, match="there is no such file"):
        read("csv", tmp_path / "nowhere.csv")


def test_a_table_of_ones_own_needs_only_title_and_year(
    tmp_path: Path, read: Callable[..., Any]
) -> None:
    path = tmp_path / "shelf.csv"
    path.write_text(
        "\ufefftitle,year,language,director,genres,imdb,mood_tags,age\n"
        'Drishyam,2013,ml,Jeethu Joseph,"crime, drama",tt3417422,suspenseful|tense,12\n'
        "No Year,,ml,,,,,\n"
        "Too Early,1700,ml,,,,,\n"
        ",2001,ml,,,,,\n"
        "Wrong Mood,2001,ml,,,,sleepy,\n"
    )
    reading = read("csv", path)
    (film,) = reading.films.values()
    assert film.id == "drishyam-2013-jeethu-joseph"
    assert (film.genres, film.age, film.languages) == (("crime", "drama"), 12, ("ml",))
    assert film.identifiers == {"imdb": "tt3417422"}
    assert dict(reading.tally.reasons) == {
        "no year": 1,
        "impossible year": 1,
        "no title": 1,
        "a mood tag that is not in the vocabulary": 1,
    }
    assert reading.tally.examples["impossible year"] == ["shelf.csv:4: 1700"]


def test_columns_of_another_name_are_mapped(shared: Path, read: Callable[..., Any]) -> None:
    reading = read(
        "csv",
        shared / "data/movies/indian/IMDb_Movies_India.csv",
        encoding="latin-1",
        columns={
            "title": ("Name",),
            "year": ("Year",),
            "runtime_min": ("Duration",),
            "genres": ("Genre",),
            "director": ("Director",),
            "cast": ("Actor 1", "Actor 2", "Actor 3"),
            "rating": ("Rating",),
            "votes": ("Votes",),
        },
    )
    assert reading.tally.read > 15_000
    film = reading.films["drishyam-2015-nishikant-kamat"]
    assert film.cast == ("Ajay Devgn", "Shriya Saran", "Tabu")
    assert (film.runtime_min, film.rating) == (163, 8.2)
    assert film.genres == ("crime", "drama", "mystery")


def test_a_column_that_is_none_of_ours_is_refused(tmp_path: Path, read: Callable[..., Any]) -> None:
    with pytest.raises(SourceError, match="stars: is no column of ours"):
        read("csv", tmp_path / "x.csv", columns={"stars": ("Rating",)})


def test_a_quotation_mark_left_open_is_named_with_the_lines_it_costs(
    tmp_path: Path, read: Callable[..., Any]
) -> None:
    path = tmp_path / "shelf.csv"
    path.write_text('title,year\nOne,2001\n"Two,2002\nThree,2003\nFour,2004\n')
    tally = read("csv", path).tally
    assert tally.read == 1
    (named,) = tally.examples["another number of fields"]
    assert named.startswith("shelf.csv:3: 1 instead of 2, and the 2 lines after it")


def test_reading_a_table_leaves_the_limit_of_a_field_to_the_rest_of_the_program(
    tmp_path: Path, read: Callable[..., Any]
) -> None:
    path = tmp_path / "shelf.csv"
    path.write_text(f"title,year,synopsis\nOne,2001,{'long ' * 50_000}\n")
    before = csv.field_size_limit()
    assert len(read("csv", path).films) == 1
    assert csv.field_size_limit() == before


@pytest.mark.parametrize("encoding", ["klingon", "rot13"])
def test_an_encoding_nobody_knows_is_refused(
    encoding: str, tmp_path: Path, read: Callable[..., Any]
) -> None:
    path = tmp_path / "shelf.csv"
    path.write_text("title,year\nOne,2001\n")
    with pytest.raises(SourceError, match=f"'{encoding}' is no encoding of text"):
        read("csv", path, encoding=encoding)


def test_a_table_of_another_encoding_or_a_folder_is_named(
    tmp_path: Path, read: Callable[..., Any]
) -> None:
    path = tmp_path / "shelf.csv"
    path.write_text("title,year\nOne,2001\n")
    with pytest.raises(SourceError, match=r"shelf\.csv:1: cannot be read further"):
        read("csv", path, encoding="utf-16")
    with pytest.raises(SourceError, match=r"cannot be read \(Is a directory\)"):
        read("csv", tmp_path)


def test_an_encrypted_zip_is_refused(tmp_path: Path, read: Callable[..., Any]) -> None:
    path = encrypted_zip(tmp_path / "films.zip", "films.csv", "title,year\nOne,2001\n")
    with pytest.raises(SourceError, match=r"films\.zip: cannot be unpacked \(.*encrypted"):
        read("csv", path)


def test_a_zip_damaged_inside_is_refused(tmp_path: Path, read: Callable[..., Any]) -> None:
    path = tmp_path / "films.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("films.csv", "title,year\n" + "One,2001\n" * 1000)
    raw = bytearray(path.read_bytes())
    raw[60:90] = b"\xff" * 30
    path.write_bytes(raw)
    with pytest.raises(SourceError, match=r"films\.zip:1: cannot be read further"):
        read("csv", path)


def test_what_else_lies_beside_a_table_of_tmdb_does_not_matter(
    tmp_path: Path, read: Callable[..., Any]
) -> None:
    encrypted_zip(tmp_path / "private.zip", "a.csv", "a\n")
    (tmp_path / "noise.csv").write_bytes(b"\xff" * 200_000)
    (tmp_path / "films.csv").write_text(
        "id,title,original_language,release_date,genres\n1,One,en,2001-01-01,[]\n"
    )
    assert len(read("tmdb5000", tmp_path / "films.csv").films) == 1


@pytest.mark.parametrize("cell", ["[oops", "{[]: 1}", "[" * 100_000, "7"])
def test_a_list_that_is_none_costs_its_row_alone(
    cell: str, tmp_path: Path, read: Callable[..., Any]
) -> None:
    rows = f"1,One,en,2001-01-01,[]\n2,Two,en,2001-01-01,{cell}\n"
    (tmp_path / "films.csv").write_text(f"id,title,original_language,release_date,genres\n{rows}")
    (tmp_path / "people.csv").write_text(f"movie_id,cast,crew\n1,[],{cell}\n")
    reading = read("tmdb5000", tmp_path)
    assert set(reading.films) == {"tmdb-1"}
    places = [
        named.partition(": ")[0] for named in reading.tally.examples["a broken list in a cell"]
    ]
    assert places == ["people.csv:2", "films.csv:3"]


def test_the_movies_dataset_has_its_people_under_the_film_s_id(
    tmp_path: Path, read: Callable[..., Any]
) -> None:
    (tmp_path / "movies_metadata.csv").write_text(
        "adult,genres,id,original_language,release_date,title\n"
        "False,\"[{'id': 18, 'name': 'Drama'}]\",862,en,1995-10-30,Toy Story\n"
    )
    (tmp_path / "credits.csv").write_text(
        "cast,crew,id\n\"[{'name': 'Tom Hanks', 'order': 0}]\","
        "\"[{'job': 'Director', 'name': 'John Lasseter'}]\",862\n"
    )
    film = read("tmdb5000", tmp_path).films["tmdb-862"]
    assert (film.cast, film.directors) == (("Tom Hanks",), ("John Lasseter",))


@pytest.mark.parametrize(
    ("written", "title", "original"),
    [
        ("(500) Days of Summer (2009)", "(500) Days of Summer", ""),
        ("Frontière(s) (2007)", "Frontière(s)", ""),
        ("Evangelion: 3.0 You Can (Not) Redo (2012)", "Evangelion: 3.0 You Can (Not) Redo", ""),
        (
            "Protector, The (a.k.a. Warrior King) (Tom yum goong) (2005)",
            "The Protector",
            "Tom yum goong",
        ),
    ],
)
def test_brackets_inside_a_title_belong_to_it(
    written: str, title: str, original: str, tmp_path: Path, read: Callable[..., Any]
) -> None:
    (tmp_path / "movies.csv").write_text(f'movieId,title,genres\n1,"{written}",Comedy\n')
    film = read("movielens", tmp_path).films["movielens-1"]
    assert (film.title, film.original_title) == (title, original)
