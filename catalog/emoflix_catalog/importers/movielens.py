"""MovieLens in its three forms: latest/25M (CSV), 10M/1M (`movies.dat`), 100k (`u.item`).

Formats: the README of each, https://grouplens.org/datasets/movielens/.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from emoflix_catalog.importers import tidy
from emoflix_catalog.importers.contract import Found, Request, RowError, SourceError, Tally
from emoflix_catalog.importers.files import csv_rows, split_rows
from emoflix_catalog.text import fold
from emoflix_catalog.vocabulary import MOOD_TAGS

_GENRES_100K: Final = (
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
)
_TITLE: Final = re.compile(r"(?P<names>.+?)\s*\((?P<year>\d{4})\)\s*$")
_OTHER_NAME: Final = re.compile(r"\s+\(([^()]+)\)$")
_ARTICLE_LAST: Final = re.compile(
    r"^(.*), (The|A|An|Les?|La|L'|Il|Lo|El|Los|Las|Der|Die|Das|Une?|Det|Den|O|Os|As)$"
)
_STARS_TO_RATING: Final = 2.0
_MOST_TAG_WORDS: Final = 4
_TAGGED_BY: Final = 2
"""A mood tag counts when so many people gave it."""


class _Row(NamedTuple):
    place: str
    number: str
    title: str
    genres: list[str]
    imdb: str = ""
    tmdb: str = ""


def read(request: Request, tally: Tally) -> Iterator[Found]:
    """The films of a MovieLens folder, with the mean of its ratings and what people tagged.

    Raises:
        SourceError: It is no MovieLens folder, or a file of it cannot be read.
    """
    folder = Path(request.where)
    form = next((form for file, form in _FORMS.items() if (folder / file).is_file()), None)
    if form is None:
        raise SourceError(f"{folder}: holds none of {', '.join(_FORMS)}: name a MovieLens folder")
    stars = _stars(form.ratings(folder, tally))
    moods, keywords = _tags(folder, tally)
    for row in form.films(folder, tally):
        tally.read += 1
        total, votes = stars.get(row.number, (0.0, 0))
        try:
            title, original, year = _parsed(row.title)
            film = tidy.film(
                f"{form.scheme}-{row.number}",
                title=title,
                original_title=original,
                year=year,
                identifiers={
                    form.scheme: row.number,
                    "imdb": tidy.imdb_id(row.imdb),
                    "tmdb": row.tmdb,
                },
                genres=row.genres,
                keywords=keywords.get(row.number, ()),
                mood_tags=moods.get(row.number, ()),
                rating=total / votes * _STARS_TO_RATING if votes else None,
                votes=votes,
            )
        except RowError as error:
            tally.reject(row.place, error)
            continue
        yield Found(row.place, film)


def _parsed(title: str) -> tuple[str, str, str]:
    """`City of Lost Children, The (Cité des enfants perdus, La) (1995)` in its parts.

    Returns:
        The title, the original one or "", and the year.

    Raises:
        RowError: It does not end in a year.
    """
    found = _TITLE.match(title)
    if found is None:
        raise RowError("no year", title[:60])
    main, original = found["names"], ""
    # Only what stands last: there is (500) Days of Summer, and You Are (Not) Alone.
    while (other := _OTHER_NAME.search(main)) is not None:
        main = main[: other.start()]
        if not original and not other[1].startswith("a.k.a."):
            original = other[1]
    return _article_first(main), _article_first(original), found["year"]


def _article_first(name: str) -> str:
    return _ARTICLE_LAST.sub(r"\2 \1", name.strip()).replace("L' ", "L'")


def _stars(ratings: Iterator[tuple[str, str]]) -> dict[str, tuple[float, int]]:
    """The sum and the number of the ratings of each film."""
    sums: dict[str, float] = defaultdict(float)
    counts: Counter[str] = Counter()
    for number, stars in ratings:
        try:
            sums[number] += float(stars)
        except ValueError:
            continue
        counts[number] += 1
    return {number: (sums[number], count) for number, count in counts.items()}


def _tags(
    folder: Path, tally: Tally
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Of each film the mood tags that several people gave, and other tags, the commonest first."""
    if not (folder / "tags.csv").is_file():
        return {}, {}
    given: dict[str, Counter[str]] = defaultdict(Counter)
    for _, row in csv_rows(folder / "tags.csv", tally, ("movieId", "tag")):
        tag = tidy.text(row["tag"]).lower()
        if tag and len(tag.split()) <= _MOST_TAG_WORDS:
            given[row["movieId"]][tag] += 1
    known = {fold(tag): tag for tag in MOOD_TAGS}
    moods: dict[str, tuple[str, ...]] = {}
    keywords: dict[str, tuple[str, ...]] = {}
    for number, tags in given.items():
        ordered = sorted(tags.items(), key=lambda item: (-item[1], item[0]))
        moods[number] = tuple(
            dict.fromkeys(
                known[fold(tag)]
                for tag, people in ordered
                if fold(tag) in known and people >= _TAGGED_BY
            )
        )
        keywords[number] = tuple(tag for tag, _ in ordered if fold(tag) not in known)
    return moods, keywords


