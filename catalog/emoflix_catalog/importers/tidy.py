"""A film from facts as they come: what is impossible is refused, what is doubtful left out."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from emoflix_catalog.film import Film
from emoflix_catalog.importers import words
from emoflix_catalog.importers.contract import RowError
from emoflix_catalog.precedence import SCHEMES
from emoflix_catalog.table import FIRST_YEAR, MOST_CHARACTERS, RUNTIMES_MIN

MOST_PEOPLE: Final = 12
MOST_KEYWORDS: Final = 20
_IDENTIFIERS: Final = {
    "imdb": re.compile(r"tt\d{7,10}"),
    "tmdb": re.compile(r"[1-9]\d*"),
    "wikidata": re.compile(r"Q[1-9]\d*"),
}
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffd\ufeff]+")
_BLANKS: Final = re.compile(r"\s+")
_YEAR: Final = re.compile(r"(?<!\d)\d{4}(?!\d)")
_HIGHEST_RATING: Final = 10
_RELEASED_AFTER: Final = 1
"""Films may be known so many years before they are out."""


def film(
    record_id: str,
    *,
    title: str,
    year: str | float | None,
    identifiers: Mapping[str, str | None],
    original_title: str = "",
    runtime_min: str | float | None = None,
    certificate: str = "",
    languages: Iterable[str] = (),
    countries: Iterable[str] = (),
    genres: Iterable[str] = (),
    directors: Iterable[str] = (),
    cast: Iterable[str] = (),
    writers: Iterable[str] = (),
    keywords: Iterable[str] = (),
    mood_tags: Iterable[str] = (),
    synopsis: str = "",
    rating: str | float | None = None,
    votes: str | float | None = None,
    popularity: str | float | None = None,
    popularity_on: dt.date | None = None,
) -> Film:
    """A film as the catalogue writes it.

    Words outside our vocabularies, a running time that no film has, a rating outside 0 to 10 or
    without votes and an identifier of another form are left out.

    Raises:
        RowError: It has no title, no year, or a year in which no film can have come out.
    """
    name = text(title)
    if not name:
        raise RowError("no title")
    mean, count = _number(rating), _number(votes)
    rated = mean is not None and 0 < mean <= _HIGHEST_RATING and count is not None and count >= 1
    minutes = _number(runtime_min)
    lowest, highest = RUNTIMES_MIN
    original = text(original_title)
    popular = _number(popularity)
    return Film(
        id=record_id,
        title=name,
        year=year_of(year),
        original_title=original if original != name else "",
        runtime_min=round(minutes) if minutes and lowest <= minutes <= highest else None,
        languages=words.languages(languages),
        countries=words.countries(countries),
        genres=words.genres(genres),
        age=words.age(certificate) if certificate else None,
        directors=names(directors, MOST_PEOPLE),
        cast=names(cast, MOST_PEOPLE),
        writers=names(writers, MOST_PEOPLE),
        synopsis=text(synopsis),
        rating=round(mean, 2) if rated and mean is not None else None,
        votes=round(count) if rated and count is not None else None,
        keywords=names(map(str.lower, keywords), MOST_KEYWORDS),
        mood_tags=tuple(mood_tags),
        popularity=popular,
        popularity_on=popularity_on if popular is not None else None,
        identifiers=known_identifiers(identifiers),
    )


def about(known: Film, record_id: str, **facts: Any) -> Film:
    """What a source says of a film of the catalogue: with what tells it from others, no more."""
    return Film(
        id=record_id,
        title=known.title,
        original_title=known.original_title,
        year=known.year,
        languages=known.languages,
        directors=known.directors,
        **facts,
    )


def text(value: str) -> str:
    """`value` on one line, without what cannot be printed, cut where a field ends."""
    printable = _UNPRINTABLE.sub(" ", value)
    return _BLANKS.sub(" ", printable).strip()[:MOST_CHARACTERS].rstrip()


def names(values: Iterable[str], most: int) -> tuple[str, ...]:
    """The first `most` different names."""
    different = dict.fromkeys(filter(None, map(text, values)))
    return tuple(different)[:most]


def year_of(value: str | float | None) -> int:
    """The year in a number or text such as `2013`, `2013.0`, `-2013` or `2013-12-19`.

    Raises:
        RowError: There is none, or it is not one of a film.
    """
    found = _YEAR.search(value if isinstance(value, str) else str(value or ""))
    if found is None:
        raise RowError("no year", repr(value)[:40] if value else "")
    year = int(found[0])
    if not FIRST_YEAR <= year <= dt.datetime.now(tz=dt.UTC).year + _RELEASED_AFTER:
        raise RowError("impossible year", str(year))
    return year


def known_identifiers(identifiers: Mapping[str, str | None]) -> dict[str, str]:
    """Those that are given and have the form of their scheme, the most trusted first."""
    given = {scheme: str(value or "").strip() for scheme, value in identifiers.items()}
    return {
        scheme: given[scheme]
        for scheme in sorted(given, key=_trust)
        if given[scheme]
        and (scheme not in _IDENTIFIERS or _IDENTIFIERS[scheme].fullmatch(given[scheme]))
    }


def imdb_id(value: str) -> str:
    """`tt0114709` for `0114709`, `114709` or itself, "" for nothing."""
    digits = value.strip().removeprefix("tt")
    return f"tt{digits:0>7}" if digits.isascii() and digits.isdigit() else ""


def _trust(scheme: str) -> tuple[int, str]:
    return (SCHEMES.index(scheme) if scheme in SCHEMES else len(SCHEMES), scheme)


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        value = value.replace(",", "").removesuffix("min").strip()
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < 1e12 else None  # noqa: PLR2004 - also NaN and infinity
