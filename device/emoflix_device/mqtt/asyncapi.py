"""The contract as an AsyncAPI 3 document: `python -m emoflix_device.mqtt.asyncapi`.

Made from the message types and the tables of topics and commands, so that it cannot say anything
else than the code. The form is that of https://www.asyncapi.com/docs/reference/specification/v3.0.0
with the MQTT bindings 0.2.0.
"""

import sys
from importlib.metadata import version
from typing import Any, Final

import msgspec
import yaml

from emoflix_device.mqtt.commands import COMMANDS
from emoflix_device.mqtt.messages import ConfigurationMessage, Reply
from emoflix_device.mqtt.topics import TOPICS, Topics

_PARAMETERS: Final = {
    "device": {"description": "The device's name: `[a-z0-9-]+`."},
    "user": {"description": "The client's own user at the broker."},
}
_BYTES: Final = {"type": "string", "format": "binary"}
_CLIENT: Final = Topics("{device}")


def document() -> dict[str, Any]:
    """The whole document."""
    replies = {name: Reply[kind.result] for name, kind in COMMANDS.items()}  # type: ignore[name-defined]
    requests = {name: kind.request for name, kind in COMMANDS.items()}
    state = {name: topic.message for name, topic in TOPICS.items()}
    types = [*state.values(), *requests.values(), *replies.values(), ConfigurationMessage]
    references, schemas = msgspec.json.schema_components(
        types, ref_template="#/components/schemas/{name}"
    )
    payload = dict(zip(map(repr, types), map(_schema, references), strict=True))
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}

    def add(name: str, address: str, message: Any, *parameters: str) -> None:
        messages[name] = {"payload": payload[repr(message)]}
        if message is TOPICS["availability"].message:
            messages[name]["contentType"] = "text/plain"
        channels[name] = {
            "address": address,
            "parameters": {
                each: _reference("components", "parameters", each) for each in parameters
            },
            "messages": {name: _reference("components", "messages", name)},
        }

    for said, topic in TOPICS.items():
        add(said, _CLIENT.of(said), topic.message, "device")
        operations[said] = {
            "action": "send",
            "channel": _reference("channels", said),
            "summary": topic.meaning,
            "bindings": _bindings(topic.qos, retained=topic.retained),
        }
    for name, kind in COMMANDS.items():
        asks, answers = f"{name}.request", f"{name}.reply"
        add(asks, _CLIENT.command("{user}", name), requests[name], "device", "user")
        if kind.raw is not None:
            messages[asks] = {"payload": _BYTES, "contentType": "application/octet-stream"}
        add(answers, _CLIENT.reply("{user}", name), replies[name], "device", "user")
        operations[name] = {
            "action": "receive",
            "channel": _reference("channels", asks),
            "summary": kind.meaning,
            "reply": {"channel": _reference("channels", answers)},
            "bindings": _bindings(1, retained=False),
        }
    add("configuration", _CLIENT.configuration, ConfigurationMessage, "device")
    operations["configuration"] = {
        "action": "receive",
        "channel": _reference("channels", "configuration"),
        "summary": "what whoever looks after the fleet wishes, where the owner allows it",
        "bindings": _bindings(1, retained=True),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Emoflix",
            "version": version("emoflix"),
            "description": "What the box by the television says over MQTT, and what it can be "
            "asked. Made from the code; see docs/mqtt.md for the rules around it.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"parameters": _PARAMETERS, "messages": messages, "schemas": schemas},
    }


def as_yaml() -> str:
    """The document as it stands in docs/asyncapi.yaml."""
    head = "# Made by `python -m emoflix_device.mqtt.asyncapi`: change the types, not this file.\n"
    return head + yaml.dump(document(), Dumper=_Plain, sort_keys=False, allow_unicode=True)


class _Plain(yaml.SafeDumper):
    """Without anchors: a reader of the file should not have to look for them."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI's discriminator is an object, AsyncAPI's only the name of the property."""
    discriminator = schema.get("discriminator")
    if discriminator is None:
        return schema
    return {**schema, "discriminator": discriminator["propertyName"]}


def _reference(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def _bindings(qos: int, *, retained: bool) -> dict[str, Any]:
    return {"mqtt": {"qos": qos, "retain": retained, "bindingVersion": "0.2.0"}}


if __name__ == "__main__":
    sys.stdout.write(as_yaml())
