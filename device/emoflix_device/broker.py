"""A broker for a demo: mosquitto where it is installed, else one in Python (`emoflix[demo]`).

It listens on the loopback only, lets everyone in, and forgets all. It runs in a child process that
ends when its standard input does: with its parent, however that ends.
"""

import asyncio
import importlib.util
import logging
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal, NamedTuple

import click

from emoflix_device.errors import BrokerError

HOST: Final = "127.0.0.1"
START_S: Final = 20.0
STOP_S: Final = 5.0

Kind = Literal["mosquitto", "amqtt"]


class Broker(NamedTuple):
    """A running broker."""

    host: str
    port: int
    kind: Kind


@contextmanager
def open_broker(kind: Kind | None = None) -> Iterator[Broker]:
    """Run a broker on a free port of the loopback for as long as the context lasts.

    Args:
        kind: which; by default the better one of those that are installed.

    Raises:
        BrokerError: none is installed, or it does not start.
    """
    kind = kind or _installed()
    port = _free_port()
    command = [sys.executable, "-m", "emoflix_device.broker", "--kind", kind, "--port", str(port)]
    # In a session of its own, so that Ctrl-C lets the devices say good-bye first.
    child = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603
    try:
        _wait_until_it_accepts(child, kind, port)
        yield Broker(HOST, port, kind)
    finally:
        if child.stdin is not None:
            child.stdin.close()
        try:
            child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def find_mosquitto() -> str | None:
    """The program; Debian puts it where only root's PATH looks."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"
    return shutil.which("mosquitto", path=path)


def _installed() -> Kind:
    if find_mosquitto() is not None:
        return "mosquitto"
    if importlib.util.find_spec("amqtt") is not None:
        return "amqtt"
    raise BrokerError(
        "no MQTT broker is here: install the package `mosquitto`, or `pip install 'emoflix[demo]'`"
    )


def _free_port() -> int:
    """Below those that a system hands to whoever connects: one of them could be gone again."""
    while True:
        port = random.randrange(10_000, 32_768)  # noqa: S311 (no secret hangs on it)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port


def _wait_until_it_accepts(child: subprocess.Popen[bytes], kind: Kind, port: int) -> None:
    deadline_s = time.monotonic() + START_S
    while child.poll() is None and time.monotonic() < deadline_s:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.05)  # a listener that comes up tells nobody
        else:
            return
    raise BrokerError(f"{kind} does not start on {HOST}:{port}")


@click.command()
@click.option("--kind", type=click.Choice(["mosquitto", "amqtt"]), required=True)
@click.option("--port", type=int, required=True)
def main(kind: Kind, port: int) -> None:
    """Run one broker until the standard input ends."""
    run = {"mosquitto": _run_mosquitto, "amqtt": _run_amqtt}[kind]
    run(port)


def _run_mosquitto(port: int) -> None:
    program = find_mosquitto()
    if program is None:
        raise click.ClickException("mosquitto is not installed")
    lines = [f"listener {port} {HOST}", "allow_anonymous true", "persistence false"]
    lines += ["log_dest stderr", "log_type error", "set_tcp_nodelay true"]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "mosquitto.conf"
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = [program, "-c", str(config)]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL) as broker:  # noqa: S603
            _wait_for_the_end()
            broker.terminate()


def _run_amqtt(port: int) -> None:
    from amqtt.broker import Broker as EmbeddedBroker

    # It tells every client that knows more than MQTT 3.1.1, or hangs up, as an error of its own.
    logging.disable(logging.CRITICAL)
    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"{HOST}:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }

    async def run() -> None:
        broker = EmbeddedBroker(config)
        await broker.start()
        await asyncio.to_thread(_wait_for_the_end)
        await broker.shutdown()

    asyncio.run(run())


def _wait_for_the_end() -> None:
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
