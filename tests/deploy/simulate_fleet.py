"""A thousand boxes at one real mosquitto on the loopback: storm, steady state, restart; measured.

    python -m tests.deploy.simulate_fleet [--devices 1000] [--seconds 60]

Each box is one MQTT 3.1.1 connection with a password, made of the few packets that it needs, so
that what is measured is the broker. It comes back after the very pauses of the device
(`emoflix_device.mqtt.backoff.pause_s`), tells its health once a minute, and its mood every ten
seconds.
"""

import argparse
import asyncio
import contextlib
import random
import statistics
import struct
import tempfile
import time
from pathlib import Path
from typing import Final

import click

from emoflix_device.mqtt.backoff import pause_s
from tests.conftest import REPOSITORY
from tests.mosquitto import HOST, Mosquitto

HEALTH_S: Final = 60.0
MOOD_S: Final = 10.0
SPREAD_S: Final = 10.0
"""Over which the boxes are switched on."""
PASSWORD: Final = "of the fleet"  # noqa: S105
HEALTH: Final = b'{"frames_in":1,"frames_processed":1,"frames_dropped":0}' + b" " * 240
MOOD: Final = b'{"mood":"happy","confidence":0.8}' + b" " * 300


def text(value: str) -> bytes:
    return struct.pack("!H", len(value.encode())) + value.encode()


def packet(kind: int, body: bytes) -> bytes:
    """MQTT 3.1.1, section 2.2: type and flags, remaining length, body."""
    length, rest = b"", len(body)
    while True:
        rest, digit = divmod(rest, 128)
        length += bytes([digit | (128 if rest else 0)])
        if not rest:
            return bytes([kind]) + length + body


class Device:
    """One box."""

    def __init__(self, number: int, port: int) -> None:
        self._base = f"emoflix/box-{number}"
        self._client = f"emoflix-box-{number}"
        self._port = port
        self.online, self.away = asyncio.Event(), asyncio.Event()
        self.tries = 0
        self.sent = 0

    async def live(self, first_s: float) -> None:
        """Come, speak, and come back, until cancelled."""
        await asyncio.sleep(first_s)
        failures = 0
        while True:
            self.tries += 1
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._connected()
            failures = 1 if self.online.is_set() else failures + 1
            self.online.clear()
            self.away.set()
            await asyncio.sleep(pause_s(failures))

    async def _connected(self) -> None:
        reader, writer = await asyncio.open_connection(HOST, self._port)
        try:
            will = text(f"{self._base}/availability") + text("offline")
            flags = bytes([0b1110_0110])  # user, password, will kept with QoS 0, clean session
            hello = text("MQTT") + b"\x04" + flags + struct.pack("!H", 60) + text(self._client)
            writer.write(packet(0x10, hello + will + text("device") + text(PASSWORD)))
            answer = await reader.readexactly(4)
            if answer[3] != 0:
                raise ConnectionRefusedError
            commands = text(f"{self._base}/client/+/command/+")
            writer.write(packet(0x82, b"\x00\x01" + commands + b"\x01"))
            await reader.readexactly(5)
            self._say(writer, "availability", b"online", retain=True)
            self.online.set()
            self.away.clear()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hear(reader))
                group.create_task(self._repeat(writer, "health", HEALTH, HEALTH_S))
                group.create_task(self._repeat(writer, "mood", MOOD, MOOD_S))
        except* (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        while True:
            await reader.readexactly(1)

    async def _repeat(
        self, writer: asyncio.StreamWriter, name: str, payload: bytes, every_s: float
    ) -> None:
        await asyncio.sleep(random.uniform(0, every_s))  # noqa: S311
        while True:
            self._say(writer, name, payload, retain=True)
            await writer.drain()
            await asyncio.sleep(every_s)

    def _say(
        self, writer: asyncio.StreamWriter, name: str, payload: bytes, *, retain: bool
    ) -> None:
        writer.write(packet(0x30 | retain, text(f"{self._base}/{name}") + payload))
        self.sent += 1


def used(pid: int) -> tuple[float, float]:
    """Processor seconds so far, and resident megabytes."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    resident = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return (int(fields[11]) + int(fields[12])) / 100, int(resident) * 4096 / 1e6


async def all_online(devices: list[Device]) -> list[float]:
    """When each was online, in seconds from now."""
    began_s = time.monotonic()

    async def wait(device: Device) -> float:
        await device.online.wait()
        return time.monotonic() - began_s

    return sorted(await asyncio.gather(*(wait(device) for device in devices)))


def told(what: str, times_s: list[float]) -> None:
    p50, p99 = statistics.median(times_s), times_s[int(len(times_s) * 0.99) - 1]
    click.echo(
        f"{what}: half after {p50:.1f} s, 99 % after {p99:.1f} s, all after {times_s[-1]:.1f} s"
    )


async def simulate(broker: Mosquitto, count: int, seconds: float) -> None:
    devices = [Device(number, broker.port) for number in range(count)]
    lives = [
        asyncio.create_task(device.live(random.uniform(0, SPREAD_S)))  # noqa: S311
        for device in devices
    ]
    told(f"storm: {count} boxes switched on within {SPREAD_S:.0f} s", await all_online(devices))

    cpu_s, _ = used(broker.pid)
    sent, began_s = sum(device.sent for device in devices), time.monotonic()
    await asyncio.sleep(seconds)
    took_s = time.monotonic() - began_s
    cpu_s, memory_mb = used(broker.pid)[0] - cpu_s, used(broker.pid)[1]
    sent = sum(device.sent for device in devices) - sent
    click.echo(
        f"steady: {sent / took_s:.0f} messages/s, broker at {100 * cpu_s / took_s:.1f} % of a core,"
        f" {memory_mb:.1f} MB, {sum(not d.online.is_set() for d in devices)} boxes away"
    )

    tries = sum(device.tries for device in devices)
    broker.stop()
    await asyncio.gather(*(device.away.wait() for device in devices))
    await asyncio.to_thread(broker.start)
    told("restart: back after the broker listens", await all_online(devices))
    click.echo(f"restart: {(sum(d.tries for d in devices) - tries) / count:.1f} tries a box")
    for life in lives:
        life.cancel()
    await asyncio.gather(*lives, return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    rules = (REPOSITORY / "deploy" / "mosquitto" / "emoflix.acl").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        broker = Mosquitto(Path(folder), users={"device": PASSWORD}, acl=rules)
        with broker:
            asyncio.run(simulate(broker, options.devices, options.seconds))


if __name__ == "__main__":
    main()
