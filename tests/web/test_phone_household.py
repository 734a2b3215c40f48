"""Camera, consent, pictures and one's data on the phone."""

import json
from pathlib import Path

import msgspec
from playwright.sync_api import expect

from emoflix_device.mqtt.messages import SettingsMessage
from tests.web.conftest import Open
from tests.web.stage import Device, shows, slate


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
        "unreadable": 2,
    }
    page = open_page(address="#household")
    page.get_by_label("Choose a picture").set_input_files(picture)
    shows(page, "1 face found · 2 faces are too small or too blurred to be read")
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
