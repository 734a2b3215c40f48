"""The page's words: every language says everything."""

import json
import re
from pathlib import Path

import pytest

from emoflix_catalog.vocabulary import EXPRESSIONS, GENRES, MOOD_TAGS

STRINGS = Path(__file__).resolve().parents[2] / "deploy" / "web" / "src" / "strings"
LANGUAGES = sorted(file.stem for file in STRINGS.glob("*.json"))


def words(language: str) -> dict[str, str]:
    read: dict[str, str] = json.loads((STRINGS / f"{language}.json").read_text(encoding="utf-8"))
    return read


def test_the_languages_promised_are_there() -> None:
    assert {"de", "en", "hi", "ml"} <= {*LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_all_keys_and_no_others(language: str) -> None:
    assert words(language).keys() == words("en").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_empty_and_what_is_filled_in_stands_in_each(language: str) -> None:
    for key, english in words("en").items():
        word = words(language)[key]
        assert word.strip(), key
        assert sorted(re.findall(r"{\w+}", word)) == sorted(re.findall(r"{\w+}", english)), key


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_a_language_is_not_left_in_english(language: str) -> None:
    english = words("en")
    same = [key for key, word in words(language).items() if word == english[key]]
    # Some words are the same in German: `Horror`, `Name`.
    assert len(same) < len(english) / 10, same


def test_every_word_of_the_catalogue_has_its_own() -> None:
    assert {f"genre.{genre}" for genre in GENRES} <= words("en").keys()
    assert {f"mood_tag.{tag}" for tag in MOOD_TAGS} <= words("en").keys()
    assert {f"expression.{expression}" for expression in EXPRESSIONS} <= words("en").keys()
