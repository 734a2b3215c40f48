"""The whole: the page in a browser, the broker, and the real device on the bundled clip."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from emoflix_catalog.starter import films_of, starter_films
from emoflix_device.camera.source import bundled_clip
from tests.catalog.importers.conftest import Answer, Asked, Server, server
from tests.end_to_end.emoflix import BASE, Emoflix, ask, give_consent
from tests.mosquitto import GUARD_S, Ear, Mosquitto
from tests.web.conftest import Open
from tests.web.stage import shows

__all__ = ["server"]

CALM = {"settled_mood_s": 600.0}
"""No slate takes another's place but when it is asked for."""
HOSTILE = '<img src=x onerror="window.harmed=1">'


@pytest.fixture
def ear(mosquitto: Mosquitto) -> Iterator[Ear]:
    with Ear(mosquitto.port, "emoflix/#") as ear:
        yield ear


@pytest.fixture
def emoflix(mosquitto: Mosquitto, ear: Ear, tmp_path: Path) -> Iterator[Emoflix]:
    """The device, online, with nobody asked yet."""
    with Emoflix(tmp_path, mosquitto.port, recommender=CALM) as device:
        ear.wait_for(f"{BASE}/availability", b"online", guard_s=3 * GUARD_S)
        yield device


def arrive(ear: Ear) -> None:
    """Let the clip's face be seen, and wait for the slate that its arrival brings."""
    give_consent(ear)
    ear.wait_for(f"{BASE}/recommendations", guard_s=3 * GUARD_S)


def test_an_evening_from_consent_to_camera_off(
    emoflix: Emoflix, ear: Ear, mosquitto: Mosquitto, open_page: Open
) -> None:
    page = open_page()
    page.get_by_role("button", name="Allow it to look").click()
    shows(page, "In which languages do you watch films?")
    page.get_by_role("button", name="Next").click()
    shows(page, "Whom do you like to see?")
    page.get_by_role("button", name="Next").click()
    shows(page, "Six films: which do you like?")
    expect(page.locator(".film")).to_have_count(6)
    page.locator(".film").first.get_by_role("button", name="Like").click()
    shows(page, "Noted: more like")
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
    page.locator("summary").click()
    page.get_by_role("button", name="Scary").click()
    page.get_by_role("button", name="Jellyfin").click()
    page.reload()
    expect(page.get_by_role("slider", name="What a film should do")).to_have_value("0.55")
    expect(page.locator("summary")).to_have_text("Scary")
    expect(page.get_by_role("button", name="Jellyfin")).to_have_attribute("aria-pressed", "true")
    kept = ask(ear, "preferences", {})["ok"]
    assert kept["languages"] == ["ml"]
    assert kept["mood_tags_left_out"] == ["scary"]
    assert kept["libraries"] == ["jellyfin"]
    assert emoflix.runs


def test_a_like_changes_the_next_slate_and_a_dislike_takes_the_film_away(
    emoflix: Emoflix, ear: Ear, open_page: Open, violations: Callable[[Page], list[str]]
) -> None:
    arrive(ear)
    page = open_page(bypass_csp=True, reduced_motion="reduce")
    first, second = (page.locator(".film").nth(place) for place in (0, 1))
    liked = first.locator("h3").inner_text()
    disliked = second.get_attribute("data-film")
    first.get_by_role("button", name="Like").click()
    shows(page, f"Noted: more like {liked}.")
    second.get_by_role("button", name="Not for me").click()
    expect(second.get_by_role("button", name="Not for me")).to_have_attribute(
        "aria-pressed", "true"
    )
    for _ in range(5):  # a slate is drawn, so that a reason may be missing in one of them
        before = page.locator(".film").first.get_attribute("data-film")
        page.get_by_role("button", name="Other films").click()
        expect(page.locator(".film").first).not_to_have_attribute("data-film", str(before))
        expect(page.locator(f'[data-film="{disliked}"]')).to_have_count(0)
        if page.get_by_text(f"Like {liked}, which you liked").count():
            break
    shows(page, f"Like {liked}, which you liked")
    assert violations(page) == []
    assert emoflix.runs


