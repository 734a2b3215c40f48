"""The installer where it can be tried without root: what it refuses, and in which words.

`make test-install` runs it as a whole, in a Debian of its own.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from emoflix_device.config import load_settings
from tests.conftest import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
SCRIPTS = [
    DEPLOY / "install.sh",
    *(DEPLOY / "install").iterdir(),
    DEPLOY / "mosquitto" / "set-up-broker",
    DEPLOY / "avahi" / "publish-name",
]

Ended = subprocess.CompletedProcess[str]


def install(*options: str | Path) -> Ended:
    return subprocess.run(
        [DEPLOY / "install.sh", *map(str, options)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., Ended]:
    """Runs lines in the installer's parts, with programs of the test's own before the system's."""
    programs = tmp_path / "programs"
    programs.mkdir()

    def run(lines: str, **stand_ins: str) -> Ended:
        for name, says in stand_ins.items():
            program = programs / name.replace("_", "-")
            program.write_text(f"#!/bin/sh\n{says}\n", encoding="utf-8")
            program.chmod(0o755)
        parts = "\n".join(
            f". {DEPLOY}/install/{part}.sh" for part in ("say", "machine", "settings", "program")
        )
        return subprocess.run(
            ["bash", "-c", f"set -Eeuo pipefail\nROOT={REPOSITORY}\n{parts}\n{lines}"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
            timeout=60,
        )

    return run


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_shellcheck_finds_nothing(script: Path) -> None:
    # The parts share their variables through install.sh.
    told = subprocess.run(
        ["shellcheck", "--exclude=SC2034,SC2154,SC2153,SC1091", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--nonsense"], "--nonsense: no such option; see --help"),
        (["--camera"], "--camera needs a value; see --help"),
        (["--rotation", "45"], "--rotation 45: 0, 90, 180 or 270"),
        (["--wheels", "/nowhere"], "--wheels /nowhere: no such folder"),
        (["--erase"], "--erase goes with --uninstall"),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_code_2(options: list[str], says: str) -> None:
    ended = install(*options)
    assert (ended.returncode, ended.stderr) == (2, f"install.sh: {says}\n")


def test_help_names_every_option() -> None:
    shown = install("--help").stdout
    read = (DEPLOY / "install.sh").read_text(encoding="utf-8")
    options = {
        word.strip("|)") for word in read.split() if word.startswith("--") and word.endswith(")")
    }
    assert len(options) > 10
    assert [option for option in options if option not in shown] == []


def test_a_system_that_is_too_old_is_named(shell: Callable[..., Ended], tmp_path: Path) -> None:
    old = tmp_path / "os-release"
    old.write_text("VERSION_CODENAME=bullseye\nPRETTY_NAME='Raspbian 11'\n", encoding="utf-8")
    ended = shell(f"OS_RELEASE={old}; look_at_system", dpkg="echo arm64")
    assert ended.returncode == 2
    says = "Raspbian 11 is not supported: Debian or Raspberry Pi OS bookworm or trixie is needed"
    assert ended.stderr == f"install.sh: {says}\n"


@pytest.mark.parametrize(
    ("architecture", "says"),
    [("armhf", "put the 64-bit Raspberry Pi OS on the card"), ("riscv64", "no build for riscv64")],
)
def test_a_wrong_architecture_is_named(
    shell: Callable[..., Ended], architecture: str, says: str
) -> None:
    ended = shell("look_at_system", dpkg=f"echo {architecture}")
    assert ended.returncode == 2
    assert says in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_clock_at_1970_is_named_and_no_download_is_tried(shell: Callable[..., Ended]) -> None:
    ended = shell(
        "look_at_system",
        dpkg="echo arm64",
        dpkg_query="exit 1",
        systemctl="exit 0",
        date="case $1 in +%Y) echo 1970 ;; *) echo 1970-01-01 ;; esac",
    )
    assert ended.returncode == 2
    assert "the clock says 1970-01-01" in ended.stderr


def test_a_full_disk_is_named_before_anything_is_done(shell: Callable[..., Ended]) -> None:
    free = shell("look_at_room", df="printf 'Avail\\n 204800\\n'", rm="exit 0")
    assert free.returncode == 2
    assert free.stderr.startswith("install.sh: /")


def test_what_was_done_is_taken_back_the_latest_first(
    shell: Callable[..., Ended], tmp_path: Path
) -> None:
    ended = shell(
        f"touch {tmp_path}/made; on_failure rm {tmp_path}/made\n"
        "on_failure echo second; on_failure echo third\n"
        "fail 'it broke'"
    )
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == ["third", "second"]
    assert "it broke" in ended.stderr
    assert not (tmp_path / "made").exists()


def test_a_step_that_cannot_be_taken_back_does_not_stop_the_others(
    shell: Callable[..., Ended],
) -> None:
    ended = shell("on_failure echo first; on_failure false; false")
    assert ended.returncode == 1
    assert ended.stdout == "first\n"
    assert "could not be taken back: false" in ended.stderr


def test_an_interrupted_installation_is_taken_back(shell: Callable[..., Ended]) -> None:
    ended = shell("on_failure echo back; kill -TERM $$; sleep 5")
    assert (ended.returncode, ended.stdout) == (143, "back\n")


def test_a_key_is_set_in_its_section_and_its_explanation_stays(
    shell: Callable[..., Ended], tmp_path: Path
) -> None:
    config = tmp_path / "emoflix.yaml"
    shutil.copy(DEPLOY / "emoflix.yaml", config)
    ended = shell(
        f"ETC={tmp_path} CONFIG={config}\n"
        "set_key mqtt port 8883; set_key mqtt host 'broker.lan'\n"
        "set_key web users_file /etc/phones\n"
        'set_key camera source "$(quoted "rtsp://it\'s:1/\\\\1&")"'
    )
    assert ended.stderr == ""
    settings = load_settings(config)
    assert (settings.mqtt.port, settings.mqtt.host, settings.web.port) == (8883, "broker.lan", 8080)
    assert settings.web.users_file == Path("/etc/phones")
    assert settings.camera.source == "rtsp://it's:1/\\1&"
    assert "# picamera, /dev/video0" in config.read_text(encoding="utf-8")


def test_a_key_that_is_not_there_is_named(shell: Callable[..., Ended], tmp_path: Path) -> None:
    config = tmp_path / "emoflix.yaml"
    shutil.copy(DEPLOY / "emoflix.yaml", config)
    before = config.read_bytes()
    ended = shell(f"ETC={tmp_path} CONFIG={config}\nset_key mqtt nonsense 1")
    assert "no mqtt.nonsense in it" in ended.stderr
    assert config.read_bytes() == before
    assert list(tmp_path.glob(".emoflix*")) == []
