"""The phone's face, in a real browser before a real broker."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.household.feedback import FeedbackKind
from emoflix_device.mqtt.messages import LinkMessage, Recommended, SettingsMessage
from tests.mosquitto import Mosquitto
from tests.web.conftest import Open
from tests.web.stage import COMMANDS, FILMS, Device, film, info, mood, shows, slate

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


def test_the_camera_is_turned_off_and_the_page_says_what_that_means(
    device: Device, open_page: Open
) -> None:
    def turn_off(_: dict[str, object]) -> dict[str, str]:
        device._ear._client.publish(
            "emoflix/sofa/settings",
            json.dumps({"camera": "off", "evening": "choosing", "languages": [], "lift": 0.5}),
            1,
            retain=True,
        )
        return {"camera": "off"}

    device.answers["camera"] = turn_off
    page = open_page()
    page.get_by_role("button", name="Turn the camera off").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Camera off")
    shows(page, "The camera itself is closed: nothing can be seen")
    assert device.wait_for("camera")["camera"] == "OFF"
    expect(page.get_by_role("button", name="Turn the camera on")).to_be_visible()


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


HOSTILE = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>'


def test_a_hostile_title_is_only_text(device: Device, open_page: Open) -> None:
    hostile = film(
        "h",
        HOSTILE,
        original=HOSTILE + "2",
        reasons=(HOSTILE,),
        cast=(HOSTILE,),
        director=HOSTILE,
        links=(LinkMessage(name=HOSTILE, url="https://example.org/?q=<b>"),),
    )
    page = open_page()
    shows(page, FILMS[0].title)
    raw = json.loads(msgspec.json.encode(slate("h", (hostile,))))
    raw["films"][0]["links"].append({"name": "bad", "url": "javascript:window.harmed=1"})
    raw["note"] = HOSTILE
    device._ear.say("emoflix/sofa/recommendations", json.dumps(raw), retain=True)
    device.say("settings", SettingsMessage(camera="on", evening="choosing", profile=HOSTILE))
    expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    page.get_by_role("button", name=HOSTILE, exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("link")).to_have_count(1)
    assert page.evaluate("window.harmed") is None
    assert page.locator("#page img").count() == 0


def test_a_link_is_opened_only_by_the_person_and_tells_nothing(
    device: Device, open_page: Open
) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Paddington 2", exact=True).click()
    link = page.get_by_role("dialog").get_by_role("link")
    expect(link).to_have_attribute("href", "https://en.wikipedia.org/wiki/Film")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")
    assert not [url for url in asked if "wikipedia" in url]
    assert device


def test_nothing_is_asked_of_the_internet(device: Device, open_page: Open) -> None:
    page = open_page()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.reload()
    shows(page, "Kumbalangi Nights")
    assert len(hosts) == 1
    assert device


def test_without_the_broker_it_says_what_is_stale_and_then_recovers(
    device: Device, mosquitto: Mosquitto, open_page: Open
) -> None:
    page = open_page()
    shows(page, "Kumbalangi Nights")
    mosquitto.stop()
    expect(page.get_by_text("No connection to the box since")).to_be_visible()
    expect(page.get_by_text("Kumbalangi Nights")).to_be_visible()
    page.get_by_role("button", name="Other films").click()
    shows(page, "Not connected to the box just now.")
    mosquitto.start()
    again = Device(mosquitto.port)  # the broker forgets, and the device says all again
    again.be()
    again.say("recommendations", slate("s9", (film("n", "After The Restart"),)))
    shows(page, "After The Restart")
    expect(page.get_by_text("No connection to the box since")).to_have_count(0)
    again.close()
    assert device


def test_a_device_that_is_off_is_told_with_since_when(device: Device, open_page: Open) -> None:
    page = open_page()
    shows(page, "Kumbalangi Nights")
    device.say("availability", "offline")
    shows(page, "The box has been off since")
    device.say("availability", "online")
    expect(page.get_by_text("The box has been off since")).to_have_count(0)


def test_the_first_time_consent_is_asked_before_all_else(device: Device, open_page: Open) -> None:
    device.say("settings", SettingsMessage(camera="no consent", evening="waiting"))
    device.answers["consent"] = {"given": True}
    page = open_page()
    shows(page, "No picture is kept, and none leaves the box.")
    allow = page.get_by_role("button", name="Allow it to look").bounding_box()
    refuse = page.get_by_role("button", name="Not now").bounding_box()
    assert allow is not None
    assert refuse is not None
    assert (allow["width"], allow["height"]) == (refuse["width"], refuse["height"])
    page.get_by_role("button", name="Allow it to look").click()
    assert device.wait_for("consent")["consent"] == "give"
    device.say("settings", SettingsMessage(camera="on", evening="waiting"))
    shows(page, "In which languages do you watch films?")
    page.get_by_role("button", name="Next").click()
    shows(page, "Whom do you like to see?")
    device.answers["profile"] = {"films": json.loads(msgspec.json.encode(slate().films))}
    page.get_by_role("button", name="Next").click()
    shows(page, "Six films: which do you like?")
    shows(page, "Drishyam")
    page.get_by_role("button", name="Done").click()
    shows(page, "The room looks happy")


def test_who_refuses_gets_films_all_the_same_and_is_not_asked_again(
    device: Device, open_page: Open
) -> None:
    device.say("settings", SettingsMessage(camera="no consent", evening="waiting"))
    page = open_page()
    page.get_by_role("button", name="Not now").click()
    for name in ("Next", "Next", "Done"):
        page.get_by_role("button", name=name).click()
    shows(page, "Kumbalangi Nights")
    assert not [name for name, _ in device.asked if name == "consent"]
    page.reload()
    shows(page, "Kumbalangi Nights")
    expect(page.get_by_role("button", name="Allow it to look")).to_be_visible()


def test_a_picture_is_sent_without_its_place_and_read(
    device: Device, open_page: Open, tmp_path: Path
) -> None:
    import cv2
    import numpy as np

    picture = tmp_path / "holiday.png"
    cv2.imwrite(str(picture), np.full((400, 600, 3), 128, np.uint8))
    shares = dict.fromkeys(("angry", "disgust", "fear", "sad", "surprise", "neutral"), 0.0)
    device.answers["analyze"] = {
        "faces": [
            {"x": 10, "y": 10, "width": 100, "height": 100, "expression": "happy"}
            | {"probabilities": shares | {"happy": 1.0}}
        ],
        "films": [],
        "look_alike": [],
    }
    page = open_page(address="#household")
    page.get_by_label("Choose a picture").set_input_files(picture)
    shows(page, "1 face found")
    assert device.wait_for("analyze")["bytes"][:3] == b"\xff\xd8\xff"
    page.get_by_label("Choose a picture").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": b"a letter"}
    )
    shows(page, "This is no picture that can be read.")


def test_ones_data_are_downloaded_and_erased_only_when_sure(
    device: Device, open_page: Open
) -> None:
    device.answers["profile"] = lambda request: (
        {"data": {"likes": ["Drishyam"]}} if request["action"] == "export" else {}
    )
    page = open_page(address="#household")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all of it").click()
    assert json.loads(download.value.path().read_text()) == {"likes": ["Drishyam"]}
    page.get_by_role("button", name="Erase all of it").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    assert not [r for n, r in device.asked if n == "profile" and r["action"] == "erase"]
    page.get_by_role("button", name="Erase all of it").click()
    page.get_by_role("dialog").get_by_role("button", name="Erase all of it").click()
    shows(page, "Erased.")
    assert device.wait_for("profile")["action"] == "erase"


CONTRACT = Path(__file__).resolve().parents[2] / "deploy/web/src/contract.ts"


def between(start: str, end: str) -> str:
    """A part of the contract as the page has it."""
    return CONTRACT.read_text(encoding="utf-8").partition(start)[2].partition(end)[0]


def test_every_command_is_one_that_the_page_knows() -> None:
    known = re.findall(r"^  (\w+): \[", between("interface Commands {", "\n}"), re.MULTILINE)
    assert {*known} == {*COMMANDS}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("EXPRESSIONS", EXPRESSIONS),
        ("FEEDBACK_KINDS", get_args(FeedbackKind)),
    ],
)
def test_the_page_has_the_words_of_the_device(name: str, words: tuple[str, ...]) -> None:
    assert {*re.findall(r'"(\w+)"', between(f"const {name} = [", "]"))} == {*words}
