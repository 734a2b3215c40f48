"""Proves in a Debian of its own, one line a proof, that the installer does what it says.

    make test-install     this machine's architecture
    make test-arm64       64-bit Arm, by qemu-user
    make test-armhf       32-bit Arm likewise, bookworm alone

Needs root, debootstrap, and for another architecture qemu-user-static. Run it in a mount namespace
of its own, as make does.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import click

from tests.deploy.roots import (
    BINFMT,
    BOARDS,
    REPOSITORY,
    Root,
    let_the_kernel_run,
    mounted,
    native,
    tail,
)

CONFIG: Final = "/etc/emoflix/emoflix.yaml"
EMOFLIX: Final = "/opt/emoflix/bin/emoflix"
PYTHON: Final = "$(dirname $(readlink -f /opt/emoflix/bin/emoflix))/python"
"""The environment's own, for a shell: of the installer's current version, or of the package."""
VOICE: Final = f"{PYTHON} /src/tests/deploy/voice.py"
INSTALL: Final = "/src/deploy/install.sh --yes --camera clip"


def snapshot(root: Root) -> str:
    """What Emoflix has in a root."""
    return root.done(
        "find /opt /etc/emoflix /etc/mosquitto/conf.d /etc/mosquitto/emoflix* /usr/local/bin"
        " /etc/systemd/system -name '*emoflix*' 2>/dev/null | sort; true"
    )


def without_network(root: Root) -> str:
    """Packages of the system are there, the libraries cannot be had: nothing is left."""
    root.done(
        "apt-get update -q && apt-get install -q -y --no-install-recommends python3-venv"
        " mosquitto openssl ca-certificates avahi-daemon avahi-utils"
    )
    before = snapshot(root)
    ended = root.run(INSTALL, network=False)
    assert ended.returncode == 1, tail(ended)
    assert "is there a way to the internet?" in ended.stderr
    assert snapshot(root) == before
    return "without a network: one line, and nothing is left of it"


def read_only(root: Root) -> str:
    root.done("mount -t tmpfs -o ro tmpfs /opt")
    ended = root.run(INSTALL)
    root.done("umount /opt")
    assert ended.returncode == 2, tail(ended)
    assert "/opt cannot be written" in ended.stderr
    return "a read-only root: refused by name"


def full_disk(root: Root) -> str:
    # 1 GB passes the first look, and is then filled by something else.
    root.done("mount -t tmpfs -o size=1000m tmpfs /opt && fallocate -l 970m /opt/other")
    ended = root.run(INSTALL.replace("--yes", "--yes --no-web"))
    assert ended.returncode == 2, tail(ended)
    assert "MB are needed" in ended.stderr
    left = root.done("ls /opt").split()
    root.done("umount /opt")
    assert left == ["other"], left
    return "a full disk: refused by name, before anything is done"


def installs(root: Root) -> str:
    began_s = time.monotonic()
    said = root.done(INSTALL)
    took_s = time.monotonic() - began_s
    version = root.done(f"{EMOFLIX} --version").strip()
    units = root.done("ls /etc/systemd/system/{multi-user,timers}.target.wants").split()
    wanted = {f"emoflix{part}.service" for part in ("", "-web", "-name")}
    assert {*wanted, "emoflix-retention.timer"} <= set(units), units
    faces = "YuNet" if "YuNet is in" in said else "Haar (YuNet was not reached, and it said so)"
    size_mb = root.done("du -sm /opt/emoflix").split()[0]
    return f"install.sh: {version} in {took_s:.0f} s, {size_mb} MB, faces by {faces}"


BROKER: Final = (
    "install -d -o mosquitto /run/mosquitto\n"
    "mosquitto -c /etc/mosquitto/mosquitto.conf & broker=$!\n"
    "for try in $(seq 600); do (: </dev/tcp/127.0.0.1/8883) 2>/dev/null && break; sleep 0.2; done\n"
)
"""Starts the broker as it was set up, and waits until it listens."""


def checks(root: Root) -> str:
    check = f"{BROKER}{EMOFLIX} check --config {CONFIG}; rc=$?; kill $broker; exit $rc"
    said = root.done(check, network=False)
    assert "WRONG" not in said, said
    return "emoflix check: all is well, over TLS with the password made here"


def analyzes(root: Root) -> str:
    clip = root.done("find -L /opt/emoflix/current/lib -name invented_faces.mp4").strip()
    found = json.loads(root.done(f"{EMOFLIX} analyze --json {clip}"))
    assert found["looks_with_faces"] > found["looks"] / 2, found
    shares = ", ".join(f"{name} {share:.0%}" for name, share in found["shares"].items())
    return f"emoflix analyze reads the bundled clip: {shares}"


def runs(root: Root, engine: str) -> str:
    """The daemon against the broker that was set up, as the user that it runs as."""
    root.done(f"sed -i 's/^  engine: .*/  engine: {engine}/' {CONFIG}")
    said = root.done(
        f"{BROKER}"
        "install -d -o emoflix -m 700 /var/lib/emoflix /run/credentials\n"
        "install -o emoflix -m 400 /etc/emoflix/mqtt.password /run/credentials/mqtt.password\n"
        "export CREDENTIALS_DIRECTORY=/run/credentials\n"
        f"setpriv --reuid emoflix --regid emoflix --clear-groups {EMOFLIX} run --config {CONFIG} &"
        " daemon=$!\n"
        f"{VOICE} hear info && {VOICE} hear availability\n"
        "kill $daemon; wait $daemon; code=$?; kill $broker; exit $code",
        network=False,
    )
    info, availability = said.splitlines()[-2:]
    assert availability == "online", said
    assert json.loads(info)["program"], said
    return f"emoflix run with {engine}: online over TLS, and ends with 0"


def camera_is_missed(root: Root) -> str:
    """picamera2 with the real bindings of libcamera, and no camera."""
    root.done(
        "apt-get install -q -y --no-install-recommends python3-libcamera python3-prctl gcc"
        " python3-dev libc6-dev libcap-dev && "
        "/opt/emoflix/current/bin/pip install -q --no-cache-dir picamera2"
    )
    # Raspberry Pi OS has this in its packages, Debian has not; picamera2 wants it for previews.
    stub = "import sys; from unittest import mock; sys.modules[__name__] = mock.MagicMock()"
    root.done(f'echo "{stub}" > $(echo /opt/emoflix/current/lib/python3*/site-packages)/pykms.py')
    root.done("/opt/emoflix/current/bin/python -c 'import libcamera, picamera2'")
    root.done(f'sed -i "s/^  source: .*/  source: picamera/" {CONFIG}')
    said = root.run(f"{EMOFLIX} check --config {CONFIG}").stdout
    camera = next(line for line in said.splitlines() if " camera " in line)
    assert "no camera found" in camera, camera
    assert "Traceback" not in said
    return f"picamera2 with the system's libcamera and no camera: {camera.split(maxsplit=2)[2]}"


def updates(root: Root) -> str:
    root.done("mkdir /opt/emoflix/versions/left-by-a-power-cut")
    root.done("echo '# the owner was here' >> /etc/emoflix/emoflix.yaml")
    before = root.done("readlink -f /opt/emoflix/current")
    secrets = root.done("cat /etc/emoflix/mqtt.password /etc/mosquitto/emoflix.passwd")
    root.done(INSTALL)
    assert root.done("readlink -f /opt/emoflix/current") != before
    assert root.done("readlink -f /opt/emoflix/previous") == before
    assert len(root.done("ls /opt/emoflix/versions").split()) == 2
    assert secrets == root.done("cat /etc/emoflix/mqtt.password /etc/mosquitto/emoflix.passwd")
    assert "the owner was here" in root.done(f"cat {CONFIG}")
    return "a second time: updated; settings and passwords kept, a cut-short update swept away"


def is_cut_short(root: Root) -> str:
    """As a plug that is pulled: killed without a word, at three moments of an update."""
    before = root.done("readlink -f /opt/emoflix/current").strip()
    moments = (2, 10, 20)
    for seconds in moments:
        ended = root.run(f"timeout --signal KILL {seconds} {INSTALL}")
        assert ended.returncode in {0, -9, 137}, tail(ended)
        now = root.done("readlink -f /opt/emoflix/current").strip()
        assert now == before or ended.returncode == 0, now
        root.done(f"{EMOFLIX} --version")
    root.done(INSTALL)
    assert len(root.done("ls /opt/emoflix/versions").split()) == 2
    cut = ", ".join(map(str, moments))
    return f"an update cut short after {cut} s: the version before it runs; then updated"


def rolls_back(root: Root) -> str:
    look = (
        "readlink -f /opt/emoflix/current; ls /opt/emoflix/versions;"
        " ls -l /etc/systemd/system/emoflix*"
    )
    before = root.done(look)
    ended = root.run(INSTALL, network=False)
    assert ended.returncode == 1, tail(ended)
    assert root.done(look) == before
    root.done(f"{EMOFLIX} --version")
    return "an update that fails: the version before it is there, and runs"


def uninstalls(root: Root) -> str:
    kept = "/etc/emoflix/emoflix.yaml /etc/emoflix/mqtt.password"
    root.done("/opt/emoflix/share/deploy/install.sh --uninstall --yes")
    root.done(
        f"test ! -e /opt/emoflix && test ! -e /etc/systemd/system/emoflix.service && ls {kept}"
    )
    root.done("/src/deploy/install.sh --uninstall --erase --yes")
    left = root.done(
        "find / -xdev -path /src -prune -o -path /proc -prune -o -path /sys -prune"
        " -o -iname '*emoflix*' -print; getent passwd emoflix emoflix-web emoflix-update; true"
    )
    assert left == "", left
    return "--uninstall keeps the settings, --uninstall --erase leaves no file and no user"


def proofs(suite: str, architecture: str, *, brief: bool) -> Iterator[Callable[[Root], str]]:
    if not brief:
        yield from (without_network, read_only, full_disk)
    yield installs
    yield checks
    yield analyzes
    if architecture != "armhf":  # LiteRT is not built for it
        yield partial(runs, engine="litert")
    if suite == "bookworm":
        yield partial(runs, engine="tflite")
    if suite == "trixie":
        yield camera_is_missed
    if not brief:
        yield from (updates, is_cut_short, rolls_back)
    yield uninstalls


def prove(suite: str, architecture: str, *, brief: bool) -> int:
    """How many proofs failed."""
    failed = 0
    with mounted(suite, architecture) as root:
        for proof in proofs(suite, architecture, brief=brief):
            try:
                line = proof(root)
            except AssertionError as error:
                failed += 1
                click.echo(f"FAIL  {suite} {architecture}  {error}")
            else:
                click.echo(f"ok    {suite} {architecture}  {line}")
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="*", default=["bookworm", "trixie"])
    parser.add_argument("--arch", default=native(), choices=[native(), *BOARDS])
    parser.add_argument("--brief", action="store_true", help="only what differs by architecture")
    options = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("it needs root: mounts, chroot")
    missing = [tool for tool in ("debootstrap", "unshare") if shutil.which(tool) is None]
    if options.arch != native():
        board = BOARDS[options.arch]
        let_the_kernel_run(board)
        if not BINFMT.joinpath(f"qemu-{board.qemu}").exists():
            missing.append("qemu-user-static")
    if missing:
        parser.error(f"missing: {', '.join(missing)}")
    if not list((REPOSITORY / "dist").glob("emoflix-*.whl")):
        parser.error("no wheel in dist: `make wheel` first")
    return sum(prove(suite, options.arch, brief=options.brief) for suite in options.suites)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