def _latest(folder: Path, tally: Tally) -> Iterator[_Row]:
    links: dict[str, tuple[str, str]] = {}
    if (folder / "links.csv").is_file():
        rows = csv_rows(folder / "links.csv", tally, ("movieId", "imdbId", "tmdbId"))
        links = {row["movieId"]: (row["imdbId"], row["tmdbId"]) for _, row in rows}
    for place, row in csv_rows(folder / "movies.csv", tally, ("movieId", "title", "genres")):
        number = row["movieId"]
        yield _Row(
            place, number, row["title"], row["genres"].split("|"), *links.get(number, ("", ""))
        )


def _latest_ratings(folder: Path, tally: Tally) -> Iterator[tuple[str, str]]:
    if (folder / "ratings.csv").is_file():
        for _, row in csv_rows(folder / "ratings.csv", tally, ("movieId", "rating")):
            yield row["movieId"], row["rating"]


def _dat(folder: Path, tally: Tally) -> Iterator[_Row]:
    for line, row in _fields(folder / "movies.dat", tally, "::", 3, "latin-1"):
        number, title, genres = row
        yield _Row(f"movies.dat:{line}", number, title, genres.split("|"))


def _dat_ratings(folder: Path, tally: Tally) -> Iterator[tuple[str, str]]:
    if (folder / "ratings.dat").is_file():
        for _, row in _fields(folder / "ratings.dat", tally, "::", 4, "latin-1"):
            yield row[1], row[2]


def _item(folder: Path, tally: Tally) -> Iterator[_Row]:
    for line, row in _fields(folder / "u.item", tally, "|", 5 + len(_GENRES_100K), "latin-1"):
        genres = [genre for genre, flag in zip(_GENRES_100K, row[5:], strict=True) if flag == "1"]
        yield _Row(f"u.item:{line}", row[0], row[1], genres)


def _item_ratings(folder: Path, tally: Tally) -> Iterator[tuple[str, str]]:
    if (folder / "u.data").is_file():
        for _, row in _fields(folder / "u.data", tally, "\t", 4, "latin-1"):
            yield row[1], row[2]


def _fields(
    path: Path, tally: Tally, separator: str, width: int, encoding: str
) -> Iterator[tuple[int, list[str]]]:
    for line, row in split_rows(path, tally, separator, encoding=encoding):
        if len(row) == width:
            yield line, row
        elif row != [""]:
            detail = f"{len(row)} instead of {width}"
            tally.pass_by("another number of fields", f"{path.name}:{line}", detail)


class _Form(NamedTuple):
    films: Callable[[Path, Tally], Iterator[_Row]]
    ratings: Callable[[Path, Tally], Iterator[tuple[str, str]]]
    scheme: str
    """100k numbers its films anew; the others share MovieLens' own numbers."""


_FORMS: Final = {
    "movies.csv": _Form(_latest, _latest_ratings, "movielens"),
    "movies.dat": _Form(_dat, _dat_ratings, "movielens"),
    "u.item": _Form(_item, _item_ratings, "movielens100k"),
}
"""The file by which each form is known."""
