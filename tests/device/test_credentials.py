from pathlib import Path

import pytest

from emoflix_device.config import HouseholdSettings, MqttSettings
from emoflix_device.household import open_household
from emoflix_device.mqtt.access import password


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "credentials"
    folder.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    return folder


def mqtt(tmp_path: Path) -> MqttSettings:
    file = tmp_path / "mqtt.password"
    file.write_text("by hand\n", encoding="utf-8")
    return MqttSettings(user="device", password_file=file)


def test_a_service_reads_the_copy_that_systemd_gives_it(tmp_path: Path, credentials: Path) -> None:
    (credentials / "mqtt.password").write_text("by systemd\n", encoding="utf-8")
    assert password(mqtt(tmp_path)) == "by systemd"


def test_a_secret_of_another_name_is_left_alone(tmp_path: Path, credentials: Path) -> None:
    (credentials / "other.password").write_text("of something else\n", encoding="utf-8")
    assert password(mqtt(tmp_path)) == "by hand"


def test_a_command_by_hand_reads_the_file_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert password(mqtt(tmp_path)) == "by hand"


def test_the_key_of_the_store_may_be_a_credential(tmp_path: Path, credentials: Path) -> None:
    # As where a TPM unseals it: the file that is named is never on the disk.
    key = credentials / "household.key"
    key.write_text("f" * 64, encoding="utf-8")
    key.chmod(0o400)
    settings = HouseholdSettings(key_file=tmp_path / "household.key")
    with open_household(settings, tmp_path) as store:
        assert not store.consent_given
    assert not (tmp_path / "household.key").exists()
