"""The dashboard and the blueprints for Home Assistant, against its rules and our entities.

What a blueprint must hold is at https://www.home-assistant.io/docs/blueprint/schema/, the keys of
automations at https://www.home-assistant.io/docs/automation/yaml/, the cards at
https://www.home-assistant.io/dashboards/cards/, as of release 2025.10.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from emoflix_device.mqtt.homeassistant import discovery
from tests.device.mqtt.test_homeassistant import INFO

FOLDER = Path(__file__).resolve().parents[3] / "deploy" / "homeassistant"
BLUEPRINTS = sorted(FOLDER.glob("blueprints/automation/emoflix/*.yaml"))
ENTITIES = {
    component["default_entity_id"]: component
    for component in json.loads(discovery("living-room", INFO))["components"].values()
}
ENTITY_ID = re.compile(r"\b[a-z_]+\.emoflix_living_room_[a-z_]+")

CARDS = {
    "heading": {"heading"},
    "tile": {"entity"},
    "gauge": {"entity"},
    "history-graph": {"entities"},
    "markdown": {"content"},
    "entities": {"entities"},
}
"""Type of a card to the keys that it must have."""

AUTOMATION = {"mode", "variables", "triggers", "conditions", "actions"}
BLUEPRINT = {"name", "description", "domain", "author", "homeassistant", "input"}


class Input(str):
    """What `!input` names."""

    __slots__ = ()


class Loader(yaml.SafeLoader):
    """YAML with Home Assistant's `!input`."""


Loader.add_constructor("!input", lambda loader, node: Input(loader.construct_scalar(node)))


def inputs_in(tree: Any) -> Iterator[Input]:
    match tree:
        case Input():
            yield tree
        case dict():
            for value in tree.values():
                yield from inputs_in(value)
        case list():
            for value in tree:
                yield from inputs_in(value)


def read(file: Path) -> dict[str, Any]:
    tree: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader)  # noqa: S506
    return tree


def test_the_dashboard_shows_every_entity_and_no_other() -> None:
    shown = {*ENTITY_ID.findall((FOLDER / "dashboard.yaml").read_text(encoding="utf-8"))}
    assert shown == {*ENTITIES}


def test_every_card_of_the_dashboard_has_what_it_needs() -> None:
    views = read(FOLDER / "dashboard.yaml")["views"]
    cards = [card for view in views for section in view["sections"] for card in section["cards"]]
    assert cards
    for card in cards:
        assert CARDS[card["type"]] <= card.keys()


def test_there_are_two_blueprints() -> None:
    assert [file.stem for file in BLUEPRINTS] == ["announce_the_slate", "dim_the_lights"]


@pytest.mark.parametrize("file", BLUEPRINTS, ids=lambda file: file.stem)
def test_a_blueprint_is_an_automation_whose_inputs_are_declared_and_used(file: Path) -> None:
    tree = read(file)
    blueprint = tree.pop("blueprint")
    assert blueprint.keys() <= BLUEPRINT
    assert blueprint["domain"] == "automation"
    assert re.fullmatch(r"\d+\.\d+\.\d+", blueprint["homeassistant"]["min_version"])
    assert {"triggers", "actions"} <= tree.keys() <= AUTOMATION
    assert {*inputs_in(tree)} == blueprint["input"].keys()
    for wanted in blueprint["input"].values():
        assert len(wanted["selector"]) == 1
        assert wanted["name"]
    for trigger in tree["triggers"]:
        assert trigger["trigger"] == "state"
        assert not {"from", "not_from"} <= trigger.keys()
        assert not {"to", "not_to"} <= trigger.keys()


def test_the_lights_follow_a_state_that_the_evening_can_have() -> None:
    evening = ENTITIES["sensor.emoflix_living_room_evening"]["options"]
    triggers = read(FOLDER / "blueprints/automation/emoflix/dim_the_lights.yaml")["triggers"]
    told = {trigger[key] for trigger in triggers for key in ("from", "to") if key in trigger}
    assert told == {"playing"}
    assert told <= {*evening}


def test_the_announcement_reads_attributes_that_the_top_film_has() -> None:
    file = FOLDER / "blueprints/automation/emoflix/announce_the_slate.yaml"
    read_of_it = {*re.findall(r"state_attr\(top_film, '(\w+)'\)", file.read_text(encoding="utf-8"))}
    template = ENTITIES["sensor.emoflix_living_room_top_film"]["json_attributes_template"]
    assert read_of_it
    assert all(f"'{name}':" in template for name in read_of_it)


@pytest.mark.parametrize("file", BLUEPRINTS, ids=lambda file: file.stem)
def test_home_assistant_itself_makes_an_automation_of_a_blueprint(file: Path) -> None:
    python = os.environ.get("EMOFLIX_HOMEASSISTANT_PYTHON")
    if python is None:
        pytest.skip(
            "EMOFLIX_HOMEASSISTANT_PYTHON names no Python 3.13 with homeassistant and paho-mqtt"
        )
    given = {
        "evening": "sensor.emoflix_living_room_evening",
        "recommendation": "event.emoflix_living_room_recommendation",
        "top_film": "sensor.emoflix_living_room_top_film",
        "lights": ["light.sofa", "light.shelf"],
    }
    wanted = read(file)["blueprint"]["input"]
    inputs = json.dumps({name: given[name] for name in given if name in wanted})
    done = subprocess.run(
        [python, str(Path(__file__).with_name("blueprint_check.py")), file, inputs],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
