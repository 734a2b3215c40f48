import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessageInfo

from emoflix_device.broker import open_broker
from emoflix_device.config import MqttSettings
from emoflix_device.mqtt.link import UNDER_WAY_LIMIT
from emoflix_device.mqtt.messages import (
    CameraLost,
    Event,
    RecommendationsMessage,
    SettingsMessage,
    encode,
)
from emoflix_device.mqtt.requests import CameraRequest, CameraResult
from tests.device.mqtt.linked import Loop, a_link, on
from tests.mosquitto import GUARD_S, HOST, Ear, Mosquitto, properties, wait_until

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
ON = SettingsMessage(camera="on", evening="waiting")
OFF = SettingsMessage(camera="off", evening="waiting")
SLATE = RecommendationsMessage(slate="s1", made=NOON, films=())


def lost(fault: str = "unplugged") -> Event:
    return CameraLost(at=NOON, fault=fault)


def test_state_is_published_first_and_online_last(mosquitto: Mosquitto, ear: Ear) -> None:
    loop = Loop(MqttSettings(host=HOST, port=mosquitto.port))
    loop.link.publish("settings", ON)
    loop.link.publish("recommendations", SLATE, expires_s=60)
    loop.link.start()
    ear.wait_for("emoflix/den/availability", b"online")
    loop.link.stop()
    assert [m.topic.rpartition("/")[2] for m in ear.messages][:3] == [
        "settings",
        "recommendations",
        "availability",
    ]


def test_whoever_comes_later_finds_the_state_kept_and_no_event(
    mosquitto: Mosquitto, ear: Ear, loop: Loop
) -> None:
    loop.link.publish("event", lost())
    loop.link.publish("settings", OFF)
    ear.wait_for("emoflix/den/settings")
    with Ear(mosquitto.port, "emoflix/den/#") as late:
        late.wait_for("emoflix/den/availability", b"online")
        kept = late.wait_for("emoflix/den/settings")
        assert json.loads(kept.payload)["camera"] == "off"
        assert {m.topic for m in late.messages} == {
            "emoflix/den/settings",
            "emoflix/den/availability",
        }


def test_the_slate_carries_an_expiry(mosquitto: Mosquitto, ear: Ear, loop: Loop) -> None:
    loop.link.publish("recommendations", SLATE, expires_s=3600)
    ear.wait_for("emoflix/den/recommendations")
    with Ear(mosquitto.port, "emoflix/den/recommendations") as late:
        kept = late.wait_for("emoflix/den/recommendations")
    assert 3590 <= properties(kept)["MessageExpiryInterval"] <= 3600


def test_a_clean_stop_says_offline(mosquitto: Mosquitto, ear: Ear) -> None:
    with a_link(mosquitto.port):
        ear.wait_for("emoflix/den/availability", b"online")
    ear.wait_for("emoflix/den/availability", b"offline")
    with Ear(mosquitto.port, "#") as late:
        late.wait_for("emoflix/den/availability", b"offline")


