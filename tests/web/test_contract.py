"""The page knows the words of the device."""

import re
from pathlib import Path
from typing import get_args

import pytest

from emoflix_catalog.vocabulary import EXPRESSIONS, GENRES, MOOD_TAGS
from emoflix_device.household.feedback import FeedbackKind
from emoflix_device.household.preferences import LIBRARIES
from tests.web.stage import COMMANDS

CONTRACT = Path(__file__).resolve().parents[2] / "deploy/web/src/contract.ts"


def between(start: str, end: str) -> str:
    """A part of the contract as the page has it."""
    return CONTRACT.read_text(encoding="utf-8").partition(start)[2].partition(end)[0]


def test_every_command_is_one_that_the_page_knows() -> None:
    known = re.findall(r"^  (\w+): \[", between("interface Commands {", "\n}"), re.MULTILINE)
    assert {*known} == {*COMMANDS}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("EXPRESSIONS", EXPRESSIONS),
        ("FEEDBACK_KINDS", get_args(FeedbackKind)),
        ("GENRES", GENRES),
        ("MOOD_TAGS", tuple(MOOD_TAGS)),
        ("LIBRARIES", LIBRARIES),
    ],
)
def test_the_page_has_the_words_of_the_device(name: str, words: tuple[str, ...]) -> None:
    assert {*re.findall(r'"([^"]+)"', between(f"const {name} = [", "]"))} == {*words}
