"""Every field of every command: missing, of the wrong type, too long, with control characters."""

import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest

from emoflix_device.mqtt.commands import COMMANDS, Command, Rejection, parse_command
from emoflix_device.mqtt.topics import Topics

TOPICS: Final = Topics("den")
Schema = dict[str, Any]

PARSED: Final = {name: kind.request for name, kind in COMMANDS.items() if kind.raw is None}
NEEDED: Final[dict[str, dict[str, Any]]] = {
    "camera": {"camera": "ON"},
    "consent": {"consent": "give"},
    "correct_mood": {"shown": "sad"},
    "feedback": {"film": "drishyam-2013", "kind": "like"},
    "play": {"film": "drishyam-2013"},
    "profile": {"action": "list"},
}
"""What a command cannot do without."""


def fields(name: str) -> dict[str, list[Schema]]:
    """Of a command, by its field: the kinds of values that it may have."""
    (whole,), schemas = msgspec.json.schema_components([PARSED[name]])

    def resolved(schema: Schema) -> Schema:
        if "$ref" in schema:
            return resolved(schemas[schema["$ref"].rpartition("/")[2]])
        return schema

    def kinds(schema: Schema) -> list[Schema]:
        schema = resolved(schema)
        return [kind for each in schema.get("anyOf", [schema]) for kind in [resolved(each)]]

    found = {field: kinds(schema) for field, schema in resolved(whole)["properties"].items()}
    for of in found.values():
        of += [
            {"inside": True, **kind}
            for outer in list(of)
            if "items" in outer
            for kind in kinds(outer["items"])
        ]
    return found


def cases() -> Iterator[tuple[str, str, Any]]:
    """Command, field, and a value that does not fit."""
    for name in PARSED:
        for field, kinds in fields(name).items():
            yield name, field, {"a": "thing"}
            for kind in kinds:
                for wrong in _wrong(kind):
                    yield name, field, [wrong] if "inside" in kind else wrong


def _wrong(kind: Schema) -> Iterator[Any]:
    if "maxLength" in kind:
        yield "x" * (kind["maxLength"] + 1)
    if kind.get("type") == "string" and "maxLength" not in kind:
        yield "x" * 70_000
    if "pattern" in kind or "enum" in kind:
        yield "a\x07b"
        yield ""
    if "maxItems" in kind:
        yield ["x"] * (kind["maxItems"] + 1)
    if "maximum" in kind:
        yield kind["maximum"] + 1
    if "minimum" in kind:
        yield kind["minimum"] - 1


def answer(name: str, request: dict[str, Any]) -> Command | Rejection | None:
    return parse_command(TOPICS, TOPICS.command("anna", name), json.dumps(request).encode())


def test_every_command_is_asked_for_with_all_it_needs() -> None:
    for name in PARSED:
        assert isinstance(answer(name, NEEDED.get(name, {})), Command), name


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, request in NEEDED.items() for field in request]
)
def test_what_is_missing_is_named(name: str, field: str) -> None:
    request = {key: value for key, value in NEEDED[name].items() if key != field}
    refused = answer(name, request)
    assert isinstance(refused, Rejection)
    assert (refused.field, refused.message) == (field, "is missing")


@pytest.mark.parametrize("name", PARSED)
def test_a_value_that_does_not_fit_is_refused_with_its_field(name: str) -> None:
    tried = 0
    for command, field, value in cases():
        if command != name:
            continue
        refused = answer(name, {**NEEDED.get(name, {}), field: value})
        assert isinstance(refused, Rejection), (field, value)
        whole = refused.field == "payload" and "at most" in refused.message
        assert whole or refused.field.partition("[")[0] == field, (field, value, refused)
        assert "\n" not in refused.message
        assert refused.message.isprintable()
        tried += 1
    assert tried >= len(fields(name))
