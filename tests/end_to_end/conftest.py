from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.emoflix import Emoflix, give_consent, wait_online
from tests.mosquitto import Ear, Mosquitto, mosquitto

__all__ = ["mosquitto"]


@pytest.fixture
def ear(mosquitto: Mosquitto) -> Iterator[Ear]:
    """Hears all that the device says."""
    with Ear(mosquitto.port, "emoflix/#") as ear:
        yield ear


@pytest.fixture
def emoflix(mosquitto: Mosquitto, ear: Ear, tmp_path: Path) -> Iterator[Emoflix]:
    """The device on the bundled clip, online, with consent given."""
    with Emoflix(tmp_path, mosquitto.port) as device:
        wait_online(ear)
        give_consent(ear)
        yield device
