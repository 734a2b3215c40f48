"""The installer's parts, run without root."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

DEPLOY = REPOSITORY / "deploy"

Ended = subprocess.CompletedProcess[str]


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
            f". {DEPLOY}/install/{part}.sh"
            for part in ("say", "machine", "armhf", "settings", "program")
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


def configured(shell: Callable[..., Ended], folder: Path, options: str) -> Path:
    """The configuration that the installer makes with these settings of its options."""
    config = folder / "etc" / "emoflix.yaml"
    ended = shell(
        f"ETC={folder}/etc CONFIG={config} CAMERA=/dev/video2 ROTATION=180\n{options}\nmake_config"
    )
    assert ended.stderr == ""
    return config
