import os
import signal
import subprocess
import sys

import pytest

from emoflix_device import broker
from emoflix_device.broker import Kind, open_broker
from emoflix_device.config import MqttSettings
from emoflix_device.errors import BrokerError
from emoflix_device.mqtt.connection import probe
from tests.mosquitto import Ear, accepts, wait_until

KINDS: tuple[Kind, ...] = ("mosquitto", "amqtt")


@pytest.mark.parametrize("kind", KINDS)
def test_a_broker_carries_messages_and_keeps_retained_ones(kind: Kind) -> None:
    with open_broker(kind) as running:
        assert running.kind == kind
        with Ear(running.port, v5=False) as speaker:
            speaker.say("emoflix/den/mood", b"{}", retain=True)
        with Ear(running.port, "emoflix/#", v5=False) as late:
            late.wait_for("emoflix/den/mood", b"{}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_broker_is_gone_after_its_context(kind: Kind) -> None:
    with open_broker(kind) as running:
        pass
    fault = probe(MqttSettings(host=running.host, port=running.port))
    assert "nothing listens" in (fault or "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_broker_ends_with_a_parent_that_is_killed(kind: Kind) -> None:
    program = (
        "from emoflix_device.broker import open_broker\n"
        f"with open_broker({kind!r}) as running:\n"
        "    print(running.port, flush=True)\n"
        "    input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        assert accepts(port)
        parent.kill()
    settings = MqttSettings(host=broker.HOST, port=port)
    wait_until(lambda: "nothing listens" in (probe(settings) or ""), "the broker ends")


def test_the_embedded_broker_is_quiet() -> None:
    program = (
        "import socket\n"
        "from emoflix_device.broker import open_broker\n"
        "from emoflix_device.config import MqttSettings\n"
        "from emoflix_device.mqtt.connection import probe\n"
        "with open_broker('amqtt') as running:\n"
        "    assert probe(MqttSettings(host=running.host, port=running.port)) is None\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert said.stdout == ""
    assert said.stderr == ""


def test_an_interrupt_at_the_keyboard_leaves_the_broker_to_its_parent() -> None:
    program = (
        "import sys\n"
        "from emoflix_device.broker import open_broker\n"
        "with open_broker('mosquitto') as running:\n"
        "    try:\n"
        "        print(running.port, flush=True)\n"
        "        sys.stdin.read()\n"
        "    except KeyboardInterrupt:\n"
        "        print('interrupted', flush=True)\n"
        "        sys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.stdout.readline() == "interrupted\n"
        assert probe(MqttSettings(host=broker.HOST, port=port)) is None


def test_without_any_broker_both_ways_out_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "find_mosquitto", lambda: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(BrokerError, match=r"`mosquitto`, or `pip install 'emoflix\[demo\]'`"):
        open_broker().__enter__()


def test_mosquitto_is_found_where_debian_puts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert broker.find_mosquitto() is not None
