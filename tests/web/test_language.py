"""In which language the page comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.web.language import language_for

OFFERED = ("de", "en", "hi", "ml")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("ML-in, en;q=0.9", "ml"),
        ("fr, hi;q=0.4, de;q=0.8", "de"),
        ("hi;q=0.5, ml;q=0.5", "hi"),
        ("de;q=0, *", "en"),
        ("de;q=much, hi ; Q=0.1", "hi"),
        ("fr-FR", "en"),
    ],
)
def test_the_browser_gets_what_it_wants_most_of_what_there_is(accepted: str, language: str) -> None:
    assert language_for(None, accepted, OFFERED) == language


def test_what_was_chosen_counts_more_than_what_the_browser_wants() -> None:
    assert language_for("hi", "de", OFFERED) == "hi"
    assert language_for("fr", "de", OFFERED) == "de"


@given(st.none() | st.text(), st.text(alphabet="dehimlxq=;,.*- 0189") | st.text())
def test_whatever_is_sent_the_page_comes_in_a_language_it_has(
    chosen: str | None, accepted: str
) -> None:
    assert language_for(chosen, accepted, OFFERED) in OFFERED
