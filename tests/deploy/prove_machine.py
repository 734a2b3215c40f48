"""Proves on a whole machine of its own, one line a proof, that the Debian package lives there.

    make test-machine

A Debian in QEMU, with its own kernel and systemd as its first process, a camera of the kernel's
(`vivid`), and a plug that can be pulled. All is emulated: it takes a quarter of an hour. Needs
root, debootstrap and qemu-system-x86; the image's Debian is made once, in `build/roots`.
"""

import argparse
import base64
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.deploy.prove_boot import (
    GUARD_S,
    PROOFS,
    Box,
    attempt,
    is_active,
    is_found_by_name,
    until,
)
from tests.deploy.prove_roots import CONFIG, REPOSITORY, ROOTS, VOICE, debian, mount, mounted

SUITE: Final = "trixie"
PACKAGES: Final = "linux-image-amd64 qemu-guest-agent mosquitto openssl python3 kmod dbus"
IMAGE_SIZE: Final = "5G"
MEMORY: Final = "2G"
AGENT_S: Final = 10.0
"""The agent in the machine answers within this time, or is not there yet."""
ANSWERS: Final = 30
"""To feedback are awaited before the plug is pulled."""


class Machine(Box):
    """A booted machine, spoken to by its guest agent."""

    def __init__(self, image: Path, folder: Path) -> None:
        """Boot it; it is up when this returns."""
        where = image.parent
        (where / "agent").unlink(missing_ok=True)
        self.port = _free_port()
        command = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2"]
        command += ["-m", MEMORY, "-nographic", "-no-reboot"]
        command += ["-kernel", str(next(folder.glob("boot/vmlinuz-*")))]
        command += ["-initrd", str(next(folder.glob("boot/initrd.img-*")))]
        command += ["-append", "root=/dev/vda rw console=ttyS0 no_timer_check"]
        command += ["-drive", f"file={image},format=raw,if=virtio"]
        command += ["-nic", f"user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:{self.port}-:8883"]
        command += ["-device", "virtio-serial", "-chardev"]
        command += [f"socket,path={where / 'agent'},server=on,wait=off,id=agent"]
        command += ["-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"]
        began_s = time.monotonic()
        with (where / "console.log").open("ab") as console:
            self._machine = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=console
            )
        until((where / "agent").exists, "a way to the agent")
        self._way = socket.socket(socket.AF_UNIX)
        self._way.connect(str(where / "agent"))
        self._lines = self._way.makefile("rb")
        self._sync = 0
        until(self._answers, "the agent answers")
        until(
            lambda: self.said("systemctl is-system-running") in {"running", "degraded"}, "it boots"
        )
        self.booted_s = time.monotonic() - began_s

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """A shell command in it, as root and outside of any unit."""
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        started = self._ask(
            "guest-exec",
            {
                "path": "/bin/bash",
                "arg": ["-c", command],
                "env": [path, "LC_ALL=C.UTF-8", "HOME=/root", "SYSTEMD_PAGER="],
                "capture-output": True,
            },
        )
        ended: dict[str, Any] = {}

        def is_over() -> bool:
            ended.update(self._ask("guest-exec-status", {"pid": started["pid"]}))
            return bool(ended["exited"])

        until(is_over, command)
        out, err = (
            base64.b64decode(ended.get(name, "")).decode("utf-8", "replace")
            for name in ("out-data", "err-data")
        )
        return subprocess.CompletedProcess(command, ended.get("exitcode", -1), out, err)

    def pull_the_plug(self) -> None:
        self._machine.kill()
        self._machine.wait()

    def shut_down(self) -> None:
        self.pull_the_plug()

    def _answers(self) -> bool:
        """Whether the agent is there; what it said before is passed over."""
        self._sync += 1
        self._way.settimeout(AGENT_S)
        try:
            self._send("guest-sync", {"id": self._sync})
            while json.loads(self._lines.readline() or b"{}").get("return") != self._sync:
                pass
        except TimeoutError:
            self._lines = self._way.makefile("rb")
            return False
        self._way.settimeout(GUARD_S)
        return True

    def _ask(self, what: str, arguments: dict[str, Any]) -> Any:
        self._send(what, arguments)
        answer = json.loads(self._lines.readline())
        assert "return" in answer, answer
        return answer["return"]

    def _send(self, what: str, arguments: dict[str, Any]) -> None:
        self._way.sendall(json.dumps({"execute": what, "arguments": arguments}).encode() + b"\n")


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


