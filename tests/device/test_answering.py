"""How the loop gets through its commands."""

import time
from pathlib import Path

import pytest

from emoflix_device.mqtt.commands import Command, parse_command
from tests.device.box import TOPICS, Box
from tests.mosquitto import GUARD_S


def test_commands_without_an_end_leave_the_loop_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = parse_command(TOPICS, TOPICS.command("guest", "preferences"), b"{}")
    assert isinstance(command, Command)
    with Box(tmp_path, runs=True) as box:
        until_s = time.monotonic() + GUARD_S

        def take_another() -> Command | None:
            return command if time.monotonic() < until_s else None

        monkeypatch.setattr(box.wire, "take_command", take_another)
        box.daemon.beat()
        assert time.monotonic() < until_s
