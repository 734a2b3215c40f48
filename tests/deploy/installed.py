"""A booted system that Emoflix is installed on, in a container or emulated: what both prove."""

import json
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import click

from tests.deploy.prove_roots import CONFIG, PYTHON, VOICE

UNITS: Final = ("mosquitto", "emoflix", "emoflix-web")


class Installed(ABC):
    """What is booted; `/src/tests/deploy` is there."""

    guard_s: float = 600.0
    """Nothing on it takes so long."""

    @abstractmethod
    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """A shell command in it, as root and outside of any unit."""

    def said(self, command: str) -> str:
        return self.run(command).stdout.strip()

    def done(self, command: str) -> str:
        """The output of a command that must succeed."""
        ended = self.run(command)
        if ended.returncode != 0:
            raise AssertionError(f"`{command}`: {ended.stdout[-400:]} {ended.stderr[-400:]}")
        return ended.stdout.strip()

    def until(self, is_it: Callable[[], object], what: str) -> float:
        """Wait for a state that rings no bell; how long it took, in seconds."""
        began_s = time.monotonic()
        while not is_it():
            if time.monotonic() - began_s > self.guard_s:
                raise AssertionError(f"not within {self.guard_s:.0f} s: {what}")
            time.sleep(0.5)
        return time.monotonic() - began_s

    def shown(self, what: str, unit: str = "emoflix") -> str:
        """A property of a unit."""
        return self.said(f"systemctl show --value --property {what} {unit}")

    def runs(self, unit: str) -> bool:
        return self.shown("ActiveState", unit) == "active"

    def is_up(self) -> bool:
        return self.said("systemctl is-system-running") in {"running", "degraded"}

    def replaced(self, process: str) -> bool:
        """Whether the service is active in another process."""
        return self.shown("MainPID") not in {process, "0"} and self.runs("emoflix")

    def ask(self, command: str, request: dict[str, Any]) -> Any:
        """What the service answers to its home server."""
        return json.loads(self.done(f"{VOICE} ask {command} '{json.dumps(request)}'"))["ok"]


def attempt(proof: Callable[[], str]) -> bool:
    """Print the line of a proof; whether it holds."""
    try:
        click.echo(f"ok    {proof()}")
    except AssertionError as error:
        click.echo(f"FAIL  {error}")
        return False
    return True


def is_active(box: Installed) -> str:
    for unit in UNITS:
        box.until(partial(box.runs, unit), f"{unit} is active")
    return f"{', '.join(UNITS[:-1])} and {UNITS[-1]} are active"


def speaks(box: Installed) -> str:
    is_online(box)
    info = json.loads(box.done(f"{VOICE} hear info"))
    return f"online over TLS, as emoflix {info['program']}, to a client with its own password"


def is_online(box: Installed) -> float:
    """Wait until the broker says so; how long it took, in seconds."""
    return box.until(lambda: box.said(f"{VOICE} hear availability") == "online", "it is online")


def is_shut_in(box: Installed) -> str:
    # Outside of the unit the network can be sent to, so that the sandbox alone is what forbids it.
    sends = "import socket; socket.socket(2, 2).sendto(b'x', ('192.0.2.1', 9))"
    box.done(f'{PYTHON} -c "{sends}"')
    box.done(
        "mkdir -p /run/systemd/system/emoflix.service.d; cat > "
        "/run/systemd/system/emoflix.service.d/probe.conf <<END\n"
        "[Service]\nType=oneshot\nRestart=no\nExecStart=\n"
        f"ExecStart={PYTHON} /src/tests/deploy/sandbox_probe.py\nEND\n"
        "systemctl daemon-reload"
    )
    box.run("systemctl stop emoflix; systemctl start emoflix")
    probed = box.said("journalctl -u emoflix -o cat --no-pager | grep ^PROBE | tail -1")
    box.done(
        "rm -r /run/systemd/system/emoflix.service.d; systemctl daemon-reload;"
        " systemctl reset-failed emoflix; systemctl restart emoflix"
    )
    assert probed.startswith("PROBE holds"), probed or box.said("journalctl -u emoflix -n 5 -o cat")
    return f"the sandbox holds: {probed.removeprefix('PROBE holds ')}"


def is_killed(box: Installed) -> str:
    before = box.shown("MainPID")
    box.done(f"kill -9 {before}")
    took_s = box.until(lambda: box.replaced(before), "a new process")
    is_online(box)
    return f"kill -9: active again after {took_s:.0f} s, and online"


def broker_restarts(box: Installed) -> str:
    process = box.shown("MainPID")
    box.done("systemctl restart mosquitto")
    took_s = is_online(box)
    assert box.shown("MainPID") == process
    return f"the broker restarts: online again after {took_s:.0f} s, in the same process"


def is_swept(box: Installed) -> str:
    """As the timer does, in the unit's sandbox, while the service has the store open."""
    box.done("systemctl is-active emoflix-retention.timer && systemctl start emoflix-retention")
    said = box.said("journalctl -u emoflix-retention -o cat | grep -E '^(Nothing|Deleted)'")
    assert said, box.said("journalctl -u emoflix-retention -o cat -n 5")
    return f"emoflix-retention: {said}"


def kept_answers(box: Installed) -> int:
    """How many answers to films the household's store holds; the service is stopped for it."""
    box.done("systemctl stop emoflix")
    listed = box.done(f"emoflix profile list --config {CONFIG}")
    return sum(int(line.split(": ")[1].split()[0]) for line in listed.splitlines() if ": " in line)
