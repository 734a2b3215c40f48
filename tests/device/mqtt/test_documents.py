"""The documents say what the code says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from emoflix_device.mqtt import asyncapi, tables
from emoflix_device.mqtt.commands import COMMANDS
from emoflix_device.mqtt.topics import TOPICS
from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_the_committed_asyncapi_document_is_what_the_types_give() -> None:
    committed = (DOCS / "asyncapi.yaml").read_text(encoding="utf-8")
    assert committed == asyncapi.as_yaml(), (
        "run `python -m emoflix_device.mqtt.asyncapi > docs/asyncapi.yaml`"
    )
    assert yaml.safe_load(committed) == json.loads(json.dumps(asyncapi.document()))


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = asyncapi.document()
    found = [*references(document)]
    assert len(found) > 50
    for reference in found:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_the_document_holds_every_topic_and_command() -> None:
    document = asyncapi.document()
    assert document["operations"].keys() == TOPICS.keys() | COMMANDS.keys() | {"configuration"}
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert len(addresses) == len(TOPICS) + 2 * len(COMMANDS) + 1
    mood = document["operations"]["mood"]["bindings"]["mqtt"]
    assert (mood["qos"], mood["retain"]) == (1, True)


def test_the_tables_of_the_page_are_what_the_code_gives() -> None:
    page = (DOCS / "mqtt.md").read_text(encoding="utf-8")
    assert page.count("<!-- table:") == 4
    assert page == tables.written_anew(page), (
        "run `python -m emoflix_device.mqtt.tables docs/mqtt.md`"
    )
    for name in (*TOPICS, *COMMANDS):
        assert f"\n### {name}" in page


def test_a_table_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        tables.written_anew("<!-- table: nonsense -->\n<!-- end -->")
