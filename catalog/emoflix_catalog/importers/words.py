"""Other people's words for genres, languages, countries and ages, in ours."""

import re
from collections.abc import Iterable
from typing import Final

from emoflix_catalog.text import fold
from emoflix_catalog.vocabulary import AGES, GENRES, LANGUAGES

_GENRES: Final = {
    **{fold(genre): genre for genre in GENRES},
    "sci fi": "science fiction",
    "scifi": "science fiction",
    "science fiction film": "science fiction",
    "musical": "music",
    "children": "family",
    "childrens": "family",
    "film noir": "crime",
    "biopic": "biography",
    "biographical": "biography",
    "historical": "history",
    "romantic comedy": "romance",
    "sports": "sport",
    "suspense": "thriller",
    "animated": "animation",
    "cartoon": "animation",
}
_LANGUAGES: Final = {
    **{fold(name): code for code, name in LANGUAGES.items()},
    **{code: code for code in LANGUAGES},
    "cn": "zh",  # TMDB's own code for Cantonese
    "yue": "zh",
    "cmn": "zh",
    "mandarin": "zh",
    "cantonese": "zh",
    "nb": "no",
    "nn": "no",
    "farsi": "fa",
    "sh": "sr",
    "iw": "he",
    "in": "id",
}
_COUNTRIES: Final = {
    "argentina": "AR",
    "australia": "AU",
    "austria": "AT",
    "bangladesh": "BD",
    "belgium": "BE",
    "brazil": "BR",
    "canada": "CA",
    "chile": "CL",
    "china": "CN",
    "colombia": "CO",
    "croatia": "HR",
    "cuba": "CU",
    "czech republic": "CZ",
    "czechia": "CZ",
    "denmark": "DK",
    "egypt": "EG",
    "finland": "FI",
    "france": "FR",
    "germany": "DE",
    "greece": "GR",
    "hong kong": "HK",
    "hungary": "HU",
    "iceland": "IS",
    "india": "IN",
    "indonesia": "ID",
    "iran": "IR",
    "ireland": "IE",
    "israel": "IL",
    "italy": "IT",
    "japan": "JP",
    "lebanon": "LB",
    "malaysia": "MY",
    "mexico": "MX",
    "morocco": "MA",
    "netherlands": "NL",
    "new zealand": "NZ",
    "nigeria": "NG",
    "norway": "NO",
    "pakistan": "PK",
    "philippines": "PH",
    "poland": "PL",
    "portugal": "PT",
    "romania": "RO",
    "russia": "RU",
    "serbia": "RS",
    "singapore": "SG",
    "south africa": "ZA",
    "south korea": "KR",
    "soviet union": "SU",
    "spain": "ES",
    "sri lanka": "LK",
    "sweden": "SE",
    "switzerland": "CH",
    "taiwan": "TW",
    "thailand": "TH",
    "tunisia": "TN",
    "turkey": "TR",
    "ukraine": "UA",
    "united kingdom": "GB",
    "united states": "US",
    "united states of america": "US",
    "usa": "US",
    "uk": "GB",
    "vietnam": "VN",
}
_CERTIFICATES: Final = {
    "g": 0,
    "u": 0,
    "pg": 6,
    "ua": 12,
    "u a": 12,
    "pg 13": 12,
    "r": 16,
    "a": 18,
    "nc 17": 18,
    "x": 18,
}
"""The United States' and India's boards; others say a number."""
_COUNTRY_CODE: Final = re.compile(r"[A-Za-z]{2}")
_BOARD: Final = re.compile(r"^(?:[A-Za-z ]+:|(?!PG|NC|TV)[A-Z]{2}-(?=\S)|rated )\s*", re.IGNORECASE)


def genres(words: Iterable[str]) -> tuple[str, ...]:
    """Our genres, in the order given; a word that has none among ours is left out."""
    return _known(_GENRES, words)


def languages(words: Iterable[str]) -> tuple[str, ...]:
    """Our codes for codes or English names; a language that is not among ours is left out."""
    return _known(_LANGUAGES, words)


def countries(words: Iterable[str]) -> tuple[str, ...]:
    """ISO 3166-1 alpha-2 codes for codes or English names; an unknown name is left out."""
    codes = (
        word.strip().upper()
        if _COUNTRY_CODE.fullmatch(word.strip()) and fold(word) != "uk"
        else _COUNTRIES.get(fold(word))
        for word in words
    )
    return tuple(dict.fromkeys(code for code in codes if code))


def age(certificate: str) -> int | None:
    """The youngest age of a certificate such as `PG-13`, `Rated R`, `DE-12`, `Germany:16`, `15`."""
    word = fold(_BOARD.sub("", certificate.strip()))
    if word in _CERTIFICATES:
        return _CERTIFICATES[word]
    number = re.search(r"\d+", word)
    if number is None or int(number[0]) > AGES[-1]:
        return None
    return next(ours for ours in AGES if ours >= int(number[0]))


def _known(table: dict[str, str], words: Iterable[str]) -> tuple[str, ...]:
    found = (table.get(fold(word)) for word in words)
    return tuple(dict.fromkeys(word for word in found if word))
