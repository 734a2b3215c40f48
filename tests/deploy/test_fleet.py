"""The shipped fleet: two real brokers, a real bridge, certificates from the shipped script."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.mosquitto import HOST, Ear, Mosquitto

if shutil.which("openssl") is None:
    pytest.skip("the openssl program makes the certificates here", allow_module_level=True)

FLEET = REPOSITORY / "deploy" / "fleet"


class Fleet:
    """A broker in the middle, and what `issue` made for it."""

    def __init__(self, folder: Path, *devices: str) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder / "fleet"
        self.broker = Mosquitto(folder)
        self.issue("localhost", "operator", *devices)
        (self.folder / "cluster.acl").write_bytes((FLEET / "cluster.acl").read_bytes())
        (self.folder / "cluster.acl").chmod(0o600)
        conf = (FLEET / "cluster.conf").read_text(encoding="utf-8")
        for old, new in {
            "/etc/mosquitto/fleet": str(self.folder),
            "listener 8883": f"listener {self.broker.port}",
            "persistence true": "persistence false",  # nothing of a test outlives it
        }.items():
            assert old in conf
            conf = conf.replace(old, new)
        self.broker.configure(f"user root\n{conf}")

    def issue(self, *devices: str) -> None:
        where = f"localhost:{self.broker.port}"
        subprocess.run([FLEET / "issue", self.folder, where, *devices], check=True, timeout=60)

    def tls(self, name: str) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.folder / "fleet-ca.crt")
        context.load_cert_chain(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        return context

    def ear(self, name: str, *filters: str) -> Ear:
        return Ear(self.broker.port, *filters, host="localhost", tls=self.tls(name))


def bridged(fleet: Fleet, device: str, folder: Path) -> Mosquitto:
    """The broker on a box, with the bridge that `issue` wrote."""
    folder.mkdir()
    box = Mosquitto(folder)
    bridge = (fleet.folder / f"{device}.conf").read_text(encoding="utf-8")
    bridge = bridge.replace("/etc/mosquitto/fleet", str(fleet.folder))
    box.configure(
        f"user root\npersistence false\nlistener {box.port} {HOST}\nallow_anonymous true\n{bridge}"
    )
    return box


def test_a_box_hands_on_how_it_fares_and_never_the_mood(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, "den")
    with (
        fleet.broker,
        bridged(fleet, "den", tmp_path / "box") as box,
        fleet.ear("operator", "emoflix/#") as operator,
        Ear(box.port) as device,
    ):
        for name in ("mood", "event", "settings", "health", "info"):
            device.say(f"emoflix/den/{name}", name.encode(), retain=True)
        device.say("emoflix/den/availability", b"online", retain=True)
        operator.wait_for("emoflix/den/availability", b"online")
        operator.wait_for("emoflix/den/health")
        heard = {message.topic.rpartition("/")[2] for message in operator.messages}
        # Settings go to the middle, for those who may read them there; the operator may not.
        assert heard == {"availability", "health", "info"}


def test_a_box_speaks_in_its_own_name_alone(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, "den", "loft")
    with (
        fleet.broker,
        fleet.ear("operator", "emoflix/#") as operator,
        fleet.ear("den", "emoflix/loft/client/+/command/+") as den,
        fleet.ear("loft") as loft,
    ):
        den.say("emoflix/loft/health", b"forged")
        den.say("emoflix/den/mood", b"not for the middle")
        loft.say("emoflix/loft/client/anna/command/camera", b"OFF")
        den.say("emoflix/den/availability", b"online")
        operator.wait_for("emoflix/den/availability", b"online")
        assert [message.topic for message in operator.messages] == ["emoflix/den/availability"]
        assert den.messages == []


def test_the_operator_alone_configures_a_box_and_only_that_box_hears_it(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, "den", "loft")
    wish = b'{"id": "autumn", "settings": {}}'
    with (
        fleet.broker,
        bridged(fleet, "den", tmp_path / "box") as box,
        fleet.ear("operator") as operator,
        fleet.ear("loft", "emoflix/+/configuration") as loft,
        Ear(box.port, "emoflix/#") as device,
    ):
        loft.say("emoflix/den/configuration", b"forged", retain=True)
        operator.say("emoflix/den/configuration", wish, retain=True)
        device.wait_for("emoflix/den/configuration", wish)
        operator.say("emoflix/loft/configuration", wish)
        loft.wait_for("emoflix/loft/configuration", wish)
        assert [message.payload for message in device.messages] == [wish]
        assert len(loft.messages) == 1


def test_nobody_comes_in_without_a_certificate_of_the_fleet(tmp_path: Path) -> None:
    fleet, others = Fleet(tmp_path, "den"), Fleet(tmp_path / "others", "den")
    stranger = ssl.create_default_context(cafile=fleet.folder / "fleet-ca.crt")
    foreign = others.tls("den")
    foreign.load_verify_locations(fleet.folder / "fleet-ca.crt")
    with fleet.broker:
        for context in (stranger, foreign):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                Ear(fleet.broker.port, "emoflix/#", host="localhost", tls=context)


@pytest.mark.parametrize("device", ["Den", "den/mood", "+", "../den"])
def test_a_name_that_is_no_name_gets_no_certificate(tmp_path: Path, device: str) -> None:
    ended = subprocess.run(
        [FLEET / "issue", tmp_path / "fleet", "localhost:1", device],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert f"{device}: only a-z, 0-9 and -" in ended.stderr
    assert not (tmp_path / "fleet").exists()
