"""A camera whose picture changes, or stops, when the test says so; broker and program are real."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import MQTTMessage

from emoflix_device.camera.source import bundled_clip
from tests.end_to_end.emoflix import BASE, PATIENCE_S, Emoflix, give_consent, wait_online
from tests.end_to_end.http_camera import Footage, HttpCamera, scene
from tests.mosquitto import Ear, Mosquitto

TOLD_WITHIN_S = 2.0


@pytest.fixture(scope="module")
def neutral() -> Footage:
    return scene(bundled_clip(), 1.0, 4.0)


@pytest.fixture(scope="module")
def happy() -> Footage:
    return scene(bundled_clip(), 6.0, 9.0)


@pytest.fixture
def http_camera(neutral: Footage) -> Iterator[HttpCamera]:
    with HttpCamera(neutral) as http_camera:
        yield http_camera


@pytest.fixture
def watching(
    http_camera: HttpCamera, mosquitto: Mosquitto, ear: Ear, tmp_path: Path
) -> Iterator[Emoflix]:
    """The program, which looks at the camera five times a second and sees a neutral face."""
    camera = {"source": http_camera.address, "loop": False, "frames_per_s": 5}
    with Emoflix(tmp_path, mosquitto.port, camera=camera) as device:
        wait_online(ear)
        give_consent(ear)
        ear.wait(changed_to("neutral"), "a neutral face")
        ear.forget()
        yield device


def changed_to(mood: str) -> Callable[[MQTTMessage], bool]:
    return lambda m: m.topic == f"{BASE}/event" and f'"mood":"{mood}"'.encode() in m.payload


def test_a_face_that_changes_is_told_as_another_mood(
    watching: Emoflix, ear: Ear, http_camera: HttpCamera, happy: Footage, neutral: Footage
) -> None:
    http_camera.show(happy)
    event = json.loads(ear.wait(changed_to("happy"), "a happy face").payload)
    assert (event["type"], event["previous"]) == ("mood_changed", "neutral")
    http_camera.show(neutral)
    event = json.loads(ear.wait(changed_to("neutral"), "a neutral face again").payload)
    assert event["previous"] == "happy"
    assert watching.runs


def test_a_camera_that_stops_is_told_within_two_seconds_and_comes_back(
    watching: Emoflix, ear: Ear, http_camera: HttpCamera, happy: Footage
) -> None:
    stopped_s = http_camera.freeze()
    lost = ear.wait(lambda m: b'"camera_lost"' in m.payload, "the loss")
    assert lost.timestamp - stopped_s < TOLD_WITHIN_S
    assert "no frame" in json.loads(lost.payload)["fault"]
    ear.wait(lambda m: b'"camera":"lost"' in m.payload, "settings that say so")
    http_camera.show(happy)
    ear.wait(lambda m: b'"camera_back"' in m.payload, "the return")
    ear.wait(changed_to("happy"), "a happy face")
    assert watching.runs


def test_a_camera_that_says_nothing_does_not_hold_up_the_end(
    watching: Emoflix, ear: Ear, http_camera: HttpCamera
) -> None:
    http_camera.freeze()
    ear.wait(lambda m: b'"camera_lost"' in m.payload, "the loss")
    code, took_s = watching.stop()
    assert code == 0
    assert took_s < PATIENCE_S
    ear.wait_for(f"{BASE}/availability", b"offline")
