"""What a terminal sends for a key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.terminal.keys import KEYS, read_keys


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (b"l", ["like"]),
        (b"dsr", ["dislike", "seen", "recommend"]),
        (b"\x1b[A\x1bOB", ["up", "down"]),
        (b"\x1b[1;5Aq", ["quit"]),
        (b"x\xc3\xa9 \r\n", []),
        (b"\x1b", []),
        (b"", []),
    ],
)
def test_keys_are_told_apart_and_others_passed_over(typed: bytes, keys: list[str]) -> None:
    assert read_keys(typed) == keys


@given(st.binary(max_size=64))
def test_whatever_is_typed_is_keys_or_nothing(typed: bytes) -> None:
    assert {*read_keys(typed)} <= {*KEYS.values()}


@given(st.lists(st.sampled_from([*KEYS]), max_size=8))
def test_keys_pressed_quickly_are_all_read(typed: list[bytes]) -> None:
    assert read_keys(b"".join(typed)) == [KEYS[each] for each in typed]
