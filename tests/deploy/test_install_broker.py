"""What the installer makes of the broker it is to use."""

from collections.abc import Callable
from pathlib import Path

import pytest

from emoflix_device.config import load_settings
from tests.deploy.installer import Ended, configured


def test_the_broker_of_the_box_itself_is_configured(
    shell: Callable[..., Ended], tmp_path: Path
) -> None:
    settings = load_settings(configured(shell, tmp_path, "BROKER=own"))
    assert (settings.mqtt.host, settings.mqtt.port, settings.mqtt.user) == (
        "localhost",
        8883,
        "device",
    )
    assert settings.mqtt.tls is not None
    assert settings.mqtt.tls.ca_file == tmp_path / "etc" / "ca.crt"
    assert (settings.camera.source, settings.camera.rotation_deg) == ("/dev/video2", 180)


def test_a_broker_that_is_there_already_is_configured(
    shell: Callable[..., Ended], tmp_path: Path
) -> None:
    authority = tmp_path / "home.crt"
    authority.write_text("a certificate", encoding="utf-8")
    options = f'BROKER=ha.lan:8884 BROKER_USER="o\'box" BROKER_CA={authority}'
    settings = load_settings(configured(shell, tmp_path, options))
    assert (settings.mqtt.host, settings.mqtt.port, settings.mqtt.user) == ("ha.lan", 8884, "o'box")
    assert settings.mqtt.tls is not None
    copied = settings.mqtt.tls.ca_file
    assert copied == tmp_path / "etc" / "broker-ca.crt"
    assert copied.read_text(encoding="utf-8") == "a certificate"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("BROKER=ha.lan BROKER_USER=", "--broker needs --broker-user"),
        ("BROKER=ha.lan BROKER_USER=box", "--broker needs --broker-password-file"),
        (
            "BROKER=ha.lan BROKER_USER=box BROKER_PASSWORD_FILE=/nowhere",
            "/nowhere: cannot be read",
        ),
    ],
)
def test_what_another_broker_needs_is_named(
    shell: Callable[..., Ended], tmp_path: Path, options: str, says: str
) -> None:
    unset = "BROKER_PASSWORD_FILE= PHONES_FILE= BROKER_CA=system WEB=yes"
    ended = shell(f"ETC={tmp_path}; {unset}; {options}; look_at_broker")
    assert ended.returncode == 2
    assert says in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_without_users_for_phones_there_is_no_page_and_it_is_said(
    shell: Callable[..., Ended], tmp_path: Path
) -> None:
    (tmp_path / "mqtt.password").touch()
    ended = shell(
        f"ETC={tmp_path} BROKER=ha.lan BROKER_USER=box BROKER_PASSWORD_FILE= PHONES_FILE="
        " BROKER_CA=plain WEB=yes; look_at_broker; echo $WEB $BROKER"
    )
    assert "no page without --phones" in ended.stdout
    assert ended.stdout.splitlines()[-1] == "no ha.lan:8883"
