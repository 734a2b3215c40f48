"""The contract as tables to read: `python -m emoflix_device.mqtt.tables docs/mqtt.md`.

Writes the tables between their marks in the page anew; the prose around them is left alone.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from emoflix_device.mqtt.commands import COMMANDS
from emoflix_device.mqtt.homeassistant import ENTITIES, language
from emoflix_device.mqtt.messages import encode
from emoflix_device.mqtt.topics import TOPICS, Topics
from emoflix_device.replacing import replacing

LONGEST_LIST: Final = 12
"""Longer vocabularies are cut short here; the whole stands in the AsyncAPI document."""

_BASE = Topics("<device>")


def written_anew(page: str) -> str:
    """The page with each table, between `<!-- table: name -->` and `<!-- end -->`, made anew.

    Raises:
        KeyError: a mark names a table that does not exist.
    """

    def fill(mark: re.Match[str]) -> str:
        return f"<!-- table: {mark[1]} -->\n{_TABLES[mark[1]]()}\n<!-- end -->"

    return re.sub(r"<!-- table: (\S+) -->.*?<!-- end -->", fill, page, flags=re.DOTALL)


def _topics() -> str:
    rows = [
        (f"`{_BASE.of(name)}`", "yes" if topic.retained else "no", str(topic.qos), topic.meaning)
        for name, topic in TOPICS.items()
    ]
    wish = "what whoever looks after the fleet wishes, where the owner allows it"
    rows.append((f"`{_BASE.configuration}`", "yes", "1", wish))
    client = ("no", "1")
    rows += [
        (f"`{_BASE.command('<user>', '<name>')}`", *client, "what a client asks"),
        (f"`{_BASE.reply('<user>', '<name>')}`", *client, "what it is answered"),
    ]
    return _table(("topic", "kept", "QoS", "says"), rows)


def _messages() -> str:
    parts = []
    for name, topic in TOPICS.items():
        reference, schemas = _schema(topic.message)
        kinds = reference.get("anyOf", [reference])
        for schema in (_resolved(kind, schemas) for kind in kinds):
            if "properties" in schema:
                kind = schema["properties"].get("type", {}).get("enum", [""])[0]
                parts.append(
                    f"### {' '.join(filter(None, (name, kind)))}\n\n"
                    f"{schema['description']}\n\n{_fields(schema, schemas)}"
                )
            else:
                parts.append(f"### {name}\n\nOne bare word: {_type(schema, schemas)}.")
    return "\n\n".join(parts)


def _commands() -> str:
    parts = []
    for name, kind in COMMANDS.items():
        request, parts_of_request = _schema(kind.request)
        result, parts_of_result = _schema(kind.result)
        words = [f"`{word.decode()}` for `{_plain(of)}`" for word, of in kind.words.items()]
        said = f"{kind.meaning[0].upper()}{kind.meaning[1:]}. "
        if words:
            said += f"Also understood as it stands: {', '.join(words)}. "
        asks = _fields(_resolved(request, parts_of_request), parts_of_request)
        if kind.raw is not None:
            asks = _resolved(request, parts_of_request)["description"]
        parts.append(
            f"### {name}\n\n{said}At most {kind.limit_bytes // 1024} KiB.\n\n{asks}\n\n"
            f"Answered with:\n\n"
            f"{_fields(_resolved(result, parts_of_result), parts_of_result)}"
        )
    return "\n\n".join(parts)


def _entities() -> str:
    rows = (
        (
            entity.name,
            entity.platform,
            f"`{entity.reads}`" if entity.reads else "",
            f"`{entity.command}`" if entity.command else "",
        )
        for entity in (*ENTITIES.values(), language(()))
    )
    return _table(("entity", "kind", "reads", "asks"), rows)


_TABLES = {
    "topics": _topics,
    "messages": _messages,
    "commands": _commands,
    "entities": _entities,
}


def _schema(kind: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    (reference,), schemas = msgspec.json.schema_components([kind], ref_template="{name}")
    return reference, schemas


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas[schema["$ref"]] if "$ref" in schema else schema
    return found


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    return _table(("field", "type", "meaning"), _rows(schema, schemas, ""))


def _rows(
    schema: dict[str, Any], schemas: dict[str, Any], inside: str
) -> Iterator[tuple[str, str, str]]:
    for name, field in schema["properties"].items():
        needed = "" if name in schema.get("required", ()) else "?"
        yield f"`{inside}{name}`{needed}", _type(field, schemas), _meaning(field)
        inner = _resolved(field.get("items", field), schemas)
        if "properties" in inner:
            many = "[]" if "items" in field else ""
            yield from _rows(inner, schemas, f"{inside}{name}{many}.")


def _meaning(field: dict[str, Any]) -> str:
    said = (each.get("description", "") for each in (field, *field.get("anyOf", ())))
    return next(filter(None, said), "")


def _type(field: dict[str, Any], schemas: dict[str, Any]) -> str:
    match _resolved(field, schemas):
        case {"enum": words}:
            said = _words(words)
        case {"anyOf": kinds}:
            said = " or ".join(_type(kind, schemas) for kind in kinds)
        case {"items": items, **limits}:
            said = f"list of {_type(items, schemas)}" + _range(limits, "Items")
        case {"additionalProperties": dict() as values}:
            said = f"object of {_type(values, schemas)}"
        case {"format": "date-time"}:
            said = "time (ISO 8601 with zone)"
        case {"type": "string", **limits}:
            said = "string" + _range(limits, "Length")
        case {"type": kind, **limits}:
            said = kind + _range(limits, "imum")
        case _:
            said = "anything"
    return said


def _words(words: list[Any]) -> str:
    said = [f"`{_plain(word)}`" for word in words]
    if len(said) <= LONGEST_LIST:
        return ", ".join(said)
    return f"{said[0]}, {said[1]}, … {said[-1]} ({len(said)} words)"


def _range(field: dict[str, Any], of: str) -> str:
    least, most = field.get(f"min{of}"), field.get(f"max{of}")
    if most is None:
        return "" if least in {None, 0} else f" (at least {least})"
    unit = {"Items": " items", "Length": " characters", "imum": ""}[of]
    return f" (at most {most}{unit})" if least is None else f" ({least} to {most}{unit})"


def _plain(value: Any) -> str:
    if isinstance(value, msgspec.Struct):
        given = msgspec.json.decode(encode(value))
        value = {name: word for name, word in given.items() if word is not None}
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    file = Path(sys.argv[1])
    page = written_anew(file.read_text(encoding="utf-8"))
    with replacing(file) as part:
        part.write_text(page, encoding="utf-8")
