import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.mqtt.commands import (
    COMMANDS,
    JSON_LIMIT_BYTES,
    Command,
    Rejection,
    parse_command,
)
from emoflix_device.mqtt.messages import encode
from emoflix_device.mqtt.requests import AnalyzeRequest, CameraRequest, RecommendRequest
from emoflix_device.mqtt.topics import Topics
from emoflix_device.mqtt.viewer_requests import PreferencesRequest

TOPICS = Topics("den")


def parsed(name: str, payload: bytes, **properties: object) -> Command:
    command = parse_command(TOPICS, TOPICS.command("anna", name), payload, **properties)  # type: ignore[arg-type]
    assert isinstance(command, Command), command
    return command


def rejected(name: str, payload: bytes) -> Rejection:
    rejection = parse_command(TOPICS, TOPICS.command("anna", name), payload)
    assert isinstance(rejection, Rejection), rejection
    return rejection


def test_an_empty_payload_asks_for_the_defaults() -> None:
    assert parsed("recommend", b"").request == RecommendRequest()


@pytest.mark.parametrize("payload", [b"ON", b'{"camera": "ON"}'])
def test_the_camera_understands_a_bare_word_and_json(payload: bytes) -> None:
    assert parsed("camera", payload).request == CameraRequest(camera="ON")


def test_a_preference_that_is_not_given_is_told_from_one_that_is_cleared() -> None:
    request = parsed("preferences", b'{"max_runtime": null}').request
    assert isinstance(request, PreferencesRequest)
    assert request.max_runtime_min is None
    assert request.max_age is msgspec.UNSET


@pytest.mark.parametrize(
    ("name", "payload", "field", "message"),
    [
        ("camera", b"{}", "camera", "is missing"),
        ("camera", b'{"camera": "perhaps"}', "camera", "'perhaps' is not one of the words known"),
        ("camera", b'{"camera": "ON', "payload", "truncated"),
        ("camera", b"\xff\xfe", "payload", "malformed"),
        ("camera", b'{"camera": "\xff"}', "payload", "is not UTF-8"),
        ("camera", b"[1]", "payload", "expected object"),
        ("camera", b"null", "payload", "expected object"),
        ("recommend", b'{"count": "3"}', "count", "expected int"),
        ("recommend", b'{"count": 51}', "count", "<= 50"),
        ("recommend", b'{"langauges": []}', "langauges", "did you mean languages?"),
        ("recommend", b'{"languages": ["ml", "xx"]}', "languages[1]", "'xx' is not one of"),
        ("recommend", b'{"actors": ["Mohan\\u0000lal"]}', "actors[0]", "control characters"),
        ("recommend", b'{"actors": ["' + b"x" * 101 + b'"]}', "actors[0]", "length <= 100"),
        ("recommend", b'{"lift": 1.5}', "lift", "<= 1"),
        ("recommend", b'{"request": 5}', "request", "expected str"),
        ("recommend", b'{"a\\nb": 1}', "ab", "is not known here; known are: "),
        ("recommend", b"[" * 60_000, "payload", "expected object"),
        ("recommend", b" " * (JSON_LIMIT_BYTES + 1), "payload", "at most 65536"),
        ("dance", b"", "command", "known are: recommend, "),
    ],
)
def test_a_malformed_request_names_the_field(
    name: str, payload: bytes, field: str, message: str
) -> None:
    rejection = rejected(name, payload)
    assert rejection.field == field
    assert message in rejection.message


def test_a_malformed_request_keeps_its_id_in_the_answer() -> None:
    reply = rejected("camera", b'{"request": "7", "camera": 1}').reply
    assert json.loads(encode(reply)) == {
        "request": "7",
        "error": {"field": "camera", "message": "expected str, got int"},
    }


def test_an_answer_goes_to_the_plain_reply_topic() -> None:
    assert parsed("camera", b"ON").reply_topic == "emoflix/den/client/anna/reply/camera"


def test_a_response_topic_inside_the_senders_own_reply_is_honoured() -> None:
    own = "emoflix/den/client/anna/reply/phone/7"
    command = parsed("camera", b"ON", response_topic=own, correlation=b"\x00\x01")
    assert (command.reply_topic, command.correlation) == (own, b"\x00\x01")


@pytest.mark.parametrize(
    "foreign",
    [
        "emoflix/den/client/bert/reply/camera",
        "emoflix/den/client/anna/reply/",
        "emoflix/den/client/anna/reply/#",
        "emoflix/den/client/anna/replyx/1",
        "emoflix/attic/client/anna/reply/1",
        "emoflix/den/mood",
        "",
    ],
)
def test_a_response_topic_elsewhere_is_not_honoured(foreign: str) -> None:
    command = parsed("camera", b"ON", response_topic=foreign)
    assert command.reply_topic == "emoflix/den/client/anna/reply/camera"


@pytest.mark.parametrize(
    "topic",
    ["emoflix/den/mood", "emoflix/attic/client/anna/command/camera", "emoflix/den/client/a/b", ""],
)
def test_what_is_no_command_topic_is_no_command(topic: str) -> None:
    assert parse_command(TOPICS, topic, b"") is None


def test_a_picture_is_taken_as_it_stands() -> None:
    assert parsed("analyze", b"{}").request == AnalyzeRequest(picture=b"{}")


@given(name=st.sampled_from([*COMMANDS]), payload=st.binary(max_size=200))
def test_no_bytes_raise(name: str, payload: bytes) -> None:
    answer = parse_command(TOPICS, TOPICS.command("anna", name), payload)
    assert isinstance(answer, Command | Rejection)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
FIELDS = sorted(
    {f.encode_name for k in COMMANDS.values() for f in msgspec.structs.fields(k.request)}
)


@given(
    name=st.sampled_from([name for name, kind in COMMANDS.items() if kind.raw is None]),
    request=st.dictionaries(st.sampled_from(FIELDS) | st.text(), JSON, max_size=4),
)
def test_no_json_raises_and_every_rejection_names_a_field_in_one_line(
    name: str, request: dict[str, object]
) -> None:
    answer = parse_command(TOPICS, TOPICS.command("anna", name), msgspec.json.encode(request))
    if isinstance(answer, Rejection):
        assert answer.field.isprintable()
        assert 0 < len(answer.field) <= 200
        assert len(answer.message) <= 300
        encode(answer.reply)
    else:
        assert isinstance(answer, Command)
        assert answer.request_id == request.get("request")
