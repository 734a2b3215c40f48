"""The phone's face of tonight, in a real browser before a real broker."""

import json
import re
from datetime import UTC, datetime

import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from emoflix_device.mqtt.messages import Guide, Hint, Recommended, SettingsMessage
from tests.web.conftest import Open
from tests.web.stage import FILMS, Device, film, mood, shows, slate

TODAYS_COMMANDS = ("recommend", "consent", "camera", "preferences")


def card(page: Page, number: int = 0) -> Locator:
    """A film of the slate."""
    return page.locator(f".slate > li:nth-child({number + 1}) .film")


def test_mood_and_slate_are_told_in_words(device: Device, open_page: Open) -> None:
    page = open_page()
    expect(page.get_by_role("heading", level=1)).to_have_text("The room looks happy")
    shows(page, "fairly sure · for 4 minutes · 2 people · dim light")
    for shown in FILMS:
        expect(page.locator(f'[data-film="{shown.id}"]')).to_contain_text(shown.reasons[0])
    device.say("mood", mood("sad", confidence=0.5, people=1))
    expect(page.get_by_role("heading", level=1)).to_have_text("The room looks sad")
    expect(page.locator(".mood-line p")).to_have_text(
        "not very sure · for 4 minutes · 1 person · dim light"
    )
    page.get_by_text("How it looks in detail").click()
    expect(page.get_by_role("meter")).to_have_count(7)
    expect(page.get_by_role("meter", name="Sad")).to_have_js_property("value", 0.5)


def test_a_new_slate_takes_the_place_of_the_old_one(device: Device, open_page: Open) -> None:
    page = open_page()
    shows(page, "Kumbalangi Nights")
    device.say("recommendations", slate("s2", (film("f", "Another Film"),)))
    shows(page, "Another Film")
    expect(page.get_by_text("Kumbalangi Nights")).to_have_count(0)


def test_reasons_that_tell_the_mood_come_with_the_event(device: Device, open_page: Open) -> None:
    page = open_page()
    shows(page, FILMS[0].title)
    device.say(
        "event",
        Recommended(
            at=datetime.now(UTC),
            slate="s1",
            mood="happy",
            mood_reasons={FILMS[0].id: ("You look happy, and it stays so",)},
        ),
    )
    expect(card(page).locator(".reasons li").first).to_have_text("You look happy, and it stays so")


def test_what_the_device_does_not_understand_is_not_offered(
    device: Device, open_page: Open
) -> None:
    device.be(commands=TODAYS_COMMANDS)
    page = open_page()
    shows(page, "Kumbalangi Nights")
    for name in ("Like", "Not for me", "Seen", "I'm not that happy", re.compile("Who is watching")):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("link", name="Household").click()
    shows(page, "Turn the camera off")
    for name in ("Choose a picture", "Erase all of it", "What you said"):
        expect(page.get_by_text(name)).to_have_count(0)


def test_films_are_asked_for(device: Device, open_page: Open) -> None:
    device.answers["recommend"] = json.loads(
        msgspec.json.encode(slate("s3", (film("g", "Asked For"),)))
    )
    page = open_page()
    page.get_by_role("button", name="Other films").click()
    shows(page, "Asked For")
    assert "mood" not in device.wait_for("recommend")
    device.asked.clear()
    page.get_by_role("button", name="Sad", exact=True).click()
    assert device.wait_for("recommend")["mood"] == "sad"


def test_a_fresh_look_says_how_to_be_seen_better(device: Device, open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="Look again for five seconds").click()
    guide = page.locator(".guide")
    expect(guide).to_contain_text("Look towards the television…")
    assert device.wait_for("recommend", "fresh")["fresh"] is True
    hints: tuple[tuple[Hint, str], ...] = (
        ("closer", "Come a little closer"),
        ("light", "A little more light, please"),
        ("still", "Hold still for a moment"),
        ("good", "That is good"),
    )
    for left_s, (hint, words) in enumerate(reversed(hints), start=1):
        device.say("event", Guide(at=datetime.now(UTC), hint=hint, left_s=left_s - 0.4))
        expect(guide).to_have_text(f"{words}{left_s}")


def test_a_like_goes_to_the_device_with_its_slate(device: Device, open_page: Open) -> None:
    device.answers["feedback"] = {}
    page = open_page()
    like = card(page, 1).get_by_role("button", name="Like")
    like.click()
    shows(page, "Noted: more like Paddington 2.")
    expect(like).to_have_attribute("aria-pressed", "true")
    said = device.wait_for("feedback")
    assert said.pop("request")
    assert said == {"film": "paddington-2-2017", "kind": "like", "slate": "s1"}


def test_afterwards_it_is_asked_how_the_film_was(device: Device, open_page: Open) -> None:
    device.answers["feedback"] = {"learnt": True}
    over = SettingsMessage(
        camera="on", evening="afterwards", film="another-2020", film_title="Another Film"
    )
    device.say("settings", over)
    page = open_page()
    asked = page.get_by_role("region", name="How was the film?")
    expect(asked).to_contain_text("Another Film")
    asked.get_by_role("button", name="5 of 5").click()
    said = device.wait_for("feedback", "rating")
    assert (said["film"], said["kind"], said["rating"]) == ("another-2020", "rating", 5)
    device.say("settings", SettingsMessage(camera="on", evening="waiting"))
    expect(asked).to_have_count(0)


def test_a_film_is_rated_and_reviewed(device: Device, open_page: Open) -> None:
    device.answers["feedback"] = {}
    page = open_page()
    page.get_by_role("button", name="Paddington 2", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="4 of 5").click()
    expect(dialog.get_by_role("button", name="4 of 5")).to_have_attribute("aria-pressed", "true")
    assert device.wait_for("feedback")["rating"] == 4
    dialog.get_by_label("What did you think of it?").fill("  Lovely  ")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_label("What did you think of it?")).to_have_value("")
    assert device.wait_for("feedback", "review")["review"] == "Lovely"
    shows(page, "Thank you, noted.")
    device.answers["feedback"] = {"learnt": False, "understood": False}
    dialog.get_by_label("What did you think of it?").fill("Schön")
    dialog.get_by_role("button", name="Send").click()
    shows(page, "Its words were not understood")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Paddington 2", exact=True)).to_be_focused()


def test_i_am_not_sad_is_said_once_and_thanked_for(device: Device, open_page: Open) -> None:
    device.answers["correct_mood"] = {}
    device.say("mood", mood("sad"))
    page = open_page()
    page.get_by_role("button", name="I'm not sad").click()
    shows(page, "Thank you. It will read your face")
    assert device.wait_for("correct_mood")["shown"] == "sad"


@pytest.mark.parametrize(
    ("locale", "tonight"),
    [("de-AT", "Heute Abend"), ("hi-IN", "आज रात"), ("ml-IN", "ഇന്ന് രാത്രി"), ("fr-FR", "Tonight")],
)
def test_the_page_speaks_the_persons_language(
    device: Device, open_page: Open, locale: str, tonight: str
) -> None:
    page = open_page(locale=locale)
    expect(page.get_by_role("link", name=tonight)).to_be_visible()
    assert device
    assert page.evaluate("document.documentElement.lang") == (
        "en" if locale[:2] == "fr" else locale[:2]
    )


def test_a_chosen_language_is_kept(device: Device, open_page: Open) -> None:
    page = open_page(address="#household")
    page.get_by_label("Language of this page").select_option("de")
    expect(page.get_by_role("heading", name="Haushalt")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Haushalt")).to_be_visible()
    assert device
