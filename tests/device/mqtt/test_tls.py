import shutil
import subprocess
from pathlib import Path

import pytest

from emoflix_device.config import MqttSettings, TlsSettings
from emoflix_device.errors import BrokerError
from emoflix_device.mqtt.connection import probe
from tests.mosquitto import HOST, Mosquitto, free_port

# paho leaves a socket whose handshake failed to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")

if shutil.which("openssl") is None:
    pytest.skip("the openssl program makes the certificates here", allow_module_level=True)


CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    """Signs for one day."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.file, self.key = folder / "ca.pem", folder / "ca.key"
        name = ("-subj", "/CN=test authority", "-days", "1")
        usage = ("-addext", "keyUsage=critical,keyCertSign")
        openssl("req", "-x509", *CURVE, *name, *usage, "-keyout", self.key, "-out", self.file)

    def certificate(self, name: str) -> tuple[Path, Path]:
        file, key, request = (self.folder / f"server.{end}" for end in ("pem", "key", "csr"))
        openssl("req", "-new", *CURVE, "-subj", "/CN=broker", "-keyout", key, "-out", request)
        extensions = self.folder / "extensions"
        extensions.write_text(f"subjectAltName={name}\n", encoding="utf-8")
        signer = ("-CA", self.file, "-CAkey", self.key, "-CAcreateserial", "-days", "1")
        openssl("x509", "-req", "-in", request, *signer, "-extfile", extensions, "-out", file)
        return file, key


def settings(broker: Mosquitto, authority: Path | None) -> MqttSettings:
    return MqttSettings(host=HOST, port=broker.port, tls=TlsSettings(ca_file=authority))


def test_a_certificate_of_the_trusted_authority_is_taken(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ours")
    with Mosquitto(tmp_path, tls=authority.certificate(f"IP:{HOST}")) as broker:
        assert probe(settings(broker, authority.file)) is None


def test_a_certificate_of_another_authority_is_refused(tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path / "ours"), Authority(tmp_path / "theirs")
    with Mosquitto(tmp_path, tls=theirs.certificate(f"IP:{HOST}")) as broker:
        for trusted in (ours.file, None):
            fault = probe(settings(broker, trusted))
            assert f"the certificate of {HOST}:{broker.port} is not trusted" in (fault or "")
            assert "see mqtt.tls.ca_file" in (fault or "")


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ours")
    with Mosquitto(tmp_path, tls=authority.certificate("DNS:elsewhere.invalid")) as broker:
        fault = probe(settings(broker, authority.file))
    assert "is not trusted" in (fault or "")
    assert HOST in (fault or "")


def test_a_broker_without_tls_is_named_as_such(mosquitto: Mosquitto, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ours")
    fault = probe(settings(mosquitto, authority.file))
    assert f"{HOST}:{mosquitto.port}" in (fault or "")
    assert "mqtt.tls" in (fault or "")


def test_a_broker_that_wants_tls_and_is_not_offered_it_is_a_fault(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ours")
    with Mosquitto(tmp_path, tls=authority.certificate(f"IP:{HOST}")) as broker:
        assert probe(MqttSettings(host=HOST, port=broker.port)) is not None


def test_an_authority_that_is_no_certificate_is_refused_at_once(tmp_path: Path) -> None:
    text = tmp_path / "ca.pem"
    text.write_text("hello\n", encoding="utf-8")
    for file in (text, tmp_path / "missing.pem"):
        settings = MqttSettings(host=HOST, port=free_port(), tls=TlsSettings(ca_file=file))
        with pytest.raises(BrokerError, match=rf"mqtt\.tls\.ca_file: {file}"):
            probe(settings)
