"""A Debian of its own, of this architecture or an emulated one, to prove things in.

Roots are made once and kept in `build/roots`; what is done in one happens in an overlay over it,
which is thrown away.
"""

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import click

REPOSITORY: Final = Path(__file__).resolve().parents[2]
ROOTS: Final = REPOSITORY / "build" / "roots"
MIRROR: Final = "http://deb.debian.org/debian"
BINFMT: Final = Path("/proc/sys/fs/binfmt_misc")
SYSTEM: Final = ("systemd", "systemd-sysv", "udev", "procps", "iproute2")
"""What a Raspberry Pi OS has and the smallest Debian has not."""


class Board(NamedTuple):
    """What is emulated; its `core` is what /proc/cpuinfo says of one.

    LiteRT 2.3.0 crashes where it finds another architecture's there, which is what emulation
    leaves it.
    """

    bits: int
    qemu: str
    cpu: str
    core: str


PI_4: Final = """\
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm crc32 cpuid
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xd08
CPU revision\t: 3
"""
PI_2: Final = """\
model name\t: ARMv7 Processor rev 5 (v7l)
BogoMIPS\t: 38.40
Features\t: half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm
CPU implementer\t: 0x41
CPU architecture: 7
CPU variant\t: 0x0
CPU part\t: 0xc07
CPU revision\t: 5
"""
BOARDS: Final = {
    "arm64": Board(64, "aarch64", "cortex-a72", PI_4),
    "armhf": Board(32, "arm", "cortex-a7", PI_2),
}


class Root(NamedTuple):
    """A mounted root."""

    folder: Path
    board: Board | None
    """None where nothing is emulated."""

    def run(
        self, command: str, *, network: bool = True, guard_s: float = 3600
    ) -> subprocess.CompletedProcess[str]:
        """A shell command in it, as root; without a network it has a loopback of its own."""
        cut_off = [] if network else ["unshare", "--net"]
        if not network:
            command = f"ip link set lo up\n{command}"
        inside = ["chroot", str(self.folder), "bash", "-c", command]
        return subprocess.run(
            [*cut_off, *inside],
            capture_output=True,
            text=True,
            check=False,
            timeout=guard_s,
            stdin=subprocess.DEVNULL,
            env={
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": "/root",
                "LC_ALL": "C.UTF-8",
                "DEBIAN_FRONTEND": "noninteractive",
                # A network may want an authority of its own to be trusted.
                "PIP_CERT": "/authorities.crt",
                "SSL_CERT_FILE": "/authorities.crt",
                **({"QEMU_CPU": self.board.cpu} if self.board else {}),
            },
        )

    def done(self, command: str, *, network: bool = True) -> str:
        """The output of a command that must succeed."""
        ended = self.run(command, network=network)
        if ended.returncode != 0:
            raise AssertionError(f"`{command}` ended with {ended.returncode}: {tail(ended)}")
        return ended.stdout


def tail(ended: subprocess.CompletedProcess[str], lines: int = 6) -> str:
    said = f"{ended.stdout}\n{ended.stderr}".strip().splitlines()
    return " | ".join(said[-lines:])


def debian(suite: str, architecture: str) -> Path:
    """A root as debootstrap makes it, made once."""
    folder = ROOTS / f"{suite}-{architecture}"
    if not folder.exists():
        click.echo(f"      debootstrap {suite} {architecture} (once, some minutes)")
        part = folder.with_name(f".{folder.name}")
        shutil.rmtree(part, ignore_errors=True)
        ROOTS.mkdir(parents=True, exist_ok=True)
        include = f"--include={','.join(SYSTEM)}"
        command = ["debootstrap", "--variant=minbase", include, f"--arch={architecture}"]
        log = ROOTS / f"{folder.name}.log"
        with log.open("wb") as opened:
            subprocess.run(
                [*command, suite, str(part), MIRROR], check=True, stdout=opened, stderr=opened
            )
        part.rename(folder)
    return folder


@contextmanager
def mounted(suite: str, architecture: str) -> Iterator[Root]:
    """An overlay over the root, with the checkout in /src."""
    board = None if architecture == native() else BOARDS[architecture]
    below = debian(suite, architecture)
    with tempfile.TemporaryDirectory(dir=ROOTS, prefix=".run-") as work:
        if board and board.bits == 32:
            # Not ext4: what qemu tells of its folders is too wide for programs that were built as
            # Debian's mosquitto is, which then finds its folder of settings empty.
            mount("-t", "tmpfs", "tmpfs", work)
        parts = [Path(work) / name for name in ("upper", "work", "root")]
        for part in parts:
            part.mkdir()
        upper, workdir, root = parts
        layers = f"lowerdir={below},upperdir={upper},workdir={workdir}"
        mount("-t", "overlay", "overlay", "-o", layers, root)
        try:
            mount("-t", "proc", "proc", root / "proc")
            if board:
                cores = range(os.cpu_count() or 1)
                told = (f"processor\t: {number}\n{board.core}\n" for number in cores)
                (Path(work) / "cpuinfo").write_text("".join(told), encoding="ascii")
                mount("--bind", Path(work) / "cpuinfo", root / "proc" / "cpuinfo")
            mount("-t", "sysfs", "-o", "ro", "sysfs", root / "sys")
            mount("--rbind", "/dev", root / "dev")
            (root / "src").mkdir()
            mount("--bind", "-o", "ro", REPOSITORY, root / "src")
            shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
            shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / "authorities.crt")
            (root / "etc" / "hosts").write_text(
                f"127.0.0.1 localhost {platform.node()}\n", encoding="utf-8"
            )
            yield Root(root, board)
        finally:
            for point in (root, work):
                subprocess.run(["umount", "-q", "--recursive", "--lazy", point], check=False)


def native() -> str:
    asked = ["dpkg", "--print-architecture"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def let_the_kernel_run(board: Board) -> None:
    """Register qemu-user for programs of another architecture, as the package itself does."""
    if not BINFMT.joinpath("register").exists():
        mount("-t", "binfmt_misc", "binfmt_misc", BINFMT)
    rule = Path(f"/usr/lib/binfmt.d/qemu-{board.qemu}.conf")
    if rule.exists() and not BINFMT.joinpath(rule.stem).exists():
        BINFMT.joinpath("register").write_bytes(rule.read_bytes().strip())


def mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)
