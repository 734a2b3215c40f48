"""Options that several commands share, and the words they accept."""

import math
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click

from emoflix_catalog.places import default_catalogue
from emoflix_catalog.vocabulary import GENRES, LANGUAGES, MOOD_TAGS

Command = TypeVar("Command", bound=Callable[..., Any])


class Word(click.ParamType[str]):
    """A word of a vocabulary, in any case; for languages the English name will do too."""

    def __init__(
        self, name: str, words: Iterable[str], names: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self._words = {word: word for word in words} | {
            english.lower(): code for code, english in (names or {}).items()
        }

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        word = self._words.get(value.strip().lower())
        if word is None:
            near = get_close_matches(value.lower(), self._words, n=3)
            hint = (
                f"did you mean {', '.join(near)}?" if near else f"one of {', '.join(self._words)}"
            )
            self.fail(f"{value!r} is no {self.name} of the catalogue: {hint}", param, ctx)
        return word


class Years(click.ParamType[tuple[int, int]]):
    """`1994`, `1990-1999`, `1990-` or `-1999`: the first and the last."""

    name = "years"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        found = re.fullmatch(r"([0-9]{4})?(-?)((?<=-)[0-9]{4})?", value)
        if found is None or not any(found.group(1, 3)):
            self.fail(f"{value!r} is no year: write 1994, 1990-1999, 1990- or -1999", param, ctx)
        first, dash, last = found.groups()
        years = int(first or 0), int(last or (9999 if dash else first))
        if years[0] > years[1]:
            self.fail(f"{value!r} ends before it begins: write the first year first", param, ctx)
        return years


class Share(click.FloatRange):
    """A number from 0 to 1."""

    def __init__(self) -> None:
        super().__init__(0, 1)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        share: float = super().convert(value, param, ctx)
        if math.isnan(share):  # it is neither below a limit nor above one
            self.fail(f"{value!r} is not in the range 0<=x<=1.", param, ctx)
        return share


LANGUAGE = Word("language", LANGUAGES, LANGUAGES)
GENRE = Word("genre", GENRES)
MOOD_TAG = Word("mood tag", MOOD_TAGS)


def catalogue_option(command: Command) -> Command:
    return click.option(
        "--catalogue",
        "path",
        type=click.Path(dir_okay=False, path_type=Path),
        default=default_catalogue,
        envvar="EMOFLIX_CATALOGUE",
        show_envvar=True,
        help=f"The catalogue file  [default: {default_catalogue()}]",
    )(command)


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead.")(command)


def count_option(default: int) -> Callable[[Command], Command]:
    return click.option(
        "--count",
        type=click.IntRange(1, 1000),
        default=default,
        show_default=True,
        help="How many.",
    )
