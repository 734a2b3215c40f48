import json
from typing import get_args

import msgspec
import pytest

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device import mood
from emoflix_device.mqtt import messages
from emoflix_device.mqtt.messages import (
    Announced,
    AnyEvent,
    CameraLost,
    FilmMessage,
    Probabilities,
    Reply,
    encode,
)
from emoflix_device.mqtt.requests import CameraResult
from emoflix_device.mqtt.topics import ANY, TOPICS, Topics, device_and_name
from tests.device.mqtt.samples import film


def test_the_words_for_a_mood_are_those_of_the_filter() -> None:
    assert get_args(Announced) == get_args(mood.Announced)
    assert get_args(Announced)[:7] == EXPRESSIONS


def test_probabilities_stand_in_the_order_of_the_expressions() -> None:
    assert tuple(f.name for f in msgspec.structs.fields(Probabilities)) == EXPRESSIONS


def test_units_stand_in_the_code_and_not_on_the_wire() -> None:
    said = encode(film())
    assert json.loads(said)["runtime"] == 160
    assert msgspec.json.decode(said, type=FilmMessage) == film()


def test_an_event_tells_its_type() -> None:
    text = b'{"type":"camera_lost","at":"2026-01-01T20:15:00+01:00","fault":"unplugged"}'
    event = msgspec.json.decode(text, type=AnyEvent)
    assert isinstance(event, CameraLost)
    assert encode(event) == text


def test_a_time_without_a_zone_is_refused() -> None:
    text = b'{"type":"camera_lost","at":"2026-01-01T20:15:00","fault":"unplugged"}'
    with pytest.raises(msgspec.ValidationError, match="timezone"):
        msgspec.json.decode(text, type=AnyEvent)


def test_a_reply_holds_only_what_there_is() -> None:
    assert json.loads(encode(Reply(ok=CameraResult(camera="on")))) == {"ok": {"camera": "on"}}


def test_availability_is_a_bare_word() -> None:
    assert encode("online") == b"online"


def test_every_type_says_what_it_is() -> None:
    types = [
        kind
        for kind in vars(messages).values()
        if isinstance(kind, type)
        and issubclass(kind, msgspec.Struct)
        and kind is not msgspec.Struct
    ]
    assert len(types) > 15
    assert [kind.__name__ for kind in types if not (kind.__doc__ or "").strip()] == []


@pytest.mark.parametrize("name", [*TOPICS])
def test_a_topic_is_read_back(name: str) -> None:
    assert name in TOPICS
    assert device_and_name(Topics("den").of(name)) == ("den", name)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "topic", ["emoflix/den", "emoflix/den/other", "x/den/mood", "emoflix/a/b/mood"]
)
def test_a_foreign_topic_is_none_of_ours(topic: str) -> None:
    assert device_and_name(topic) is None


def test_the_filters_for_any_device_are_mqtt_wildcards() -> None:
    assert Topics(ANY).of("mood") == "emoflix/+/mood"
    assert Topics("den").command(ANY, ANY) == "emoflix/den/client/+/command/+"
