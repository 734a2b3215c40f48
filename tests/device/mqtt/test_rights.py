"""The shipped rules, in a real broker. It grants every subscription: only delivery tells."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emoflix_device.config import MqttSettings
from emoflix_device.mqtt.link import Link
from emoflix_device.mqtt.messages import SettingsMessage, encode
from emoflix_device.mqtt.requests import CameraResult
from emoflix_device.mqtt.topics import TOPICS, Topics
from tests.conftest import REPOSITORY
from tests.mosquitto import GUARD_S, HOST, Ear, Mosquitto

SHIPPED = REPOSITORY / "deploy" / "mosquitto"
USERS = {name: f"{name}'s password" for name in ("device", "homeassistant", "anna", "bert")}
DEN = Topics("den")
OPEN = {"availability", "recommendations", "settings", "info"}
END = DEN.of("availability")
"""Everyone may read it, so that it marks the end of what was said before."""

Enter = Callable[..., Ear]


@pytest.fixture
def enter(tmp_path: Path) -> Iterator[Enter]:
    rules = (SHIPPED / "emoflix.acl").read_text(encoding="utf-8")
    ears: list[Ear] = []
    with Mosquitto(tmp_path, users=USERS, acl=rules) as broker:

        def come_in(user: str, *filters: str) -> Ear:
            ears.append(Ear(broker.port, *filters, user=user, password=USERS[user]))
            return ears[-1]

        yield come_in
        for ear in ears:
            ear.close()


def heard(ear: Ear) -> set[str]:
    ear.wait_for(END)
    return {message.topic for message in ear.messages} - {END}


@pytest.mark.parametrize(
    ("user", "names"),
    [("anna", OPEN), ("homeassistant", OPEN | {"mood", "event", "health"})],
)
def test_a_user_reads_the_state_it_may(enter: Enter, user: str, names: set[str]) -> None:
    device, ear = enter("device"), enter(user, "emoflix/#")
    for name in sorted(TOPICS, key=lambda name: name == "availability"):
        device.say(DEN.of(name), b"{}")
    assert heard(ear) == {DEN.of(name) for name in names if name in TOPICS} - {END}  # type: ignore[arg-type]


@pytest.mark.parametrize("user", ["anna", "homeassistant"])
def test_only_the_device_writes_state(enter: Enter, user: str) -> None:
    device, watcher, forger = enter("device"), enter("homeassistant", "emoflix/#"), enter(user)
    for name in TOPICS:
        forger.say(DEN.of(name), b"forged")
    device.say(END, b"online")
    watcher.wait_for(END)
    assert [bytes(message.payload) for message in watcher.messages] == [b"online"]


@pytest.mark.parametrize("user", ["anna", "homeassistant"])
def test_nobody_at_home_configures_the_device_from_afar(enter: Enter, user: str) -> None:
    device, forger = enter("device", DEN.configuration, DEN.command("+", "+")), enter(user)
    forger.say(DEN.configuration, b"{}")
    forger.say(DEN.command(user, "camera"), b"ON")
    device.wait_for(DEN.command(user, "camera"))
    assert [message.topic for message in device.messages] == [DEN.command(user, "camera")]


def test_everyone_asks_in_their_own_name_only(enter: Enter) -> None:
    device = enter("device", "emoflix/den/client/+/command/+")
    anna = enter("anna")
    anna.say(DEN.command("bert", "camera"), b"OFF")
    anna.say(DEN.command("anna", "camera"), b"ON")
    device.wait_for(DEN.command("anna", "camera"))
    assert [message.topic for message in device.messages] == [DEN.command("anna", "camera")]


def test_everyone_reads_their_own_answers_only(enter: Enter) -> None:
    device = enter("device")
    anna, bert = (enter(user, "emoflix/#") for user in ("anna", "bert"))
    device.say(DEN.reply("anna", "camera"), b"{}")
    device.say(END, b"online")
    assert heard(bert) == set()
    assert heard(anna) == {DEN.reply("anna", "camera")}


def test_nobody_answers_in_the_devices_place(enter: Enter) -> None:
    device, anna, bert = enter("device"), enter("anna", "emoflix/#"), enter("bert")
    bert.say(DEN.reply("anna", "camera"), b"forged")
    device.say(END, b"online")
    assert heard(anna) == set()


def test_nobody_listens_to_commands_but_the_device(enter: Enter) -> None:
    device, anna, bert = enter("device"), enter("anna"), enter("bert", "#")
    anna.say(DEN.command("anna", "camera"), b"OFF")
    device.say(END, b"online")
    assert heard(bert) == set()


def test_a_device_can_do_all_it_must_under_the_rules(tmp_path: Path) -> None:
    rules = (SHIPPED / "emoflix.acl").read_text(encoding="utf-8")
    password = tmp_path / "password"
    password.write_text(USERS["device"], encoding="utf-8")
    with Mosquitto(tmp_path, users=USERS, acl=rules) as broker:
        settings = MqttSettings(host=HOST, port=broker.port, user="device", password_file=password)
        bell = threading.Event()
        link = Link(settings, "den", on_command=bell.set)
        link.publish("settings", SettingsMessage(camera="on", evening="waiting"))
        link.start()
        with Ear(broker.port, "emoflix/#", user="anna", password=USERS["anna"]) as anna:
            anna.wait_for(END, b"online")
            anna.wait_for(DEN.of("settings"))
            anna.say(DEN.command("anna", "camera"), b"ON")
            assert bell.wait(GUARD_S)
            command = link.take_command()
            assert command is not None
            link.reply(command, encode(command.done(CameraResult(camera="on"))))
            anna.wait_for(DEN.reply("anna", "camera"))
        assert link.fault is None
        link.stop()
