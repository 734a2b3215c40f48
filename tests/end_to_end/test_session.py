"""A session of the running device, recorded from the broker, held against types and document."""

import json
from collections.abc import Iterator
from typing import Any

import cv2
import jsonschema
import msgspec
import pytest
import yaml

from emoflix_device.camera.source import bundled_clip
from emoflix_device.mqtt.commands import COMMANDS
from emoflix_device.mqtt.messages import Reply
from emoflix_device.mqtt.topics import TOPICS, Topics, device_and_name
from tests.conftest import REPOSITORY
from tests.end_to_end.emoflix import BASE, DEVICE, Emoflix, ask
from tests.mosquitto import Ear, Mosquitto

USER = "guest"
FILM = "drishyam-2013"
SESSION: list[tuple[str, dict[str, Any]]] = [
    ("profile", {"action": "list"}),
    ("profile", {"action": "introduce"}),
    ("profile", {"action": "create", "name": "Anna", "request": "1"}),
    ("profile", {"action": "select", "name": "Anna"}),
    ("preferences", {"languages": ["ml", "hi"], "actors": ["Mohanlal"], "lift": 0.7}),
    ("recommend", {"count": 3, "profile": ["Anna", "household"], "request": "2"}),
    ("recommend", {"fresh": True}),
    ("search", {"title": "drish", "person": "mohan"}),
    ("feedback", {"film": FILM, "kind": "rating", "rating": 4.5, "request": "3"}),
    ("feedback", {"film": FILM, "kind": "review", "review": "Again!", "request": "4"}),
    ("history", {}),
    ("history", {"action": "remove", "film": FILM}),
    ("play", {"film": FILM}),
    ("feedback", {"film": FILM, "kind": "stopped_early", "because": "film"}),
    ("profile", {"action": "export", "name": "Anna"}),
    ("profile", {"action": "erase", "name": "Anna"}),
    ("consent", {"consent": "give", "purpose": "moods"}),
    ("camera", {"camera": "ON"}),
]
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("feedback", {"film": "no-such-film", "kind": "like"}),
    ("recommend", {"cuont": 3}),
    ("profile", {"action": "select", "name": "<script>"}),
]


@pytest.fixture
def session(emoflix: Emoflix, ear: Ear, mosquitto: Mosquitto) -> Iterator[list[tuple[str, bytes]]]:
    """Topic and payload of all that went over the broker while every command was given."""
    with Ear(mosquitto.port, "emoflix/#") as recorder:
        give_every_command(ear)
        recorder.wait(lambda m: m.payload == b'{"ok":{"camera":"off"}}', "the last answer")
        yield [(message.topic, bytes(message.payload)) for message in recorder.messages]
    assert emoflix.runs


def give_every_command(ear: Ear) -> None:
    """As the people of an evening would."""
    ear.wait(lambda m: m.topic == f"{BASE}/mood" and b'"people":1' in m.payload, "a face")
    for name, request in SESSION:
        assert "ok" in ask(ear, name, request), (name, request)
    for name, request in REFUSED:
        assert "error" in ask(ear, name, request), (name, request)
    clip = cv2.VideoCapture(str(bundled_clip()))
    picture = cv2.imencode(".jpg", clip.read()[1])[1].tobytes()
    clip.release()
    assert ask(ear, "analyze", picture)["ok"]["faces"]
    assert ask(ear, "correct_mood", {"shown": "happy"}).keys() & {"ok", "error"}
    assert ask(ear, "camera", b"OFF")["ok"] == {"camera": "off"}


def test_a_session_says_what_types_and_document_say(session: list[tuple[str, bytes]]) -> None:
    document = yaml.safe_load((REPOSITORY / "docs" / "asyncapi.yaml").read_text("utf-8"))
    refused = [request for _, request in REFUSED]
    told = set()
    for topic, payload in session:
        channel, kind = _meant(topic)
        told.add(channel)
        if channel == "availability":
            _hold(document, channel, payload.decode())
        elif not channel.endswith(".request"):
            msgspec.json.decode(payload, type=kind)
            _hold(document, channel, json.loads(payload))
        elif payload != b"OFF" and channel != "analyze.request":  # a bare word, a picture
            request = json.loads(payload)
            if request not in refused:
                _hold(document, channel, request)
    assert told >= TOPICS.keys()
    assert told >= {f"{name}.reply" for name in COMMANDS}
    kinds = {json.loads(said)["type"] for topic, said in session if topic.endswith("/event")}
    assert kinds >= {"mood_changed", "recommended", "feedback", "guide", "playing"}


def _meant(topic: str) -> tuple[str, Any]:
    """The document's channel and the type of what is said on a topic."""
    if (named := device_and_name(topic)) is not None:
        return named[1], TOPICS[named[1]].message
    if (asked := Topics(DEVICE).command_in(topic)) is not None:
        return f"{asked[1]}.request", COMMANDS[asked[1]].request
    name = topic.removeprefix(f"{BASE}/client/{USER}/reply/")
    return f"{name}.reply", Reply[COMMANDS[name].result]  # type: ignore[name-defined]


def _hold(document: dict[str, Any], channel: str, decoded: Any) -> None:
    payload = document["components"]["messages"][channel]["payload"]
    schema = {"components": document["components"], **payload}
    try:
        jsonschema.validate(decoded, schema, jsonschema.Draft202012Validator)
    except jsonschema.ValidationError as error:
        pytest.fail(f"{channel}: {error.json_path}: {error.message}")
