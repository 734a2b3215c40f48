"""The television's face: a remote control, and a screen that rests."""

import pytest
from playwright.sync_api import Page, expect

from emoflix_device.mqtt.messages import SettingsMessage
from tests.web.conftest import Open
from tests.web.stage import FILMS, Device, film, mood, shows, slate


def focused(page: Page) -> str:
    """What is in focus, by its film or its words."""
    found: str = page.evaluate(
        "() => document.activeElement.dataset.film ?? document.activeElement.textContent"
    )
    return found


def test_five_cards_stand_within_the_margins_with_one_reason_each(
    device: Device, open_page: Open
) -> None:
    page = open_page(tv=True)
    cards = page.locator(".tv-card")
    expect(cards).to_have_count(5)
    for number in range(5):
        box = cards.nth(number).bounding_box()
        assert box is not None
        # The one in focus is a little larger than its place.
        assert box["x"] >= 0.04 * 1920
        assert box["x"] + box["width"] <= 0.96 * 1920
        assert box["y"] >= 0.05 * 1080
        assert box["y"] + box["height"] <= 0.95 * 1080
        expect(cards.nth(number).locator(".tv-reason")).to_have_text(FILMS[number].reasons[0])
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    expect(page.get_by_role("heading", level=1)).to_have_text("The room looks happy")
    device.say("mood", mood("sad"))
    expect(page.get_by_role("heading", level=1)).to_have_text("The room looks sad")


def test_the_arrows_move_one_focus_and_never_lose_it(device: Device, open_page: Open) -> None:
    page = open_page(tv=True)
    expect(page.get_by_role("button", name="Turn the camera off")).to_be_visible()
    expect(page.locator(".tv-card").first).to_be_focused()
    for expected in [1, 2, 3, 4, 4]:
        page.keyboard.press("ArrowRight")
        assert focused(page) == FILMS[expected].id
    page.keyboard.press("ArrowDown")
    assert "camera" in focused(page)
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "Other films"
    page.keyboard.press("ArrowUp")
    assert focused(page) == FILMS[0].id
    page.keyboard.press("ArrowUp")
    assert focused(page) == FILMS[0].id
    page.mouse.click(5, 5)
    page.keyboard.press("ArrowRight")
    assert focused(page) in {film.id for film in FILMS}
    assert page.locator(":focus").count() == 1
    assert device


def test_down_leaves_the_row_from_a_card_that_has_grown(device: Device, open_page: Open) -> None:
    page = open_page(tv=True)
    expect(page.get_by_role("button", name="Turn the camera off")).to_be_visible()
    expect(page.locator(".tv-card").first).to_be_focused()
    for _ in FILMS[1:]:
        page.keyboard.press("ArrowRight")
    page.evaluate(
        "Promise.all(document.getAnimations().map((each) => each.finished)).then(() => 0)"
    )
    page.keyboard.press("ArrowDown")
    assert focused(page) in {"Other films", "Turn the camera off"}
    assert device


def test_enter_opens_and_back_returns_to_the_card(device: Device, open_page: Open) -> None:
    device.answers["feedback"] = {}
    page = open_page(tv=True)
    expect(page.locator(".tv-card").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Paul King")
    expect(dialog.get_by_role("button", name="Like")).to_be_focused()
    page.keyboard.press("Enter")
    assert device.wait_for("feedback")["film"] == FILMS[1].id
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("button", name="Not for me")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Backspace")
    expect(dialog).to_have_count(0)
    expect(page.locator(f'[data-film="{FILMS[1].id}"]')).to_be_focused()


def test_a_new_slate_leaves_the_film_that_is_looked_at_alone(
    device: Device, open_page: Open
) -> None:
    page = open_page(tv=True)
    expect(page.locator(".tv-card").first).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    play = dialog.get_by_role("button", name="We'll watch this")
    expect(play).to_be_focused()
    device.say("recommendations", slate("s2", (film("n", "Another Film"),)))
    expect(page.locator('[data-film="n"]')).to_have_count(1)
    expect(play).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator('[data-film="n"]')).to_be_focused()


