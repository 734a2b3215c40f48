"""What Home Assistant is told, against the rules it states.

The rules are written down from https://www.home-assistant.io/integrations/ and the page of each
platform (`sensor.mqtt` and so on), as of release 2025.10.
"""

import datetime as dt
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from msgspec import Struct

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.config import MqttSettings
from emoflix_device.mqtt.commands import COMMANDS, Command, parse_command
from emoflix_device.mqtt.homeassistant import ENTITIES, USER, discovery
from emoflix_device.mqtt.link import Link
from emoflix_device.mqtt.messages import (
    CameraBack,
    HealthMessage,
    InfoMessage,
    MoodMessage,
    Probabilities,
    RecommendationsMessage,
    Recommended,
    SettingsMessage,
    encode,
)
from emoflix_device.mqtt.topics import TOPICS, Topics
from tests.device.mqtt.samples import film
from tests.mosquitto import HOST, Ear, Mosquitto

INFO = InfoMessage(
    program="0.1.0",
    model="1",
    catalogue="1",
    languages=("en", "ml"),
    commands=tuple(COMMANDS),
    notice="A camera reads expressions here.",
)

SENT: dict[str, Any] = json.loads(discovery("den-2", INFO))
COMPONENTS: dict[str, dict[str, Any]] = SENT["components"]

READ = re.compile(r"value_json\.(\w+)")


def fields_of(message: Any) -> set[str]:
    kinds = get_args(message) or (message,)
    fields = {field.encode_name for kind in kinds for field in msgspec.structs.fields(kind)}
    return fields | {"type"} if len(kinds) > 1 else fields


ANY_PLATFORM = {
    *("platform", "unique_id", "default_entity_id", "name", "icon", "entity_category", "qos"),
    *("value_template", "state_topic", "json_attributes_topic", "json_attributes_template"),
}
OWN_KEYS = {
    "sensor": {
        *("device_class", "options", "state_class", "unit_of_measurement"),
        "suggested_display_precision",
    },
    "binary_sensor": {"device_class", "payload_on", "payload_off"},
    "switch": {"command_topic", "payload_on", "payload_off"},
    "button": {"command_topic", "command_template", "payload_press"},
    "select": {"command_topic", "command_template", "options"},
    "number": {"command_topic", "command_template", "min", "max", "step", "mode"},
    "event": {"event_types"},
}
NEEDED = {
    "sensor": {"state_topic"},
    "binary_sensor": {"state_topic"},
    "switch": {"command_topic"},
    "button": {"command_topic"},
    "select": {"command_topic", "options"},
    "number": {"command_topic"},
    "event": {"state_topic", "event_types"},
}


def test_the_device_has_an_identifier_of_its_own_and_an_origin() -> None:
    assert SENT["device"]["identifiers"] == ["emoflix_den-2"]
    assert SENT["origin"]["name"] == "Emoflix"
    assert SENT["availability_topic"] == "emoflix/den-2/availability"


def test_all_entities_of_the_contract_that_can_work_are_there() -> None:
    assert {key: component["platform"] for key, component in COMPONENTS.items()} == {
        "mood": "sensor",
        "confidence": "sensor",
        "top_film": "sensor",
        "recommendation": "event",
        "recommend": "button",
        "like": "button",
        "dislike": "button",
        "evening": "sensor",
        "language": "select",
        "lift": "number",
        "camera": "switch",
        "camera_lost": "binary_sensor",
        "frames_per_s": "sensor",
        "inference_time": "sensor",
        "temperature": "sensor",
    }


@pytest.mark.parametrize("key", [*COMPONENTS])
def test_a_component_has_the_keys_its_platform_knows(key: str) -> None:
    component = COMPONENTS[key]
    platform = component["platform"]
    assert component.keys() >= {"platform", "unique_id", *NEEDED[platform]}
    assert component.keys() <= ANY_PLATFORM | OWN_KEYS[platform]
    assert "~" not in component


def test_unique_ids_and_entity_ids_are_unique_and_tell_the_device() -> None:
    for name in ("unique_id", "default_entity_id"):
        ids = [component[name] for component in COMPONENTS.values()]
        assert len({*ids}) == len(ids)
        assert all("den" in each for each in ids)
    assert COMPONENTS["mood"]["default_entity_id"] == "sensor.emoflix_den_2_mood"


def topics(name: str) -> Iterator[str]:
    for component in COMPONENTS.values():
        if name in component:
            yield component[name]


def test_every_topic_is_one_of_the_devices_and_written_out() -> None:
    den = Topics("den-2")
    state = {den.of(name) for name in TOPICS}
    assert {*topics("state_topic"), *topics("json_attributes_topic")} <= state
    commands = {den.command(USER, name) for name in COMMANDS}
    assert {*topics("command_topic")} <= commands


def test_an_event_listens_to_what_is_not_retained() -> None:
    assert COMPONENTS["recommendation"]["state_topic"] == "emoflix/den-2/event"
    assert not TOPICS["event"].retained


def test_the_moods_options_are_all_nine() -> None:
    assert COMPONENTS["mood"]["device_class"] == "enum"
    assert len(COMPONENTS["mood"]["options"]) == 9
    # An enum has neither a unit nor a state class.
    assert not {"unit_of_measurement", "state_class"} & COMPONENTS["mood"].keys()


def test_a_language_is_chosen_by_its_name() -> None:
    assert COMPONENTS["language"]["options"] == ["All", "English", "Malayalam"]


