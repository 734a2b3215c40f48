from emoflix_device.mqtt.commands import COMMANDS
from tests.device.fuzz import fuzz


def test_five_seconds_of_fuzzing_lead_to_no_unhandled_exception() -> None:
    sent = fuzz(5.0)
    assert sent
    assert {name for name, _ in sent} <= COMMANDS.keys()
