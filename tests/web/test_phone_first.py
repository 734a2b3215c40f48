"""The phone's page before its script: what stands in the file already, and answers."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.conftest import Open
from tests.web.stage import FILMS, Device, shows


def at(page: Page, place: str) -> None:
    """Wait until a place looks like the one that one is at, and no other does."""
    for link in page.get_by_role("navigation").get_by_role("link").all():
        weight = "600" if link.inner_text() == place else "400"
        expect(link).to_have_css("font-weight", weight)


@pytest.mark.parametrize(
    ("locale", "waiting", "places"),
    [
        ("en-GB", "Looking for the box…", ["Tonight", "Taste", "Household"]),
        ("de-AT", "Suche das Gerät …", ["Heute Abend", "Geschmack", "Haushalt"]),
    ],
)
def test_words_and_places_are_there_without_any_script(
    open_page: Open, locale: str, waiting: str, places: list[str]
) -> None:
    page = open_page(locale=locale, java_script_enabled=False)
    expect(page.get_by_role("heading", level=1)).to_have_text(waiting)
    at(page, places[0])
    for place in reversed(places):
        page.get_by_role("link", name=place).click()
        at(page, place)


def test_a_tap_before_the_script_is_there_has_its_effect_when_it_comes(
    device: Device, open_page: Open
) -> None:
    page = open_page()
    shows(page, FILMS[0].title)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/assets/page-*.js", hold)
    with page.expect_request("**/assets/page-*.js"):
        page.reload(wait_until="commit")
    page.get_by_role("link", name="Taste").click()
    at(page, "Taste")
    expect(page.get_by_role("heading", name="Taste")).to_have_count(0)
    held[0].continue_()
    expect(page.get_by_role("heading", name="Taste")).to_be_visible()
    expect(page.get_by_role("link", name="Taste")).to_have_attribute("aria-current", "page")
    at(page, "Taste")
    page.get_by_role("link", name="Household").click()
    expect(page.get_by_role("heading", name="Household")).to_be_visible()
    at(page, "Household")
    assert device


def test_a_place_in_the_address_is_shown_and_takes_no_focus(
    device: Device, open_page: Open
) -> None:
    page = open_page(address="#household")
    expect(page.get_by_role("heading", name="Household")).to_be_visible()
    at(page, "Household")
    assert page.evaluate("document.activeElement === document.body")
    assert device


def test_the_places_have_no_names_once_the_script_is_there(device: Device, open_page: Open) -> None:
    page = open_page()
    shows(page, FILMS[0].title)
    expect(page.locator(".tabs [id]")).to_have_count(0)
    assert device
