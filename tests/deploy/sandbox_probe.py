"""Tries, from inside the unit, what the unit is to forbid; prints what succeeded.

Run in the place of the service by prove_boot.py. What only lacks an answer counts as forbidden
here, so the network is tried with datagrams: they are sent where nobody forbids it.
"""

import ctypes
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final


def reach(address: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", (address, 9))


def call(number_of: str, *arguments: int) -> None:
    """A function of the C library that must succeed."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, number_of)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), number_of)


def read_credential() -> None:
    (Path(os.environ["CREDENTIALS_DIRECTORY"]) / "mqtt.password").read_bytes()


CLONE_NEWUSER: Final = 0x10000000

FORBIDDEN: Final[dict[str, Callable[[], object]]] = {
    "write to /etc": lambda: Path("/etc/probe").write_text("x", encoding="ascii"),
    "write to the program": lambda: Path("/opt/emoflix/probe").write_text("x", encoding="ascii"),
    "write to another's state": lambda: Path("/var/lib/probe").write_text("x", encoding="ascii"),
    "write to a home": lambda: Path("/root/probe").write_text("x", encoding="ascii"),
    "write a kernel setting": lambda: Path("/proc/sys/kernel/core_pattern").write_text("x"),
    "read the shadow file": lambda: Path("/etc/shadow").read_bytes(),
    "read the password's own file": lambda: Path("/etc/emoflix/mqtt.password").read_bytes(),
    "see other processes": lambda: Path("/proc/1/status").read_bytes(),
    "open the memory": lambda: os.close(os.open("/dev/mem", os.O_RDONLY)),
    "make a device": lambda: os.mknod("/tmp/null", 0o20666, os.makedev(1, 3)),  # noqa: S108
    "become root": lambda: os.setuid(0),
    "make a namespace": lambda: call("unshare", CLONE_NEWUSER),
    "reach the internet": lambda: reach("192.0.2.1"),
    "reach the home's network": lambda: reach("192.168.77.77"),
}
ALLOWED: Final[dict[str, Callable[[], object]]] = {
    "write its state": lambda: Path("/var/lib/emoflix/.probe").write_text("x", encoding="ascii"),
    "write its status": lambda: Path("/run/emoflix/.probe").write_text("x", encoding="ascii"),
    "read its credential": read_credential,
    "read its settings": lambda: Path("/etc/emoflix/emoflix.yaml").read_bytes(),
    "reach the broker": lambda: socket.create_connection(("127.0.0.1", 8883), 10).close(),
    "learn of the processor": lambda: Path("/proc/cpuinfo").read_bytes(),
}


def succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def main() -> int:
    wrong = [f"could {what}" for what, attempt in FORBIDDEN.items() if succeeds(attempt)]
    wrong += [f"could not {what}" for what, attempt in ALLOWED.items() if not succeeds(attempt)]
    for name in (Path("/var/lib/emoflix/.probe"), Path("/run/emoflix/.probe")):
        name.unlink(missing_ok=True)
    sys.stdout.write(f"PROBE {'; '.join(wrong) or 'holds'} ({len(FORBIDDEN)} attempts)\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
