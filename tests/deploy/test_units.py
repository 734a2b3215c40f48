"""The shipped units, held against systemd's own tools."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

UNITS = REPOSITORY / "systemd"

if shutil.which("systemd-analyze") is None:
    pytest.skip("systemd-analyze is not installed", allow_module_level=True)


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("unit", "most"),
    [
        ("emoflix", 1.6),
        ("emoflix-web", 1.2),
        ("emoflix-update", 1.2),
        ("emoflix-name", 1.2),
        ("emoflix-retention", 0.5),
    ],
)
def test_a_unit_is_exposed_no_more_than_it_must(unit: str, most: float) -> None:
    threshold = f"--threshold={most * 10:.0f}"
    judged = analyze("security", "--offline=true", threshold, UNITS / f"{unit}.service")
    assert judged.returncode == 0, judged.stdout.splitlines()[-1]


def test_a_unit_without_a_sandbox_would_be_told(tmp_path: Path) -> None:
    bare = tmp_path / "emoflix.service"
    bare.write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")
    assert analyze("security", "--offline=true", "--threshold=16", bare).returncode != 0


def faults(folder: Path, drop_in: str = "") -> list[str]:
    """What systemd finds wrong with the units, in a folder, with a file added to the first."""
    program = shutil.which("true")
    for unit in (*UNITS.glob("*.service"), *UNITS.glob("*.timer")):
        text = unit.read_text(encoding="utf-8")
        # The programs are not installed where the tests run; that one is there, systemd checks.
        text = re.sub(r"(?<=^ExecStart=)/opt/emoflix/\S+", program or "", text, flags=re.MULTILINE)
        assert "/opt/" not in text
        (folder / unit.name).write_text(text, encoding="utf-8")
    added = folder / "emoflix.service.d" / "added.conf"
    added.parent.mkdir()
    added.write_text(drop_in, encoding="utf-8")
    found = analyze("verify", *sorted(folder.glob("*.service")), *sorted(folder.glob("*.timer")))
    lines = found.stderr.splitlines()
    ours = [line for line in lines if str(folder) in line or "emoflix" in line]
    return ours if found.returncode == 0 else ours or lines or ["it failed without a word"]


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    assert faults(tmp_path) == []


def documented() -> list[str]:
    """What the pages let the owner add to a unit."""
    pages = "".join(page.read_text("utf-8") for page in sorted((REPOSITORY / "docs").glob("*.md")))
    return re.findall(r"^```\n(\[Service\]\n.*?)^```", pages, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("drop_in", [*documented(), "[Unit]\nStartLimitAction=reboot\n"])
def test_systemd_understands_what_the_pages_let_the_owner_add(tmp_path: Path, drop_in: str) -> None:
    assert faults(tmp_path, drop_in) == []


def test_what_systemd_does_not_understand_would_be_told(tmp_path: Path) -> None:
    assert "StartLimitActon" in "".join(faults(tmp_path, "[Unit]\nStartLimitActon=reboot\n"))
