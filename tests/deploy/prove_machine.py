"""Proves on a whole machine, one line a proof, that the Debian package lives there.

    make test-boot

A Debian in QEMU, with its own kernel and systemd as its first process, a camera of the kernel's
(`vivid`), and a plug that can be pulled. All of it is emulated: what takes a second elsewhere takes
ten here. Needs root, debootstrap, qemu-system-x86 and the package in `dist`; the Debian is made
once, in `build/roots`.
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

from tests.deploy.installed import (
    Installed,
    attempt,
    broker_restarts,
    is_active,
    is_killed,
    is_shut_in,
    is_swept,
    kept_answers,
    speaks,
)
from tests.deploy.prove_roots import CONFIG
from tests.deploy.roots import REPOSITORY, ROOTS, debian, mount, mounted

SUITE: Final = "trixie"
PACKAGES: Final = "linux-image-amd64 qemu-guest-agent mosquitto openssl python3 dbus kmod"
IMAGE_SIZE: Final = "5G"
MEMORY: Final = "2G"
PROCESSORS: Final = 2
AGENT_S: Final = 10.0
"""The agent in the machine answers within this time, or is not there yet."""
ANSWERS: Final = 30
"""To feedback are awaited before the plug is pulled."""
DRIVER: Final = "/sys/bus/platform/drivers/vivid"


class Machine(Installed):
    """A booted machine, spoken to by its guest agent."""

    guard_s = 3600.0

    def __init__(self, disk: Path, folder: Path) -> None:
        """Boot it; it is up when this returns.

        Args:
            disk: its only one, which keeps what is written there.
            folder: the Debian that the disk was made from, for its kernel.
        """
        agent = disk.with_name("agent")
        agent.unlink(missing_ok=True)
        self.port = _free_port()
        command = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max"]
        command += ["-smp", str(min(PROCESSORS, len(os.sched_getaffinity(0)))), "-m", MEMORY]
        command += ["-nographic", "-no-reboot"]
        command += ["-kernel", str(next(folder.glob("boot/vmlinuz-*")))]
        command += ["-initrd", str(next(folder.glob("boot/initrd.img-*")))]
        command += ["-append", "root=/dev/vda rw console=ttyS0 no_timer_check mitigations=off"]
        # What the machine hands over is kept when it is killed, for this system lives on; so its
        # requests to flush need not go to the real disk.
        command += ["-drive", f"file={disk},format=raw,if=virtio,cache=unsafe"]
        command += ["-nic", f"user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:{self.port}-:8883"]
        command += ["-device", "virtio-serial", "-chardev"]
        command += [f"socket,path={agent},server=on,wait=off,id=agent"]
        command += ["-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"]
        began_s = time.monotonic()
        with disk.with_name("console.log").open("ab") as console:
            self._machine = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=console
            )
        try:
            self.until(agent.exists, "a way to the agent")
            self._way = socket.socket(socket.AF_UNIX)
            self._way.connect(str(agent))
            self._lines = self._way.makefile("rb")
            self._calls = 0
            self.until(self._answers, "the agent answers")
            self.until(self.is_up, "it boots")
        except BaseException:
            self.pull_the_plug()
            raise
        self.booted_s = time.monotonic() - began_s

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """A shell command in it, as root and outside of any unit."""
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        started = self._ask(
            "guest-exec",
            {
                "path": "/bin/bash",
                "arg": ["-c", f"cd /; {command}"],
                "env": [path, "LC_ALL=C.UTF-8", "HOME=/root", "SYSTEMD_PAGER="],
                "capture-output": True,
            },
        )
        ended: dict[str, Any] = {}

        def is_over() -> bool:
            ended.update(self._ask("guest-exec-status", {"pid": started["pid"]}))
            return bool(ended["exited"])

        self.until(is_over, command)
        out, err = (
            base64.b64decode(ended.get(name, "")).decode("utf-8", "replace")
            for name in ("out-data", "err-data")
        )
        return subprocess.CompletedProcess(command, ended.get("exitcode", -1), out, err)

    def pull_the_plug(self) -> None:
        self._machine.kill()
        self._machine.wait()

    def _answers(self) -> bool:
        """Whether the agent is there; what it said before is passed over."""
        assert self._machine.poll() is None, "the machine has ended: see its console"
        self._calls += 1
        self._way.settimeout(AGENT_S)
        try:
            self._send("guest-sync", {"id": self._calls})
            while json.loads(self._lines.readline() or b"{}").get("return") != self._calls:
                pass
        except TimeoutError:
            self._lines = self._way.makefile("rb")
            return False
        self._way.settimeout(self.guard_s)
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
def made(folder: Path, package: Path) -> Iterator[Path]:
    """A disk with that Debian on it, a camera, and what the proofs need in /src."""
    with tempfile.TemporaryDirectory(dir=ROOTS, prefix=".run-") as work:
        upper, workdir, root = (Path(work) / name for name in ("upper", "work", "root"))
        for part in (upper, workdir, root):
            part.mkdir()
        layers = f"lowerdir={folder},upperdir={upper},workdir={workdir}"
        mount("-t", "overlay", "overlay", "-o", layers, root)
        try:
            source = root / "src" / "tests" / "deploy"
            source.mkdir(parents=True, exist_ok=True)
            for name in ("voice.py", "sandbox_probe.py"):
                shutil.copy(REPOSITORY / "tests" / "deploy" / name, source)
            shutil.copy(package, root / "src" / "emoflix.deb")
            for name, text in {
                "hostname": "box\n",
                "hosts": "127.0.0.1 localhost box\n",
                "modules-load.d/camera.conf": "vivid\n",
                "modprobe.d/camera.conf": "options vivid n_devs=1 node_types=0x1\n",
                "systemd/network/home.network": "[Match]\nName=en*\n[Network]\nDHCP=yes\n",
            }.items():
                (root / "etc" / name).write_text(text, encoding="utf-8")
            started = root / "etc/systemd/system/multi-user.target.wants"
            started.mkdir(exist_ok=True)
            network = "systemd-networkd.service"
            (started / network).symlink_to(f"/usr/lib/systemd/system/{network}")
            disk = Path(work) / "disk"
            command = ["mkfs.ext4", "-q", "-d", str(root), str(disk), IMAGE_SIZE]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        finally:
            subprocess.run(["umount", "--lazy", root], check=False)
        yield disk


@contextmanager
def booted(disk: Path, folder: Path) -> Iterator[Machine]:
    machine = Machine(disk, folder)
    try:
        yield machine
    finally:
        machine.pull_the_plug()


def boots(box: Machine) -> str:
    kernel = box.said("uname -r")
    first = box.said("readlink -f /proc/1/exe")
    return f"Linux {kernel} with {first} as its first process, up after {box.booted_s:.0f} s"


def is_installed(box: Installed) -> str:
    began_s = time.monotonic()
    box.done("dpkg -i /src/emoflix.deb")
    took_s = time.monotonic() - began_s
    # A small picture: here the camera, too, is made by the processor.
    settings = {"source": "/dev/video0", "width_px": 320, "height_px": 180, "frames_per_s": 2.0}
    edit = " ".join(f"-e 's,^  {key}: [^ ]*,  {key}: {value},'" for key, value in settings.items())
    box.done(f"sed -i {edit} {CONFIG} && systemctl restart emoflix")
    return f"dpkg -i: {box.said('emoflix --version')} in {took_s:.0f} s"


def told(box: Installed) -> dict[str, Any]:
    """What the service says of itself, once a minute."""
    status: dict[str, Any] = json.loads(box.said("cat /run/emoflix/status.json") or "{}")
    return status


def sees(box: Installed) -> str:
    box.ask("consent", {"consent": "give"})
    box.until(lambda: told(box).get("camera") == "on", "the camera is on")
    box.until(lambda: told(box)["health"]["frames_in"] > 0, "frames come")
    name = box.said("cat /sys/class/video4linux/video0/name")
    return f"the kernel's camera {name}: on, {told(box)['health']['frames_in']} frames came"


def cable_is_pulled(box: Installed) -> str:
    box.ask("consent", {"consent": "give"})
    box.until(lambda: told(box).get("camera") == "on", "the camera is on")
    process = box.shown("MainPID")
    box.done(f"echo vivid.0 > {DRIVER}/unbind")
    box.until(lambda: told(box).get("camera") == "lost", "the camera is missed")
    fault = told(box)["camera_fault"]
    box.done(f"echo vivid.0 > {DRIVER}/bind")
    box.until(lambda: told(box).get("camera") == "on", "the camera is back")
    assert box.shown("MainPID") == process
    return f"the camera is pulled: {fault!r}; put in again: on, in the same process"


def plug_is_pulled(box: Machine) -> int:
    """How many answers to films were acknowledged, out here, when the power went."""
    box.ask("consent", {"consent": "withdraw"})
    film = box.ask("search", {"title": "a"})["films"][0]["id"]
    base = "emoflix/box/client/homeassistant"
    acknowledged = 0

    def rate(client: Client) -> None:
        request = {"film": film, "kind": "rating", "rating": 1 + acknowledged % 5}
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
        box.until(lambda: acknowledged > ANSWERS, "answers")
        box.pull_the_plug()
    finally:
        client.loop_stop()
    return acknowledged


def loses_nothing(box: Machine, acknowledged: int) -> str:
    is_active(box)
    kept = kept_answers(box)
    assert kept >= acknowledged, f"{acknowledged} acknowledged, {kept} kept"
    box.done("systemctl start emoflix")
    return (
        f"the plug is pulled during feedback: {acknowledged} acknowledged, {kept} kept; up again"
        f" after {box.booted_s:.0f} s"
    )


def is_removed(box: Installed) -> str:
    box.done("dpkg --remove emoflix")
    box.done(f"test -e {CONFIG} && test -e /var/lib/emoflix/household.db && test ! -e /opt/emoflix")
    box.done("dpkg --purge emoflix")
    left = box.said(
        "find / -xdev -path /src -prune -o -iname '*emoflix*' ! -path '/tmp/*'"
        " ! -path '/var/log/*' -print; getent passwd emoflix emoflix-web emoflix-update"
    )
    assert left == "", left
    return "removed, settings and store stay; purged, no file and no user"


FIRST: Final = (
    is_installed,
    is_active,
    speaks,
    sees,
    is_shut_in,
    is_swept,
    is_killed,
    broker_restarts,
)


def prove(folder: Path, package: Path) -> int:
    """How many proofs failed."""
    with made(folder, package) as disk:
        with booted(disk, folder) as box:
            wrong = int(not attempt(partial(boots, box)))
            wrong += sum(not attempt(partial(proof, box)) for proof in FIRST)
            acknowledged = plug_is_pulled(box)
        with booted(disk, folder) as box:
            wrong += not attempt(partial(loses_nothing, box, acknowledged))
            wrong += not attempt(partial(cable_is_pulled, box))
            wrong += not attempt(partial(is_removed, box))
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    missing = [tool for tool in ("debootstrap", "qemu-system-x86_64") if shutil.which(tool) is None]
    if os.geteuid() != 0 or missing:
        parser.error(f"it needs root, and what is missing: {', '.join(missing) or 'nothing'}")
    packages = sorted((REPOSITORY / "dist").glob("emoflix_*+deb13_amd64.deb"))
    if not packages:
        parser.error(f"no package in dist: `make deb SUITE={SUITE} ARCH=amd64` first")
    debian(SUITE, "amd64")
    return prove(bootable(), packages[-1])


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
