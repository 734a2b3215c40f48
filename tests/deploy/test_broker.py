"""The shipped broker, set up by the shipped script: only its folders and its port are others."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emoflix_device.config import MqttSettings, TlsSettings
from emoflix_device.mqtt.connection import probe
from tests.conftest import REPOSITORY
from tests.end_to_end.emoflix import Emoflix
from tests.mosquitto import HOST, Ear, Mosquitto

# paho leaves a socket whose handshake failed to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")

if shutil.which("openssl") is None:
    pytest.skip("the openssl program makes the certificates here", allow_module_level=True)

SHIPPED = REPOSITORY / "deploy" / "mosquitto"


class Box:
    """A root folder of its own instead of /etc."""

    def __init__(self, root: Path) -> None:
        self.etc, self.mosquitto = root / "emoflix", root / "mosquitto"
        self._shipped = root / "shipped"
        for folder in (self.mosquitto / "conf.d", self._shipped):
            folder.mkdir(parents=True)
        for file in SHIPPED.iterdir():
            copy = self._shipped / file.name
            text = file.read_text(encoding="utf-8")
            for old, new in {
                "/etc/emoflix": str(self.etc),
                "/etc/mosquitto": str(self.mosquitto),
                " -g mosquitto": "",  # whoever runs the tests owns the files, and the broker
            }.items():
                text = text.replace(old, new)
            copy.write_text(text, encoding="utf-8")
            copy.chmod(file.stat().st_mode)

    def set_up(self, *arguments: str) -> None:
        subprocess.run([self._shipped / "set-up-broker", *arguments], check=True, timeout=60)

    def users(self, file: str) -> dict[str, str]:
        lines = (self.etc / file).read_text(encoding="utf-8").splitlines()
        return dict(line.split(":", 1) for line in lines)

    def broker(self, folder: Path) -> Mosquitto:
        broker = Mosquitto(folder)
        conf = (self.mosquitto / "conf.d" / "emoflix.conf").read_text(encoding="utf-8")
        listener = "\nlistener 8883\n"
        assert listener in conf
        broker.configure("user root\n" + conf.replace(listener, f"\nlistener {broker.port}\n"))
        return broker

    def settings(self, broker: Mosquitto, *, ca_file: Path | None = None) -> MqttSettings:
        return MqttSettings(
            host="localhost",
            port=broker.port,
            user="device",
            password_file=self.etc / "mqtt.password",
            tls=TlsSettings(ca_file=ca_file or self.etc / "ca.crt"),
        )


@pytest.fixture
def box(tmp_path: Path) -> Box:
    box = Box(tmp_path)
    box.set_up()
    return box


@pytest.fixture
def broker(box: Box, tmp_path: Path) -> Iterator[Mosquitto]:
    with box.broker(tmp_path) as broker:
        yield broker


def ear(box: Box, broker: Mosquitto, user: str, *filters: str) -> Ear:
    password = {**box.users("users"), **box.users("phones.users")}[user]
    return Ear(
        broker.port,
        *filters,
        user=user,
        password=password,
        tls=ssl.create_default_context(cafile=box.etc / "ca.crt"),
    )


def test_the_device_is_let_in_over_tls(box: Box, broker: Mosquitto) -> None:
    assert probe(box.settings(broker)) is None


def test_a_viewer_hears_slates_and_never_the_mood(
    box: Box, broker: Mosquitto, tmp_path: Path
) -> None:
    settings = box.settings(broker)
    mqtt = {
        "host": settings.host,
        "port": settings.port,
        "user": settings.user,
        "password_file": str(settings.password_file),
        "tls": {"ca_file": str(box.etc / "ca.crt")},
    }
    with (
        ear(box, broker, "viewer", "emoflix/#") as viewer,
        ear(box, broker, "phone3", "emoflix/#") as phone,
        ear(box, broker, "homeassistant", "emoflix/#") as home,
        Emoflix(tmp_path, broker.port, mqtt=mqtt) as device,
    ):
        base = "emoflix/sofa"
        phone.wait_for(f"{base}/availability", b"online")
        phone.say(f"{base}/client/phone3/command/consent", b'{"consent": "give"}')
        # The clip's face is seen, and its arrival brings a slate.
        home.wait_for(f"{base}/event")
        home.wait(lambda m: b'"mood":"' in m.payload and b"nobody" not in m.payload, "a mood")
        for one in (viewer, phone):
            one.wait_for(f"{base}/recommendations")
            heard = {message.topic for message in one.messages}
            assert not heard & {f"{base}/{name}" for name in ("mood", "event", "health")}
        assert device.runs


def test_nobody_gets_in_without_a_password(box: Box, broker: Mosquitto) -> None:
    tls = TlsSettings(ca_file=box.etc / "ca.crt")
    settings = MqttSettings(host="localhost", port=broker.port, tls=tls)
    assert "refuses clients without a user" in (probe(settings) or "")


def test_nobody_gets_in_without_tls(box: Box, broker: Mosquitto) -> None:
    password = box.etc / "mqtt.password"
    settings = MqttSettings(host=HOST, port=broker.port, user="device", password_file=password)
    assert probe(settings) is not None


def test_the_daemon_refuses_a_broker_with_another_certificate(
    box: Box, broker: Mosquitto, tmp_path: Path
) -> None:
    other = Box(tmp_path / "other")
    other.set_up()
    fault = probe(box.settings(broker, ca_file=other.etc / "ca.crt"))
    assert "is not trusted" in (fault or "")
    assert "mqtt.tls.ca_file" in (fault or "")


def test_the_certificate_counts_also_where_the_clock_is_at_1970(box: Box) -> None:
    certificate = box.mosquitto / "certs" / "emoflix.crt"
    in_1970 = ("-attime", "3600", "-x509_strict", "-purpose", "sslserver")
    verify = ["openssl", "verify", *in_1970, "-CAfile", box.etc / "ca.crt", certificate]
    subprocess.run(verify, check=True, capture_output=True)


def test_secrets_are_for_their_owner_alone(box: Box) -> None:
    for name in ("mqtt.password", "users", "phones.users", "ca.key"):
        assert (box.etc / name).stat().st_mode & 0o077 == 0, name
    for secret in ("certs/emoflix.key", "emoflix.passwd"):
        assert (box.mosquitto / secret).stat().st_mode & 0o007 == 0, secret
    kept = (box.mosquitto / "emoflix.passwd").read_text(encoding="utf-8")
    assert (box.etc / "mqtt.password").read_text(encoding="utf-8").strip() not in kept


def test_a_second_time_changes_nothing(box: Box) -> None:
    def files() -> dict[Path, bytes]:
        folders = (box.etc, box.mosquitto)
        return {f: f.read_bytes() for folder in folders for f in folder.rglob("*") if f.is_file()}

    before = files()
    box.set_up()
    assert files() == before


def test_another_name_gets_another_certificate_of_the_same_authority(box: Box) -> None:
    authority = (box.etc / "ca.crt").read_bytes()
    box.set_up("cinema.local", "192.168.1.20")
    assert (box.etc / "ca.crt").read_bytes() == authority
    show = ["openssl", "x509", "-noout", "-ext", "subjectAltName", "-in"]
    certificate = str(box.mosquitto / "certs" / "emoflix.crt")
    names = subprocess.run([*show, certificate], check=True, capture_output=True, text=True).stdout
    assert "DNS:cinema.local" in names
    assert "IP Address:192.168.1.20" in names


def test_users_that_the_owner_added_stay(box: Box, tmp_path: Path) -> None:
    passwords = box.mosquitto / "emoflix.passwd"
    add = ["mosquitto_passwd", "-b", passwords, "anna", "hers"]
    subprocess.run(add, check=True, capture_output=True)
    (box.etc / "users").unlink()  # so that new ones are made
    box.set_up()
    with (
        box.broker(tmp_path) as broker,
        ear(box, broker, "homeassistant"),
        Ear(
            broker.port,
            user="anna",
            password="hers",  # noqa: S106
            tls=ssl.create_default_context(cafile=box.etc / "ca.crt"),
        ),
    ):
        pass


def test_removed_is_all_of_it(box: Box) -> None:
    box.set_up("--remove")
    left = [file for folder in (box.etc, box.mosquitto) for file in folder.rglob("*")]
    assert [file.name for file in left if file.is_file()] == []