@pytest.mark.parametrize("key", [*ENTITIES])
def test_an_entitys_template_reads_fields_that_its_message_has(key: str) -> None:
    entity = ENTITIES[key]
    if entity.reads is None:
        return
    fields = fields_of(TOPICS[entity.reads].message)
    read = set(READ.findall(f"{entity.value or ''} {entity.attributes or ''}"))
    assert read
    assert read <= fields


def test_what_the_device_does_not_understand_has_no_entity() -> None:
    less = msgspec.structs.replace(INFO, commands=("recommend",))
    components = json.loads(discovery("den-2", less))["components"]
    assert {"recommend", "mood", "evening"} <= components.keys()
    assert not {"like", "dislike", "lift", "language", "camera"} & components.keys()


def test_what_a_button_sends_is_understood() -> None:
    topic = Topics("den-2").command(USER, "recommend")
    payload = COMPONENTS["recommend"]["payload_press"].encode()
    assert isinstance(parse_command(Topics("den-2"), topic, payload), Command)


NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
MOOD = MoodMessage(
    mood="happy",
    confidence=0.783,
    probabilities=Probabilities(**dict.fromkeys(EXPRESSIONS, 1 / 7)),
    valence=0.5,
    arousal=0.1,
    since=NOON,
    people=2,
)
SLATE = RecommendationsMessage(slate="s1", made=NOON, films=(film(),))
SETTINGS = SettingsMessage(camera="lost", evening="waiting", languages=("ml",), lift=0.5)
HEALTH = HealthMessage(
    frames_in=9,
    frames_processed=8,
    frames_dropped=1,
    frames_per_s=9.9,
    expression_ms=0.61,
    uptime_s=1.0,
    broker_reconnects=0,
    camera_restarts=0,
)
RECOMMENDED = Recommended(at=NOON, slate="s1", mood="sad", mood_reasons={})


def made_of(commands: dict[str, object], **states: Struct) -> dict[str, dict[str, Any]]:
    """What Home Assistant's own schemas and templates make of it."""
    python = os.environ.get("EMOFLIX_HOMEASSISTANT_PYTHON")
    if python is None:
        pytest.skip(
            "EMOFLIX_HOMEASSISTANT_PYTHON names no Python 3.13 with homeassistant and paho-mqtt"
        )
    said = {f"emoflix/den-2/{name}": encode(state).decode() for name, state in states.items()}
    asked = {"discovery": SENT, "states": said, "commands": commands}
    done = subprocess.run(
        [python, str(Path(__file__).with_name("homeassistant_check.py"))],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return made


def test_home_assistants_schemas_take_all_and_its_templates_read_the_messages() -> None:
    made = made_of(
        {"language": "Malayalam", "lift": 0.25, "like": "like"},
        mood=MOOD,
        recommendations=SLATE,
        settings=SETTINGS,
        health=HEALTH,
        event=RECOMMENDED,
    )
    assert {
        key: each["value_template"] for key, each in made.items() if "value_template" in each
    } == {
        "mood": "happy",
        "confidence": "78",
        "top_film": "Drishyam",
        "recommendation": '{"event_type": "recommended", "mood": "sad", "slate": "s1"}',
        "evening": "waiting",
        "lift": "0.5",
        "camera": "ON",
        "camera_lost": "ON",
        "frames_per_s": "9.9",
        "inference_time": "0.61",
        "temperature": "None",  # unknown
        "language": "Malayalam",
    }
    assert {name for each in made.values() for name in each["ignored"]} == {"platform"}
    films = json.loads(made["top_film"]["json_attributes_template"])["films"]
    assert films == [
        {"title": "Drishyam", "year": 2013, "reason": "In Malayalam, one of your languages."}
    ]
    assert json.loads(made["mood"]["json_attributes_template"])["people"] == 2
    commands = {"language": "preferences", "lift": "preferences", "like": "feedback"}
    for key, name in commands.items():
        topic, payload = Topics("den-2").command(USER, name), made[key]["command_template"]
        command = parse_command(Topics("den-2"), topic, payload.encode())
        assert isinstance(command, Command), command
    said = json.loads(made["like"]["command_template"])
    assert said == {"film": "film-1", "kind": "like", "slate": "s1"}


def test_home_assistants_templates_bear_what_is_not_there() -> None:
    made = made_of(
        {"language": "All"},
        recommendations=msgspec.structs.replace(SLATE, films=()),
        settings=SettingsMessage(camera="no consent", evening="waiting", languages=("en", "ml")),
        event=CameraBack(at=NOON),
    )
    assert made["top_film"]["value_template"] == "None"
    assert json.loads(made["top_film"]["json_attributes_template"])["films"] == []
    assert made["recommendation"]["value_template"] == ""
    assert made["camera"]["value_template"] == "OFF"
    assert made["language"]["value_template"] == "None"
    assert json.loads(made["language"]["command_template"]) == {"languages": []}


def test_home_assistant_is_told_at_connect_and_again_when_it_starts(
    mosquitto: Mosquitto,
) -> None:
    link = Link(MqttSettings(host=HOST, port=mosquitto.port), "den-2", on_command=lambda: None)
    link.publish("info", INFO)
    config = "homeassistant/device/den-2/config"
    with Ear(mosquitto.port, "homeassistant/#", "emoflix/#") as ear:
        link.start()
        ear.wait_for("emoflix/den-2/availability", b"online")
        assert json.loads(ear.wait_for(config).payload) == SENT
        ear.forget()
        ear.say("homeassistant/status", b"offline")
        ear.say("homeassistant/status", b"online")
        ear.wait_for(config)
        assert [m.topic for m in ear.messages].count(config) == 1
    with Ear(mosquitto.port, "homeassistant/#") as late:
        late.wait_for(config)
    link.stop()
