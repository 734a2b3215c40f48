"""Both faces for those who see, hear or move otherwise, checked by axe-core."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from emoflix_device.mqtt.messages import SettingsMessage
from tests.web.conftest import Open
from tests.web.stage import Device, shows


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_phone_has_no_violation(
    device: Device, open_page: Open, violations: Callable[[Page], list[str]], scheme: str
) -> None:
    page = open_page(bypass_csp=True, color_scheme=scheme, reduced_motion="reduce")
    shows(page, "Kumbalangi Nights")
    page.get_by_text("How it looks in detail").click()
    assert violations(page) == []
    page.get_by_role("button", name="Paddington 2", exact=True).click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    for place in ("Taste", "Household"):
        page.get_by_role("link", name=place).click()
        expect(page.get_by_role("heading", name=place)).to_be_visible()
        for folded in page.locator("summary").all():
            folded.click()
        assert violations(page) == []
    device.say("settings", SettingsMessage(camera="no consent", evening="waiting"))
    shows(page, "Allow it to look")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_television_has_no_violation(
    device: Device, open_page: Open, violations: Callable[[Page], list[str]], scheme: str
) -> None:
    page = open_page(tv=True, bypass_csp=True, color_scheme=scheme, reduced_motion="reduce")
    expect(page.locator(".tv-card").first).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    device.say("settings", SettingsMessage(camera="on", evening="waiting"))
    shows(page, "Press any key for tonight's films")
    assert violations(page) == []


def test_nothing_moves_for_who_wants_no_motion(device: Device, open_page: Open) -> None:
    page = open_page(reduced_motion="reduce")
    shows(page, "Kumbalangi Nights")
    assert page.evaluate("document.getAnimations().length") == 0
    assert device


def test_the_phone_is_used_with_the_keyboard_alone(device: Device, open_page: Open) -> None:
    device.answers["feedback"] = {}
    page = open_page()
    like = page.locator(".film").first.get_by_role("button", name="Like")
    like.wait_for()
    for _ in range(40):
        page.keyboard.press("Tab")
        if like.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Space")
    assert device.wait_for("feedback")["kind"] == "like"
    outline = like.evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline == "solid"