def bootable() -> Path:
    """A Debian with a kernel and what the package needs, made once."""
    folder = ROOTS / f"{SUITE}-machine"
    if not folder.exists():
        click.echo("      a Debian with a kernel (once, some minutes)")
        part = folder.with_name(f".{folder.name}")
        shutil.rmtree(part, ignore_errors=True)
        with mounted(SUITE, "amd64") as root:
            root.done(
                f"apt-get update -q && apt-get install -q -y --no-install-recommends {PACKAGES}"
            )
            root.done("apt-get clean")
            subprocess.run(["cp", "-a", "-x", str(root.folder), str(part)], check=True)
        part.rename(folder)
    return folder


@contextmanager
def image(folder: Path, package: Path) -> Iterator[Path]:
    """A disk with that Debian on it, and with what the proofs need in /src."""
    with tempfile.TemporaryDirectory(dir=ROOTS, prefix=".run-") as work:
        upper, workdir, root = (Path(work) / name for name in ("upper", "work", "root"))
        for part in (upper, workdir, root):
            part.mkdir()
        layers = f"lowerdir={folder},upperdir={upper},workdir={workdir}"
        mount("-t", "overlay", "overlay", "-o", layers, root)
        try:
            source = root / "src" / "tests" / "deploy"
            source.mkdir(parents=True)
            for name in ("voice.py", "sandbox_probe.py"):
                shutil.copy(REPOSITORY / "tests" / "deploy" / name, source)
            shutil.copy(package, root / "src" / "emoflix.deb")
            (root / "etc" / "hostname").write_text("box\n", encoding="utf-8")
            (root / "etc" / "hosts").write_text("127.0.0.1 localhost box\n", encoding="utf-8")
            network = root / "etc" / "systemd" / "network" / "home.network"
            network.write_text("[Match]\nName=en*\n[Network]\nDHCP=yes\n", encoding="utf-8")
            wanted = root / "etc" / "systemd" / "system" / "multi-user.target.wants"
            wanted.mkdir(exist_ok=True)
            (wanted / "systemd-networkd.service").symlink_to(
                "/lib/systemd/system/systemd-networkd.service"
            )
            disk = Path(work) / "disk"
            subprocess.run(["mkfs.ext4", "-q", "-d", str(root), str(disk), IMAGE_SIZE], check=True)
        finally:
            subprocess.run(["umount", "--lazy", root], check=False)
        yield disk


@contextmanager
def booted(disk: Path, folder: Path) -> Iterator[Machine]:
    machine = Machine(disk, folder)
    try:
        yield machine
    finally:
        machine.shut_down()


def boots(box: Machine) -> str:
    kernel = box.said("uname -r")
    first = box.said("readlink -f /proc/1/exe")
    return f"Linux {kernel} with {first} as its first process, up after {box.booted_s:.0f} s"


def is_installed(box: Machine) -> str:
    began_s = time.monotonic()
    box.done("dpkg -i /src/emoflix.deb")
    took_s = time.monotonic() - began_s
    box.done(f"modprobe vivid && sed -i 's,^  source: .*,  source: /dev/video0,' {CONFIG}")
    box.done("systemctl restart emoflix")
    return f"dpkg -i: {box.said('emoflix --version')} in {took_s:.0f} s"


def status(box: Box) -> Any:
    return json.loads(box.said("emoflix status --json") or "{}").get("status") or {}


def sees(box: Machine) -> str:
    box.done(f'{VOICE} ask consent \'{{"consent": "give"}}\'')
    until(lambda: status(box).get("camera") == "on", "the camera is on")
    # How it fares is written down once a minute.
    until(lambda: status(box)["health"]["frames_in"] > 0, "frames come")
    name = box.said("cat /sys/class/video4linux/video0/name")
    return f"the kernel's camera {name}: on, {status(box)['health']['frames_in']} frames came"


