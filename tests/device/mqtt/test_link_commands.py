import json

import pytest

from emoflix_device.mqtt.inbox import LIMIT
from emoflix_device.mqtt.messages import encode
from emoflix_device.mqtt.requests import CameraRequest, CameraResult
from tests.device.mqtt.linked import Loop, a_link, on
from tests.mosquitto import Ear, Mosquitto, properties, wait_until


def test_a_command_is_answered_on_the_plain_reply_topic(ear: Ear, loop: Loop) -> None:
    ear.say("emoflix/den/client/anna/command/camera", b'{"camera": "ON", "request": "7"}')
    command = loop.next()
    assert (command.user, command.name) == ("anna", "camera")
    loop.link.reply(command, encode(command.done(CameraResult(camera="on"))))
    answer = ear.wait(on("emoflix/den/client/anna/reply/camera"))
    assert json.loads(answer.payload) == {"request": "7", "ok": {"camera": "on"}}
    assert not answer.retain


def test_an_mqtt_5_request_is_answered_where_it_asks_with_its_correlation(
    ear: Ear, loop: Loop
) -> None:
    own = "emoflix/den/client/anna/reply/phone"
    ear.say(
        "emoflix/den/client/anna/command/camera",
        b"ON",
        ResponseTopic=own,
        CorrelationData=b"\x00\xff",
    )
    command = loop.next()
    loop.link.reply(command, encode(command.done(CameraResult(camera="on"))))
    answer = ear.wait(on(own))
    assert properties(answer)["CorrelationData"] == "00ff"


def test_nobody_is_answered_on_somebody_elses_topic(ear: Ear, loop: Loop) -> None:
    ear.say(
        "emoflix/den/client/anna/command/camera",
        b"ON",
        ResponseTopic="emoflix/den/client/bert/reply/camera",
    )
    command = loop.next()
    loop.link.reply(command, encode(command.done(CameraResult(camera="on"))))
    ear.wait(on("emoflix/den/client/anna/reply/camera"))
    assert not any("/bert/" in message.topic for message in ear.messages)


def test_a_client_of_3_1_1_is_answered_too(mosquitto: Mosquitto, loop: Loop) -> None:
    with Ear(mosquitto.port, "emoflix/den/client/anna/reply/#", v5=False) as old:
        old.say("emoflix/den/client/anna/command/camera", b"ON")
        command = loop.next()
        loop.link.reply(command, encode(command.done(CameraResult(camera="on"))))
        old.wait(on("emoflix/den/client/anna/reply/camera"))


def test_a_retained_command_is_ignored_live_and_on_reconnect(
    mosquitto: Mosquitto, ear: Ear, loop: Loop
) -> None:
    ear.say("emoflix/den/client/anna/command/camera", b"OFF", retain=True)
    ear.say("emoflix/den/client/anna/command/recommend", b"")
    assert loop.next().name == "recommend"
    loop.link.stop()
    with a_link(mosquitto.port) as again:
        wait_until(lambda: again.link.connected, "the device is back")
        ear.say("emoflix/den/client/anna/command/recommend", b"")
        assert again.next().name == "recommend"
        assert again.link.take_command() is None


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (b'{"camera": ', "payload"),
        (b'{"camera": 1}', "camera"),
        (b'{"camara": "ON"}', "camara"),
        (b"x" * 10_000_000, "payload"),
    ],
    ids=["invalid JSON", "wrong type", "misspelt", "10 MB"],
)
def test_a_malformed_command_is_answered_with_the_field(
    ear: Ear, loop: Loop, payload: bytes, field: str
) -> None:
    ear.say("emoflix/den/client/anna/command/camera", payload)
    answer = ear.wait(on("emoflix/den/client/anna/reply/camera"))
    assert json.loads(answer.payload)["error"]["field"] == field
    assert loop.link.take_command() is None
    assert loop.link.connected


def test_a_payload_that_no_device_takes_is_kept_away_by_the_broker(ear: Ear, loop: Loop) -> None:
    ear.say("emoflix/den/client/anna/command/camera", b"x" * 20_000_000)
    ear.say("emoflix/den/client/anna/command/camera", b"ON")
    assert loop.next().request == CameraRequest(camera="ON")
    assert loop.link.counts.reconnects == 0


def test_a_full_queue_answers_busy_and_loses_nothing_it_took(ear: Ear, loop: Loop) -> None:
    for number in range(LIMIT + 1):
        ear.say("emoflix/den/client/anna/command/recommend", b'{"request": "%d"}' % number)
    answer = json.loads(ear.wait(on("emoflix/den/client/anna/reply/recommend")).payload)
    assert answer["request"] == str(LIMIT)
    assert answer["error"]["field"] == "command"
    assert "busy" in answer["error"]["message"]
    assert [loop.next().request_id for _ in range(LIMIT)] == [
        str(number) for number in range(LIMIT)
    ]
