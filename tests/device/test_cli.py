import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emoflix_device import cli
from emoflix_device.config import HouseholdSettings
from emoflix_device.household import open_household


@pytest.mark.parametrize(("command", "package"), [("web", "aiohttp"), ("pair", "segno")])
def test_a_command_whose_packages_are_not_installed_says_what_brings_them(
    command: str,
    package: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(sys, "argv", ["emoflix", command])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"needs {package}" in said
    assert "'emoflix[web]'" in said


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Of a box that has a profile."""
    (tmp_path / "state").mkdir()
    with open_household(HouseholdSettings(), tmp_path / "state") as store:
        store.profiles.create("അമ്മു")
    config = tmp_path / "emoflix.yaml"
    config.write_text("state_dir: state\n", encoding="utf-8")
    return config


def test_letters_that_a_terminal_does_not_have_are_replaced(config: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "emoflix_device", "profile", "list", "--config", config],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )
    assert said.stdout == b"?????: 0 answers, 0 slates\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=str)
def test_a_command_that_is_ended_leaves_nothing_half_done(
    config: Path, tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "emoflix_device"]
    backup = tmp_path / "den.tar"
    subprocess.run([*command, "backup", backup, "--config", config], check=True)
    before = sorted(config.parent.rglob("*"))
    with (
        not_ignored(number),
        subprocess.Popen(
            [*command, "restore", backup, "--config", config],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as asking,
    ):
        assert asking.stdout is not None
        assert asking.stdout.read(3) == b"Put"  # it is unpacked, and asks for a yes
        until_s = time.monotonic() + 60
        while not awaits_input(asking.pid) and time.monotonic() < until_s:
            pass
        asking.send_signal(number)
        assert asking.wait(60) == 128 + number
    assert sorted(config.parent.rglob("*")) == before


@contextmanager
def not_ignored(number: signal.Signals) -> Iterator[None]:
    """For the programs that are started meanwhile, also where `nohup` runs these tests."""
    before = signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(number, before)


def awaits_input(process: int) -> bool:
    """Whether it sleeps in a system call whose first argument is the standard input (proc(5)).

    A signal just before that call would be taken only after it.
    """
    call = Path(f"/proc/{process}/syscall").read_text(encoding="utf-8").split()
    return call[1:2] == ["0x0"]