def test_a_fresh_look_guides_and_then_shows_what_it_saw_and_films(
    emoflix: Emoflix, ear: Ear, open_page: Open
) -> None:
    arrive(ear)
    page = open_page()
    before = page.locator(".film").first.get_attribute("data-film")
    page.get_by_role("button", name="Look again for five seconds").click()
    expect(page.locator(".guide .number")).to_have_text(re.compile("^[1-5]$"))
    expect(page.locator(".film").first).not_to_have_attribute("data-film", str(before))
    expect(page.locator(".guide")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^The room looks"))
    assert emoflix.runs


def test_a_hostile_name_of_a_profile_is_only_a_name(
    emoflix: Emoflix, ear: Ear, open_page: Open
) -> None:
    arrive(ear)
    page = open_page()
    page.get_by_role("button", name="Who is watching?").click()
    page.get_by_label("New name").fill(HOSTILE)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("button", name="Who is watching?")).to_contain_text(HOSTILE)
    page.get_by_role("button", name="Who is watching?").click()
    expect(page.get_by_role("dialog").get_by_role("button", name=HOSTILE)).to_be_visible()
    assert page.evaluate("window.harmed") is None
    assert page.locator("#page img").count() == 0
    assert ask(ear, "profile", {"action": "list"})["ok"]["selected"] == HOSTILE
    assert emoflix.runs


def test_the_television_shows_the_slate_and_its_keys_answer_it(
    emoflix: Emoflix, ear: Ear, open_page: Open
) -> None:
    page = open_page(tv=True)
    shows(page, "Press any key for tonight's films")
    give_consent(ear)
    # The clip's face arrives: that wakes the screen.
    expect(page.locator(".tv-card").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    film = page.locator(".tv-card").nth(1).get_attribute("data-film")
    expect(page.locator(f'[data-film="{film}"]')).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Like")).to_be_focused()
    ear.forget()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Like")).to_have_attribute(
        "aria-pressed", "true"
    )
    (said,) = ask(ear, "history", {})["ok"]["entries"]
    assert (said["film"], said["kind"]) == (film, "like")
    assert emoflix.runs


def test_a_film_of_the_library_is_played_and_nothing_new_comes_meanwhile(
    mosquitto: Mosquitto, ear: Ear, server: Server, open_page: Open, tmp_path: Path
) -> None:
    items = [
        {"Id": film.id, "Name": film.title, "ProductionYear": film.year}
        for film in films_of(starter_films())
    ]
    played: list[Asked] = []

    def answer(asked: Asked) -> object:
        if asked.path == "/Items":
            start = int(asked.query["startIndex"])
            page = items[start : start + int(asked.query["limit"])]
            return {"Items": page, "TotalRecordCount": len(items)}
        if asked.path == "/Sessions":
            screen = {"Id": "tv", "DeviceName": "TV", "SupportsRemoteControl": True}
            return [screen | {"PlayableMediaTypes": ["Video"]}]
        played.append(asked)
        return Answer(status=204)

    server.answer = answer
    key = tmp_path / "jellyfin.key"
    key.write_text("secret", encoding="utf-8")
    playing = {"jellyfin": {"url": server.url, "key_file": str(key)}}
    with Emoflix(tmp_path, mosquitto.port, recommender=CALM, playing=playing) as device:
        ear.wait_for(f"{BASE}/availability", b"online", guard_s=3 * GUARD_S)
        arrive(ear)
        page = open_page()
        film = page.locator(".film").first
        chosen = film.get_attribute("data-film")
        film.locator("h3 button").click()
        page.get_by_role("dialog").get_by_role("button", name="Play").click()
        shows(page, "is starting. Enjoy.")
        page.keyboard.press("Escape")
        shows(page, "Nothing new is suggested while it plays.")
        assert device.runs
    assert [asked.path for asked in played] == ["/Sessions/tv/Playing"]
    assert played[0].query["itemIds"] == chosen
