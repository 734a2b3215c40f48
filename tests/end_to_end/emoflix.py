"""The real program, started as a person or systemd would start it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import yaml

from tests.mosquitto import GUARD_S, HOST, Ear

PROGRAM = Path(sys.executable).with_name("emoflix")
DEVICE = "sofa"
BASE = f"emoflix/{DEVICE}"
START_S = 90.0
"""It takes two or three seconds; with much else on the machine many times as long."""

PATIENCE_S = 5.0
"""The unit's (`TimeoutStopSec`), after which it would be killed. It ends in a fraction of that, but
on a disk that others write to as well its last writing may take seconds."""


class Emoflix:
    """`emoflix run` in a folder of its own."""

    def __init__(self, folder: Path, port: int, **sections: dict[str, Any]) -> None:
        """Write its configuration.

        Args:
            folder: for the configuration and the state.
            port: the broker's.
            sections: of the configuration, beside those that every test needs.
        """
        settings: dict[str, Any] = {
            "device": DEVICE,
            "state_dir": "state",
            "camera": {"source": "clip", "loop": True},
            "mqtt": {"host": HOST, "port": port},
            "recommender": {"settled_mood_s": 1.5},
        }
        for name, section in sections.items():
            settings[name] = settings.get(name, {}) | section
        self.config = folder / "emoflix.yaml"
        self.config.write_text(yaml.safe_dump(settings), encoding="utf-8")
        self.state_dir = folder / "state"
        self._log = folder / "emoflix.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it; it is not ready yet when this returns."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "run", "--config", self.config], stdin=subprocess.DEVNULL, stderr=log
            )
        return self

    @property
    def log(self) -> str:
        """What it said on stderr."""
        return self._log.read_text(encoding="utf-8")

    @property
    def pid(self) -> int:
        """Its process."""
        assert self.process is not None
        return self.process.pid

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.process is not None and self.process.poll() is None

    def open_files(self) -> list[str]:
        """What it holds open."""
        found = []
        for link in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                found.append(str(link.readlink()))
            except OSError:
                continue  # closed between listing and looking
        return found

    def stop(self) -> tuple[int, float]:
        """End it as systemd does; its exit code, and how many seconds it took."""
        assert self.process is not None
        began_s = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(GUARD_S)
        return code, time.monotonic() - began_s

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.runs:
            self.stop()


def carried_out(
    command: str, folder: Path, settings: dict[str, Any]
) -> subprocess.CompletedProcess[str]:
    """A command that takes a configuration, to its end."""
    config = folder / "emoflix.yaml"
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return subprocess.run(
        [PROGRAM, command, "--config", config],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(),
    )


def ask(ear: Ear, name: str, request: dict[str, Any] | bytes) -> dict[str, Any]:
    """Send a command as `guest` and wait for its reply, on a topic `ear` hears."""
    ear.forget()
    payload = request if isinstance(request, bytes) else json.dumps(request).encode()
    ear.say(f"{BASE}/client/guest/command/{name}", payload)
    reply: dict[str, Any] = json.loads(ear.wait_for(f"{BASE}/client/guest/reply/{name}").payload)
    return reply


def wait_online(ear: Ear) -> None:
    """Until the device has built its catalogue, loaded its model and found the broker."""
    ear.wait_for(f"{BASE}/availability", b"online", guard_s=START_S)


def give_consent(ear: Ear) -> None:
    """As the person does who sets the device up."""
    assert ask(ear, "consent", {"consent": "give"})["ok"] == {"given": True}


def moods(ear: Ear) -> list[str]:
    """The moods announced so far, in order."""
    return [
        json.loads(message.payload)["mood"]
        for message in list(ear.messages)
        if message.topic == f"{BASE}/event"
        and json.loads(message.payload)["type"] == "mood_changed"
    ]


def environment() -> dict[str, str]:
    """This one's, for a program whose output is read line by line."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "COLUMNS": "100"}