def cable_is_pulled(box: Machine) -> str:
    driver = "/sys/bus/platform/drivers/vivid"
    process = box.shown("MainPID")
    box.done(f"echo vivid.0 > {driver}/unbind")
    until(lambda: status(box).get("camera") == "lost", "the camera is missed")
    fault = status(box)["camera_fault"]
    box.done(f"echo vivid.0 > {driver}/bind")
    until(lambda: status(box).get("camera") == "on", "the camera is back")
    assert box.shown("MainPID") == process
    return f"its cable is pulled: {fault!r}; put in again: on, in the same process"


def plug_is_pulled(box: Machine) -> int:
    """How many answers to films were acknowledged, outside, when the power went."""
    box.done(f'{VOICE} ask consent \'{{"consent": "withdraw"}}\'')
    found = json.loads(box.done(f'{VOICE} ask search \'{{"title": "a"}}\''))
    film = found["ok"]["films"][0]["id"]
    base = "emoflix/box/client/homeassistant"
    acknowledged = 0

    def rate(client: Client) -> None:
        request = {"film": film, "kind": "rating", "rating": 1 + acknowledged % 9}
        client.publish(f"{base}/command/feedback", json.dumps(request), qos=1)

    def take_in(client: Client, _data: Any, message: Any) -> None:
        nonlocal acknowledged
        acknowledged += "ok" in json.loads(message.payload)
        rate(client)

    client = Client(CallbackAPIVersion.VERSION2)
    authority = box.done("cat /etc/emoflix/ca.crt")
    client.tls_set_context(ssl.create_default_context(cadata=authority))
    user, password = box.done("grep ^homeassistant: /etc/emoflix/users").split(":")
    client.username_pw_set(user, password)
    client.on_message = take_in
    client.on_subscribe = lambda client, *_: rate(client)
    client.connect("localhost", box.port)
    client.subscribe(f"{base}/reply/feedback", qos=1)
    client.loop_start()
    try:
        until(lambda: acknowledged > ANSWERS, "answers")
        box.pull_the_plug()
    finally:
        client.loop_stop()
    return acknowledged


def loses_nothing(box: Machine, acknowledged: int) -> str:
    is_active(box)
    box.done("systemctl stop emoflix")
    listed = box.done(f"emoflix profile list --config {CONFIG}")
    kept = sum(int(line.split(": ")[1].split()[0]) for line in listed.splitlines() if ": " in line)
    assert kept >= acknowledged, f"{acknowledged} acknowledged, {kept} kept"
    return f"the plug is pulled during feedback: {acknowledged} acknowledged, {kept} kept"


def is_removed(box: Machine) -> str:
    box.done("dpkg --remove emoflix")
    box.done(f"test -e {CONFIG} && test -e /var/lib/emoflix/household.db && test ! -e /opt/emoflix")
    box.done("dpkg --purge emoflix")
    left = box.said(
        "find / -xdev -path /src -prune -o -iname '*emoflix*' ! -path '/tmp/*'"
        " ! -path '/var/log/journal/*' -print; getent passwd emoflix emoflix-web emoflix-update"
    )
    assert left == "", left
    return "removed, settings and store stay; purged, no file and no user"


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    missing = [tool for tool in ("debootstrap", "qemu-system-x86_64") if shutil.which(tool) is None]
    if os.geteuid() != 0 or missing:
        sys.exit(f"it needs root, and what is missing: {', '.join(missing) or 'nothing'}")
    packages = sorted((REPOSITORY / "dist").glob("emoflix_*+deb13_amd64.deb"))
    if not packages:
        sys.exit(f"no package in dist: `make deb SUITE={SUITE} ARCH=amd64` first")
    debian(SUITE, "amd64")
    folder = bootable()
    with image(folder, packages[-1]) as disk:
        with booted(disk, folder) as box:
            steps = (boots, is_installed, is_active, sees, cable_is_pulled)
            # There is no avahi in it, and the first has been tried.
            rest = [proof for proof in PROOFS if proof not in {is_active, is_found_by_name}]
            wrong = sum(not attempt(partial(each, box)) for each in (*steps, *rest))
            acknowledged = plug_is_pulled(box)
        with booted(disk, folder) as box:
            wrong += not attempt(partial(loses_nothing, box, acknowledged))
            wrong += not attempt(partial(is_removed, box))
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
