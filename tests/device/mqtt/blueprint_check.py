"""Holds a blueprint, with its inputs filled in, against Home Assistant's own code and its Python.

Arguments: the blueprint's file, and {input: value} in JSON. Ends with 0 if the automation that is
made of it is one that Home Assistant takes.
"""

# mypy: disable-error-code="import-not-found"

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA, PLATFORM_SCHEMA
from homeassistant.components.blueprint.models import Blueprint, BlueprintInputs
from homeassistant.components.homeassistant.triggers.state import TRIGGER_STATE_SCHEMA
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import loader


async def main() -> None:
    file, inputs = sys.argv[1:]
    hass = HomeAssistant(tempfile.gettempdir())
    blueprint = Blueprint(
        loader.load_yaml_dict(file),
        path=Path(file).name,
        expected_domain="automation",
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )
    faults = blueprint.validate()
    if faults:
        sys.exit("; ".join(faults))
    filled = BlueprintInputs(
        blueprint, {"use_blueprint": {"path": Path(file).name, "input": json.loads(inputs)}}
    )
    filled.validate()
    automation = PLATFORM_SCHEMA(filled.async_substitute())
    for trigger in automation["triggers"]:
        TRIGGER_STATE_SCHEMA({key: value for key, value in trigger.items() if key != "id"})
    await hass.async_stop(force=True)


if __name__ == "__main__":
    asyncio.run(main())
