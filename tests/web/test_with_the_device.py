"""The whole: the page in a browser, the broker, and the real device on the bundled clip."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from emoflix_device.camera.source import bundled_clip
from tests.end_to_end.emoflix import BASE, Emoflix, ask
from tests.mosquitto import Ear, Mosquitto
from tests.web.conftest import Open
from tests.web.stage import shows


@pytest.fixture
def ear(mosquitto: Mosquitto) -> Iterator[Ear]:
    with Ear(mosquitto.port, "emoflix/#") as ear:
        yield ear


@pytest.fixture
def emoflix(mosquitto: Mosquitto, ear: Ear, tmp_path: Path) -> Iterator[Emoflix]:
    """The device, online, with nobody asked yet."""
    with Emoflix(tmp_path, mosquitto.port) as device:
        ear.wait_for(f"{BASE}/availability", b"online")
        yield device


def test_an_evening_from_consent_to_camera_off(
    emoflix: Emoflix, ear: Ear, mosquitto: Mosquitto, open_page: Open
) -> None:
    page = open_page()
    page.get_by_role("button", name="Allow it to look").click()
    shows(page, "In which languages do you watch films?")
    page.get_by_role("button", name="Next").click()
    shows(page, "Whom do you like to see?")
    # Six films are asked about only where the device takes feedback.
    if page.get_by_role("button", name="Next").is_visible():
        page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Done").click()
    # The clip's face is seen, and its arrival brings a slate.
    shows(page, "The room looks")
    expect(page.locator(".film")).to_have_count(5)
    before = page.locator(".film").first.get_attribute("data-film")
    page.get_by_role("button", name="Sad", exact=True).click()
    expect(page.locator(".film").first).not_to_have_attribute("data-film", str(before))

    mosquitto.stop()
    expect(page.get_by_text("No connection to the box since")).to_be_visible()
    mosquitto.start()
    expect(page.get_by_text("No connection to the box since")).to_have_count(0)
    shows(page, "The room looks")

    assert str(bundled_clip()) in emoflix.open_files()
    page.get_by_role("button", name="Turn the camera off").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Camera off")
    assert str(bundled_clip()) not in emoflix.open_files()
    assert emoflix.runs
    assert ear


def test_preferences_set_on_the_page_are_kept_by_the_device(
    emoflix: Emoflix, ear: Ear, open_page: Open
) -> None:
    ask(ear, "consent", {"consent": "give"})
    page = open_page(address="#taste")
    page.get_by_label("Find a language").fill("malay")
    page.get_by_role("option", name="Malayalam").click()
    expect(page.get_by_role("button", name="Remove Malayalam")).to_be_visible()
    page.get_by_role("slider", name="What a film should do").press("ArrowRight")
    expect(page.get_by_role("slider", name="What a film should do")).to_have_value("0.55")
    page.reload()
    expect(page.get_by_role("slider", name="What a film should do")).to_have_value("0.55")
    assert ask(ear, "preferences", {})["ok"]["languages"] == ["ml"]
    assert emoflix.runs