def test_a_killed_device_leaves_offline_as_its_will(mosquitto: Mosquitto, ear: Ear) -> None:
    program = (
        "from emoflix_device.config import MqttSettings\n"
        "from emoflix_device.mqtt.link import Link\n"
        f"Link(MqttSettings(host='{HOST}', port={mosquitto.port}), 'den',"
        " on_command=lambda: None).start()\n"
        "input()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as device:
        ear.wait_for("emoflix/den/availability", b"online")
        device.kill()
    ear.wait_for("emoflix/den/availability", b"offline")


def test_a_broker_that_comes_back_has_the_newest_state_within_five_seconds(
    mosquitto: Mosquitto, loop: Loop
) -> None:
    loop.link.publish("settings", ON)
    loop.link.publish("recommendations", SLATE, expires_s=60)
    mosquitto.stop()
    wait_until(lambda: not loop.link.connected, "the link notices")
    assert "was lost" in (loop.link.fault or "")
    loop.link.publish("settings", OFF)
    mosquitto.start()
    with Ear(mosquitto.port, "emoflix/den/#") as late:
        late.wait_for("emoflix/den/availability", b"online", guard_s=5)
        assert json.loads(late.wait_for("emoflix/den/settings").payload)["camera"] == "off"
        late.wait_for("emoflix/den/recommendations")
        assert [m.topic for m in late.messages].count("emoflix/den/settings") == 1
    assert loop.link.counts.reconnects == 1
    assert loop.link.fault is None


def test_commands_work_again_after_the_broker_came_back(mosquitto: Mosquitto, loop: Loop) -> None:
    mosquitto.stop()
    wait_until(lambda: not loop.link.connected, "the link notices")
    mosquitto.start()
    with Ear(mosquitto.port, "emoflix/den/availability") as speaker:
        speaker.wait_for("emoflix/den/availability", b"online")
        speaker.say("emoflix/den/client/anna/command/camera", b"OFF")
    assert loop.next().request == CameraRequest(camera="OFF")


def test_what_is_said_once_is_dropped_and_counted_while_nobody_hears(
    mosquitto: Mosquitto, loop: Loop
) -> None:
    mosquitto.stop()
    wait_until(lambda: not loop.link.connected, "the link notices")
    loop.link.publish("event", lost())
    assert loop.link.counts.dropped == 1
    mosquitto.start()
    with Ear(mosquitto.port, "emoflix/den/#") as late:
        late.wait_for("emoflix/den/availability", b"online")
        loop.link.publish("event", lost("again"))
        heard = late.wait(on("emoflix/den/event"))
    assert json.loads(heard.payload)["fault"] == "again"


def test_a_connection_lost_while_a_message_is_put_is_noticed_at_once(
    mosquitto: Mosquitto, loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Client.publish

    def put_late(*message: Any) -> MQTTMessageInfo:
        mosquitto.stop()
        wait_until(lambda: not loop.link.connected, "the link notices")
        return put(*message)

    monkeypatch.setattr(Client, "publish", put_late)
    loop.link.publish("event", lost())


def test_a_broker_that_is_not_there_is_named_and_waited_for(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    with a_link(broker.port) as loop:
        place = f"{HOST}:{broker.port}"
        wait_until(lambda: place in (loop.link.fault or ""), "the fault names the place")
        assert f"nothing listens at {place}" in (loop.link.fault or "")
        with broker:
            wait_until(lambda: loop.link.connected, "the link connects")
            assert loop.link.fault is None


def test_an_unknown_host_is_named() -> None:
    loop = Loop(MqttSettings(host="no-such-host.invalid"))
    loop.link.start()
    wait_until(lambda: "unknown host" in (loop.link.fault or ""), "the fault is known")
    assert "'no-such-host.invalid': see mqtt.host" in (loop.link.fault or "")
    loop.link.stop()


def test_a_refused_password_is_told_in_words_and_tried_again(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("wrong\n", encoding="utf-8")
    with (
        Mosquitto(tmp_path, users={"device": "right"}) as broker,
        a_link(broker.port, user="device", password_file=password) as loop,
    ):
        wait_until(lambda: "refuses" in (loop.link.fault or ""), "the refusal")
        assert "refuses the user 'device'" in (loop.link.fault or "")
        assert "mqtt.password_file" in (loop.link.fault or "")
        assert not loop.link.connected
        password.write_text("right\n", encoding="utf-8")
        wait_until(lambda: loop.link.connected, "the corrected password is used")


def test_a_topic_that_the_access_rules_forbid_is_told(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("right", encoding="utf-8")
    acl = "user device\ntopic write emoflix/den/availability\n"
    with (
        Mosquitto(tmp_path, users={"device": "right"}, acl=acl) as broker,
        a_link(broker.port, user="device", password_file=password) as loop,
    ):
        loop.link.publish("settings", ON)
        wait_until(lambda: "access rules" in (loop.link.fault or ""), "the fault")
        assert "refuses a message of the user 'device'" in (loop.link.fault or "")


def test_two_devices_of_one_name_are_named_as_a_likely_cause(mosquitto: Mosquitto) -> None:
    with a_link(mosquitto.port) as first:
        wait_until(lambda: first.link.connected, "the first connects")
        with a_link(mosquitto.port):
            wait_until(lambda: "same name 'emoflix-den'" in (first.link.fault or ""), "the fault")


def test_state_outlives_a_broker_that_takes_nothing_for_a_while(
    mosquitto: Mosquitto, ear: Ear, loop: Loop
) -> None:
    link = loop.link
    wait_until(lambda: link._put_count == link._taken_count, "the greeting is acknowledged")
    os.kill(mosquitto.pid, signal.SIGSTOP)
    try:
        for _ in range(UNDER_WAY_LIMIT):
            loop.link.publish("event", lost())
        assert loop.link.counts.dropped == 0
        loop.link.publish("event", lost())
        loop.link.publish("settings", ON)
        loop.link.publish("settings", OFF)
        assert loop.link.counts.dropped == 1
    finally:
        os.kill(mosquitto.pid, signal.SIGCONT)
    assert loop.bell.wait(GUARD_S), "the loop is called when there is room"
    assert loop.link.take_command() is None
    state = ear.wait(on("emoflix/den/settings"))
    assert json.loads(state.payload)["camera"] == "off"


def test_stopping_is_bounded_when_the_broker_hangs(mosquitto: Mosquitto, loop: Loop) -> None:
    os.kill(mosquitto.pid, signal.SIGSTOP)
    try:
        began_s = time.monotonic()
        loop.link.stop(timeout_s=1.0)
        assert time.monotonic() - began_s < 2.0
    finally:
        os.kill(mosquitto.pid, signal.SIGCONT)


def test_stopping_before_any_broker_answered_is_quick(tmp_path: Path) -> None:
    loop = Loop(MqttSettings(host=HOST, port=Mosquitto(tmp_path).port))
    loop.link.start()
    began_s = time.monotonic()
    loop.link.stop()
    assert time.monotonic() - began_s < 2.0


def test_a_broker_that_answers_while_the_device_leaves_keeps_no_online(
    mosquitto: Mosquitto, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = Loop(MqttSettings(host=HOST, port=mosquitto.port))
    loop.link.publish("settings", ON)
    connection, leave = loop.link._connection, loop.link._connection.stop

    def leave_when_answered(timeout_s: float) -> None:
        os.kill(mosquitto.pid, signal.SIGCONT)
        assert connection._answered.wait(GUARD_S), "the broker answers"
        leave(timeout_s)

    monkeypatch.setattr(connection, "stop", leave_when_answered)
    os.kill(mosquitto.pid, signal.SIGSTOP)
    loop.link.start()
    wait_until(lambda: connection._client is not None, "the broker is asked")
    loop.link.stop(timeout_s=GUARD_S)
    assert connection.connects == 1
    ear.say("emoflix/den/end")
    ear.wait_for("emoflix/den/end")
    assert [message.topic for message in ear.messages] == ["emoflix/den/end"]


def test_a_broker_that_knows_only_3_1_1_is_spoken_to_in_3_1_1() -> None:
    with open_broker("amqtt") as broker, a_link(broker.port) as loop:
        loop.link.publish("settings", ON)
        loop.link.publish("recommendations", SLATE, expires_s=60)
        with Ear(broker.port, "emoflix/den/#", v5=False) as ear:
            ear.wait_for("emoflix/den/availability", b"online")
            ear.wait_for("emoflix/den/settings")
            ear.wait_for("emoflix/den/recommendations")
            ear.say("emoflix/den/client/anna/command/camera", b"ON")
            command = loop.next()
            loop.link.reply(command, encode(command.done(CameraResult(camera="on"))))
            ear.wait(on("emoflix/den/client/anna/reply/camera"))
        assert loop.link.fault is None
