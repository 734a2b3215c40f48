"""Proves on a booted system, one line a proof, that the installed service lives and is shut in.

    make test-boot

A Debian of its own, with systemd as its first process, in a container of systemd-nspawn: the units
run as on a box, in their whole sandbox; the camera is the bundled clip. Needs root, debootstrap and
systemd-container.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

from tests.deploy.installed import (
    UNITS,
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
from tests.deploy.prove_roots import CONFIG, VOICE, installs
from tests.deploy.roots import Root, mounted

NAME: Final = "box"


class Container(Installed):
    """A booted container."""

    def __init__(self, root: Root) -> None:
        """Boot it; it is up when this returns."""
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--network-veth"]
        # systemd filters a unit's addresses with BPF programs, which a container may not load.
        command += ["--system-call-filter=bpf", "--capability=CAP_BPF"]
        command += [f"--machine={NAME}", "--console=pipe", f"--directory={root.folder}"]
        command += [f"--bind-ro={root.folder}/src:/src", "/lib/systemd/systemd"]
        self._container = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # Units may then be limited and their sockets filtered, also where the host is older.
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
        )
        self.until(self._first_process, "a first process")
        self.leader = self._first_process()
        self.until(self.is_up, "it boots")
        way_out = "ip address add 10.99.0.2/24 dev host0; ip link set host0 up"
        way_out += "; ip route add default via 10.99.0.1"
        inside = ["nsenter", "--target", self.leader, "--net", "sh", "-ec", way_out]
        subprocess.run(inside, check=True)
        subprocess.run(["ip", "link", "set", f"ve-{NAME}", "up"], check=True)

    def _first_process(self) -> str:
        """By its number out here; "" until it is there: others come before it, and go."""
        task = Path(f"/proc/{self._container.pid}/task/{self._container.pid}")
        for child in (task / "children").read_text(encoding="ascii").split():
            with suppress(FileNotFoundError):
                if Path(f"/proc/{child}/comm").read_text(encoding="ascii").strip() == "systemd":
                    return child
        return ""

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """A shell command in it, as root and outside of any unit."""
        inside = ["nsenter", "--target", self.leader, "--mount", "--uts", "--ipc", "--net", "--pid"]
        inside += ["--cgroup", "--root", "--wd=/", "bash", "-c", f"cd /; {command}"]
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return subprocess.run(
            inside,
            capture_output=True,
            text=True,
            check=False,
            timeout=self.guard_s,
            cwd="/",
            env={"PATH": path, "LC_ALL": "C.UTF-8", "SYSTEMD_PAGER": ""},
        )

    def pull_the_plug(self) -> None:
        """Kill all that runs in it at once, without a word."""
        os.kill(int(self.leader), signal.SIGKILL)
        self._container.wait(self.guard_s)

    def shut_down(self) -> None:
        self._container.terminate()
        try:
            self._container.wait(60)
        except subprocess.TimeoutExpired:
            self.pull_the_plug()


@contextmanager
def booted(root: Root) -> Iterator[Container]:
    # A container mounts its own.
    for name in ("dev", "sys", "proc"):
        subprocess.run(["umount", "--recursive", "--quiet", root.folder / name], check=False)
    box = Container(root)
    try:
        yield box
    finally:
        box.shut_down()


def is_found_by_name(box: Installed) -> str:
    asked = "avahi-resolve --name -4 emoflix.local"
    box.until(lambda: "10.99.0.2" in box.said(asked), "emoflix.local is known")
    named = "openssl x509 -in /etc/mosquitto/certs/emoflix.crt -noout -ext subjectAltName"
    assert "emoflix.local" in box.said(named)
    box.done(
        "ip address flush dev host0; ip address add 10.99.0.3/24 dev host0;"
        " ip route add default via 10.99.0.1"
    )
    box.until(lambda: "10.99.0.3" in box.said(asked), "the name follows the address")
    return f"{box.said(asked)}: also after the router gave it another address"


def status_is_told(box: Installed) -> str:
    box.until(lambda: box.run("emoflix status").returncode == 0, "emoflix status is content")
    lines = box.done("emoflix status").splitlines()
    return f"emoflix status: all is well, {len(lines)} lines"


def stands_still(box: Installed) -> str:
    before = box.shown("MainPID")
    box.done(f"kill -STOP {before}")
    took_s = box.until(lambda: box.replaced(before), "the watchdog")
    return f"a loop that stands still: killed by the watchdog and active again after {took_s:.0f} s"


def a_person_must_mend(box: Installed) -> str:
    box.done(f"cp {CONFIG} /root/kept && sed -i 's/^camera:/camra:/' {CONFIG}")
    box.run("systemctl restart emoflix")
    box.until(lambda: box.shown("ActiveState") == "failed", "it fails")
    said = box.said("journalctl -u emoflix -o cat -n 20 | grep 'did you mean'")
    assert "camra" in said, said
    assert box.shown("NRestarts") == "0"
    box.done(f"cp /root/kept {CONFIG}; systemctl reset-failed emoflix; systemctl restart emoflix")
    return "a wrong key in the settings: told by name, exit code 2, not tried again"


def takes_updates(box: Installed) -> str:
    """As the timer does: the owner's bundle is installed, a stranger's is not."""
    pack = "emoflix-catalog bundle /srv/films.bundle --catalogue /tmp/films.emoflix --key"
    box.done(
        "emoflix-catalog keygen /root/owner; emoflix-catalog keygen /root/stranger;"
        " cp /root/owner.pub /etc/emoflix/updates.pub;"
        " emoflix-catalog build --catalogue /tmp/films.emoflix;"
        f" {pack} /root/stranger.key;"
        " sed -i -e 's,^  catalogue: null,  catalogue: /var/lib/emoflix-update/films.emoflix,'"
        " -e 's,^  key_file: null   .*public.*,  key_file: /etc/emoflix/updates.pub,'"
        f" -e 's,^  sources: .*,  sources: [/srv/films.bundle],' {CONFIG}"
    )
    before = box.shown("MainPID")
    refused = box.run("systemctl start emoflix-update")
    said = box.said("journalctl -u emoflix-update -o cat -n 20 | grep 'signed by the key'")
    assert refused.returncode != 0
    assert said, box.said("journalctl -u emoflix-update -o cat -n 20")
    assert box.shown("MainPID") == before
    box.done(f"{pack} /root/owner.key; systemctl start emoflix-update")
    box.until(lambda: box.replaced(before), "a new start")
    owner = box.done("stat -c '%U:%G' /var/lib/emoflix-update/films.emoflix")
    assert owner == "emoflix-update:emoflix", owner
    after = box.shown("MainPID")
    box.done("systemctl start emoflix-update")
    assert box.shown("MainPID") == after
    told = box.said("journalctl -u emoflix-update -o cat | grep films,").removeprefix("/srv/")
    return f"a stranger's bundle is refused; {told}; the service runs with it, nothing new is quiet"


def uninstalls(root: Root) -> str:
    with booted(root) as box:
        is_active(box)
        box.done("/opt/emoflix/share/deploy/install.sh --uninstall --yes")
        box.done(
            f"test ! -e /opt/emoflix && test -e {CONFIG} && test -e /var/lib/emoflix/household.db"
        )
        assert box.shown("LoadState") == "not-found"
        box.done("/src/deploy/install.sh --uninstall --erase --yes")
        left = box.said(
            "find / -xdev -path /src -prune -o -iname '*emoflix*' ! -path '/tmp/*' -print;"
            " getent passwd emoflix emoflix-web emoflix-update"
        )
    assert left == "", left
    return "--uninstall keeps settings and store; --uninstall --erase leaves no file and no user"


def written_bytes(box: Installed) -> int:
    """By the service, the page's process and the broker, as the kernel counts them."""
    total = 0
    for unit in UNITS:
        lines = box.done(f"cat /proc/{box.shown('MainPID', unit)}/io").splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))
    return total


