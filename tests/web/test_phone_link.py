"""What the phone shows of a broker that is away, and of what should not be trusted."""

import json

import msgspec
from playwright.sync_api import expect

from emoflix_device.mqtt.messages import LinkMessage, SettingsMessage
from tests.mosquitto import Mosquitto
from tests.web.conftest import Open
from tests.web.stage import FILMS, Device, film, shows, slate

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
