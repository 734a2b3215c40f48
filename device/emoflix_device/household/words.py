"""Words that people say: which of them can be kept and shown again without harm."""

import unicodedata
from typing import Final

from emoflix_device.household.errors import HouseholdError

NAME_LIMIT: Final = 50
REVIEW_LIMIT: Final = 10_000
"""Characters. Even written as JSON escapes it fits into a command."""

_UNFIT: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Controls, halves of characters, and separators of lines and paragraphs."""
# They turn the text around them, so that a screen shows another name than the one that is kept.
# The joiners are no part of this: Malayalam and Persian are spelt with them.
_TURNING: Final = frozenset(
    map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)


def profile_name(said: str, field: str = "name") -> str:
    """A profile's name as it is kept: composed (NFC), without blanks around it.

    Raises:
        HouseholdError: it is empty, too long, or holds characters that upset a screen.
    """
    name = unicodedata.normalize("NFC", said).strip(" ")
    if not name:
        raise HouseholdError(field, "must not be empty")
    if len(name) > NAME_LIMIT:
        raise HouseholdError(field, f"{len(name)} characters are too many; at most {NAME_LIMIT}")
    if any(unicodedata.category(letter) in _UNFIT or letter in _TURNING for letter in name):
        raise HouseholdError(field, "must hold no control characters")
    return name


def review_text(said: str, field: str = "review") -> str:
    """A review as it is kept: as it was written; lines and tabs are fine.

    Raises:
        HouseholdError: it is blank, too long, or holds control characters.
    """
    if len(said) > REVIEW_LIMIT:
        raise HouseholdError(field, f"{len(said)} characters are too many; at most {REVIEW_LIMIT}")
    if not said.strip():
        raise HouseholdError(field, "must not be empty")
    if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\r\t" for sign in said):
        raise HouseholdError(field, "must hold no control characters but lines and tabs")
    return said
