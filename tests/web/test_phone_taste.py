"""What people like, set on the phone."""

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Open
from tests.web.stage import Device, info, shows


def test_languages_and_actors_are_found_as_one_types(device: Device, open_page: Open) -> None:
    device.answers["search"] = lambda request: {
        "films": [],
        "people": [
            n for n in ("Fahadh Faasil", "Farhan Akhtar") if request["person"].lower() in n.lower()
        ],
    }
    page = open_page(address="#taste")
    page.get_by_label("Find a language").fill("tam")
    page.get_by_role("option", name="Tamil").click()
    expect(page.get_by_role("button", name="Remove Tamil")).to_be_visible()
    assert device.wait_for("preferences", "languages")["languages"] == ["ml", "hi", "ta"]
    actors = page.get_by_label("Favourite actors: Type a name")
    actors.press_sequentially("fah", delay=20)
    expect(page.get_by_role("option", name="Fahadh Faasil")).to_be_visible()
    actors.press("ArrowDown")
    actors.press("Enter")
    expect(page.get_by_role("button", name="Remove Fahadh Faasil")).to_be_visible()
    assert device.wait_for("preferences", "actors")["actors"] == ["Mohanlal", "Fahadh Faasil"]


def test_the_lift_is_moved_by_the_keyboard(device: Device, open_page: Open) -> None:
    page = open_page(address="#taste")
    slider = page.get_by_role("slider", name="What a film should do")
    expect(slider).to_have_value("0.6")
    slider.press("ArrowRight")
    expect(slider).to_have_value("0.65")
    assert device.wait_for("preferences", "lift")["lift"] == pytest.approx(0.65)


def test_a_refusal_is_told_in_the_persons_language_and_changes_nothing(
    device: Device, open_page: Open
) -> None:
    device.refusals["preferences"] = ("lift", "the disk is full")
    page = open_page(locale="de-DE", address="#taste")
    shows(page, "Ihr Geschmack erscheint hier")
    device.refusals.clear()
    device.say("info", info())
    slider = page.get_by_role("slider", name="Was ein Film tun soll")
    expect(slider).to_have_value("0.6")
    device.refusals["preferences"] = ("lift", "the disk is full")
    slider.press("ArrowRight")
    expect(page.get_by_role("alert")).to_contain_text("Das Gerät konnte das nicht tun.")
    expect(slider).to_have_value("0.6")


def test_genres_are_left_out_and_taken_back(device: Device, open_page: Open) -> None:
    page = open_page(address="#taste")
    horror = page.get_by_role("button", name="Horror")
    expect(horror).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="War", exact=True).click()
    assert device.wait_for("preferences", "genres_left_out")["genres_left_out"] == ["horror", "war"]
    device.asked.clear()
    horror.click()
    expect(horror).to_have_attribute("aria-pressed", "false")
    assert device.wait_for("preferences", "genres_left_out")["genres_left_out"] == ["war"]


@pytest.mark.parametrize(
    ("locale", "bleak", "scary"),
    [
        ("en-GB", "Bleak", "Scary"),
        ("de-DE", "Trostlos", "Gruselig"),
        ("hi-IN", "निराशाजनक", "डरावनी"),
        ("ml-IN", "ഇരുളടഞ്ഞത്", "പേടിപ്പിക്കുന്നത്"),
    ],
)
def test_moods_of_films_are_left_out(
    device: Device, open_page: Open, locale: str, bleak: str, scary: str
) -> None:
    page = open_page(address="#taste", locale=locale)
    summary = page.locator("summary")
    expect(summary).to_have_text(bleak)
    summary.click()
    page.get_by_role("button", name=scary, exact=True).click()
    expect(summary).to_have_text(f"{bleak} · {scary}")
    said = device.wait_for("preferences", "mood_tags_left_out")
    assert said["mood_tags_left_out"] == ["bleak", "scary"]


def test_only_films_of_a_library_are_asked_for(device: Device, open_page: Open) -> None:
    page = open_page(address="#taste")
    shows(page, "None chosen: films from anywhere.")
    kodi = page.get_by_role("button", name="Kodi")
    kodi.click()
    expect(kodi).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("None chosen: films from anywhere.")).to_have_count(0)
    assert device.wait_for("preferences", "libraries")["libraries"] == ["kodi"]
    device.asked.clear()
    kodi.click()
    expect(kodi).to_have_attribute("aria-pressed", "false")
    assert device.wait_for("preferences", "libraries")["libraries"] == []