def test_a_film_that_a_player_has_is_played(device: Device, open_page: Open) -> None:
    device.answers["play"] = {}
    page = open_page(tv=True)
    expect(page.locator(".tv-card").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="We'll watch this")).to_be_focused()
    page.keyboard.press("Enter")
    assert device.wait_for("play")["film"] == FILMS[0].id
    expect(page.locator(".tv-card").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tv-card").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(FILMS[1].title)
    expect(page.get_by_role("button", name="We'll watch this")).to_have_count(0)


def test_it_rests_until_people_arrive(device: Device, open_page: Open) -> None:
    device.say("settings", SettingsMessage(camera="on", evening="waiting"))
    page = open_page(tv=True)
    shows(page, "Press any key for tonight's films")
    device.say("mood", mood("sad"))  # somebody passes by
    device.say("recommendations", slate("s2", (film("n", "For The Arrival"),)))
    device.say("settings", SettingsMessage(camera="on", evening="choosing"))
    expect(page.get_by_text("For The Arrival")).to_be_visible()
    expect(page.locator(".tv-card").first).to_be_focused()
    device.say("settings", SettingsMessage(camera="on", evening="playing"))
    shows(page, "Enjoy the film.")
    expect(page.locator(".tv-card")).to_have_count(0)


def test_a_key_wakes_it_and_does_nothing_else(device: Device, open_page: Open) -> None:
    device.say("settings", SettingsMessage(camera="on", evening="waiting"))
    page = open_page(tv=True)
    shows(page, "Press any key for tonight's films")
    page.keyboard.press("Enter")
    expect(page.locator(".tv-card").first).to_be_focused()
    assert not [name for name, _ in device.asked if name == "recommend"]
    # What else is told while nobody chooses does not put it to rest again.
    device.say("settings", SettingsMessage(camera="off", evening="waiting"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Camera off")
    expect(page.locator(".tv-card").first).to_be_focused()
    page.keyboard.press("Escape")
    shows(page, "Press any key for tonight's films")


def test_what_a_key_brings_is_in_focus_before_the_next_key(device: Device, open_page: Open) -> None:
    device.say("settings", SettingsMessage(camera="on", evening="waiting"))
    page = open_page(tv=True)
    device.wait_for("preferences")  # asked for once all is known, the slate included
    woken = """async () => {
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
        while (document.querySelector(".tv-card") === null) await null;  // not a frame, not a timer
        return document.activeElement.dataset.film;
    }"""
    assert page.evaluate(woken) == FILMS[0].id


def test_a_film_that_is_opened_while_another_closes_stays_open(
    device: Device, open_page: Open
) -> None:
    page = open_page(tv=True)
    expect(page.locator(".tv-card").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(FILMS[0].title)
    page.evaluate(
        """async (second) => {
            const first = document.querySelector("dialog");
            const closed = new Promise((done) => first.addEventListener("close", done));
            document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
            while (first.isConnected) await null;
            document.querySelector(second).click();
            await closed;
        }""",
        f'[data-film="{FILMS[1].id}"]',
    )
    expect(page.get_by_role("dialog")).to_contain_text(FILMS[1].title)
    assert device


def test_films_are_asked_for_from_the_sofa(device: Device, open_page: Open) -> None:
    device.say("recommendations", slate("s0", ()))
    page = open_page(tv=True)
    expect(page.get_by_role("button", name="Suggest films now")).to_be_focused()
    page.keyboard.press("Enter")
    assert device.wait_for("recommend")
    device.say("recommendations", slate("s4", FILMS[:3]))
    expect(page.locator(".tv-card").first).to_be_focused()


@pytest.mark.parametrize("size", [(1280, 720), (3840, 2160)])
def test_it_fits_every_television(device: Device, open_page: Open, size: tuple[int, int]) -> None:
    width_px, height_px = size
    page = open_page(tv=True, viewport={"width": width_px, "height": height_px})
    expect(page.locator(".tv-card")).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollHeight") <= height_px
    foot = page.locator(".tv-foot").bounding_box()
    assert foot is not None
    assert foot["y"] + foot["height"] <= 0.951 * height_px
    assert device
