"""Holds a discovery message against Home Assistant's own code; runs under its Python.

Reads {"discovery": …, "states": {topic: payload}, "commands": {component: value}} from the standard
input; writes what each component's templates make of it, or ends with what the schemas refuse.
"""

# mypy: disable-error-code="import-not-found"

import asyncio
import importlib
import json
import sys
import tempfile
from types import SimpleNamespace
from typing import Any

from homeassistant.components.mqtt.models import MqttCommandTemplate, MqttValueTemplate
from homeassistant.components.mqtt.schemas import DEVICE_DISCOVERY_SCHEMA
from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import Template


async def main() -> None:
    asked: dict[str, Any] = json.load(sys.stdin)
    hass = HomeAssistant(tempfile.gettempdir())
    sent = asked["discovery"]
    DEVICE_DISCOVERY_SCHEMA(sent)
    made: dict[str, dict[str, Any]] = {}
    for key, component in sent["components"].items():
        platform = importlib.import_module(f"homeassistant.components.mqtt.{component['platform']}")
        # As `async_discovery` hands it on: with what all components share.
        shared = {"device": sent["device"], "availability_topic": sent["availability_topic"]}
        kept = platform.DISCOVERY_SCHEMA({**shared, **component})
        made[key] = {"ignored": sorted(component.keys() - kept.keys() - {"default_entity_id"})}
        for name, topic in (
            ("value_template", "state_topic"),
            ("json_attributes_template", "json_attributes_topic"),
        ):
            payload = asked["states"].get(component.get(topic))
            if name in component and payload is not None:
                template = MqttValueTemplate(Template(component[name], hass))
                made[key][name] = template.async_render_with_possible_json_value(payload)
        if key in asked["commands"] and "command_template" in component:
            entity = SimpleNamespace(hass=hass, entity_id=f"{component['platform']}.it", name="it")
            attributes = json.loads(made[key].get("json_attributes_template", "{}"))
            hass.states.async_set(entity.entity_id, "unknown", attributes)
            template = Template(component["command_template"], hass)
            command = MqttCommandTemplate(template, entity=entity)
            made[key]["command_template"] = command.async_render(asked["commands"][key])
    await hass.async_stop(force=True)
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