def writes_little(box: Installed, idle_s: float) -> str:
    before = written_bytes(box)
    time.sleep(idle_s)
    wrote = written_bytes(box) - before
    return f"idle for {idle_s:.0f} s: {wrote} bytes written by {', '.join(UNITS)} together"


def loses_nothing(root: Root) -> str:
    """All runs are killed at once while somebody answers; what was acknowledged is there."""
    with booted(root) as box:
        is_active(box)
        box.ask("consent", {"consent": "withdraw"})
        film = box.ask("search", {"title": "a"})["films"][0]["id"]
        requests = " ".join(
            f"'{json.dumps({'film': film, 'kind': 'rating', 'rating': 1 + n % 5})}'"
            for n in range(200)
        )
        box.done(f"({VOICE} ask feedback {requests} > /var/answers) >/dev/null 2>&1 &")
        box.until(lambda: len(box.said("cat /var/answers").splitlines()) > 20, "answers")
        box.pull_the_plug()
    told = (root.folder / "var" / "answers").read_text(encoding="utf-8").splitlines()
    answered = sum('"ok"' in line and line.endswith("}") for line in told)
    with booted(root) as box:
        is_active(box)
        kept = kept_answers(box)
    assert kept >= answered, f"{answered} acknowledged, {kept} kept"
    return f"the plug is pulled during feedback: {answered} acknowledged, {kept} kept"


PROOFS: Final = (
    is_active,
    speaks,
    is_found_by_name,
    is_shut_in,
    is_swept,
    status_is_told,
    is_killed,
    broker_restarts,
    stands_still,
    a_person_must_mend,
    takes_updates,
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", default="bookworm")
    parser.add_argument("--idle-s", type=float, default=120.0, help="how long it is left alone")
    options = parser.parse_args()
    missing = [tool for tool in ("debootstrap", "systemd-nspawn") if shutil.which(tool) is None]
    if os.geteuid() != 0 or missing:
        parser.error(f"it needs root, and what is missing: {', '.join(missing) or 'nothing'}")
    with mounted(options.suite, "amd64") as root:
        (root.folder / "etc" / "hostname").write_text(f"{NAME}\n", encoding="utf-8")
        if not attempt(partial(installs, root)):
            return 1
        with booted(root) as box:
            wrong = sum(not attempt(partial(proof, box)) for proof in PROOFS)
            wrong += not attempt(partial(writes_little, box, options.idle_s))
        for last in (loses_nothing, uninstalls):
            wrong += not attempt(partial(last, root))
        return wrong


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
