import socket
import threading
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage

from emoflix_device.config import MqttSettings
from emoflix_device.errors import BrokerError
from emoflix_device.mqtt import connection
from emoflix_device.mqtt.connection import Connection, probe
from tests.mosquitto import GUARD_S, HOST, Ear, Mosquitto, free_port


def test_a_good_broker_has_no_fault(mosquitto: Mosquitto) -> None:
    assert probe(MqttSettings(host=HOST, port=mosquitto.port)) is None


def test_an_answer_does_not_wait_for_the_acknowledgement_before_it(mosquitto: Mosquitto) -> None:
    sends_at_once: list[int] = []

    def up(client: Client) -> None:
        opened = client.socket()
        assert isinstance(opened, socket.socket)
        sends_at_once.append(opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        client.disconnect()

    settings = MqttSettings(host=HOST, port=mosquitto.port)
    Connection(settings, client_id=None, on_up=up, on_message=lambda _: None).live_once()
    assert all(sends_at_once)
    assert len(sends_at_once) == 1


def test_a_message_that_makes_its_hearer_fail_does_not_make_it_deaf(mosquitto: Mosquitto) -> None:
    subscribed, heard = threading.Event(), threading.Event()

    def up(client: Client) -> None:
        client.on_subscribe = lambda *_: subscribed.set()
        client.subscribe("den")

    def hear(message: MQTTMessage) -> None:
        if message.payload == b"first":
            raise ValueError
        heard.set()

    settings = MqttSettings(host=HOST, port=mosquitto.port)
    hearing = Connection(settings, client_id=None, on_up=up, on_message=hear)
    hearing.start()
    with Ear(mosquitto.port) as ear:
        assert subscribed.wait(GUARD_S)
        ear.say("den", b"first")
        ear.say("den", b"second")
        assert heard.wait(GUARD_S)
    hearing.stop(GUARD_S)


def test_a_broker_that_is_not_there_is_a_fault_at_once() -> None:
    port = free_port()
    fault = probe(MqttSettings(host=HOST, port=port))
    assert fault is not None
    assert f"nothing listens at {HOST}:{port}" in fault


def test_a_port_that_is_no_brokers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LEAST_PATIENCE_S", 0.1)
    with socket.create_server((HOST, 0)) as silent:
        port = silent.getsockname()[1]
        fault = probe(MqttSettings(host=HOST, port=port))
    assert fault == f"{HOST}:{port} does not answer as an MQTT broker does: see mqtt.port"


def test_a_port_that_hangs_up_is_a_fault() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]

        def hang_up() -> None:
            for _version in ("5", "3.1.1"):
                server.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        fault = probe(MqttSettings(host=HOST, port=port))
        thread.join()
    assert fault == f"{HOST}:{port} hangs up without an answer: see mqtt.port and mqtt.tls"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (MqttSettings(password_file=Path("p")), r"mqtt\.password_file needs mqtt\.user"),
        (
            MqttSettings(user="device", password_file=Path("/no/such/file")),
            r"mqtt\.password_file: /no/such/file cannot be read",
        ),
    ],
)
def test_a_password_that_cannot_be_used_is_refused_at_once(
    settings: MqttSettings, message: str
) -> None:
    with pytest.raises(BrokerError, match=message):
        probe(settings)
