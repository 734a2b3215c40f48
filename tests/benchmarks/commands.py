"""How long a command takes from a client to the device and back, and how many are borne at once.

The device is `emoflix run` on the starter catalogue, with its camera off; the broker is mosquitto.
"""

import itertools
import json
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from rich.table import Table

from tests.benchmarks.measure import WARM_UP, resident_mb
from tests.end_to_end.emoflix import BASE, Emoflix
from tests.mosquitto import GUARD_S, HOST, Ear, Mosquitto

ROUNDS: Final = 300
LONGEST_S: Final = 120.0
"""Whoever is not answered by then never is."""
USERS: Final = 8
"""One alone is refused after 50 commands a second."""
PER_S: Final = 200
SUSTAINED_S: Final = 10
MIX: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    ("recommend", {}),
    ("search", {"title": "drish"}),
    ("preferences", {}),
    ("feedback", {"film": "drishyam-2013", "kind": "like"}),
    ("history", {"count": 20}),
)
"""What the household asks when 200 commands come in a second, one after the other."""


class Asker:
    """Sends commands in the name of several users, and knows when each was answered."""

    def __init__(self, port: int) -> None:
        self.sent_s: list[float] = []
        self.answered_s: dict[int, float] = {}
        self.refused: list[str] = []
        self._news = threading.Condition()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.max_inflight_messages_set(1000)
        self._client.on_socket_open = lambda _client, _data, opened: opened.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )
        subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = self._hear
        self._client.connect(HOST, port)
        self._client.loop_start()
        self._client.subscribe(f"{BASE}/client/+/reply/#", 1)
        assert subscribed.wait(GUARD_S)

    def send(self, name: str, request: Mapping[str, Any]) -> int:
        """Ask, without waiting; the request's number."""
        number = len(self.sent_s)
        payload = json.dumps({**request, "request": str(number)}).encode()
        self.sent_s.append(time.perf_counter())
        topic = f"{BASE}/client/user-{number % USERS}/command/{name}"
        self._client.publish(topic, payload, 1)
        return number

    def wait(self, count: int) -> None:
        """Until so many are answered."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.answered_s) >= count, LONGEST_S)

    def times_ms(self) -> list[float]:
        """From sending to the answer, in the order of sending."""
        return [(self.answered_s[n] - sent_s) * 1000 for n, sent_s in enumerate(self.sent_s)]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        now_s = time.perf_counter()
        reply = json.loads(message.payload)
        with self._news:
            if "error" in reply:
                self.refused.append(reply["error"]["message"])
            self.answered_s[int(reply["request"])] = now_s
            self._news.notify_all()


def tables() -> Iterator[Table]:
    """One by one, then many."""
    with (
        tempfile.TemporaryDirectory() as name,
        Mosquitto(Path(name), options="set_tcp_nodelay true\nmax_queued_messages 0") as broker,
        Ear(broker.port, "emoflix/#") as ear,
        Emoflix(Path(name), broker.port) as device,
    ):
        ear.wait_for(f"{BASE}/availability", b"online", guard_s=60)
        yield one_by_one(broker.port)
        yield many(broker.port, device.pid)


def one_by_one(port: int) -> Table:
    """Each is asked when the one before is answered."""
    table = Table("command", "p50 ms", "p99 ms", title=f"From command to answer, {ROUNDS} of each")
    for name, request in MIX:
        asker = Asker(port)
        for count in range(1, WARM_UP + ROUNDS + 1):
            asker.send(name, request)
            asker.wait(count)
            if count % (USERS * 25) == 0:
                time.sleep(1.0)  # no user is to be refused for haste
        assert not asker.refused, asker.refused[0]  # a refusal is quick and would flatter
        p50, p99 = np.percentile(asker.times_ms()[WARM_UP:], [50, 99])
        table.add_row(name, f"{p50:.1f}", f"{p99:.1f}")
        asker.close()
    return table


def many(port: int, device: int) -> Table:
    """At a steady rate, whether they are answered or not."""
    asker = Asker(port)
    before_mb = resident_mb(device)
    waiting: list[int] = []
    began_s = time.perf_counter()
    asked = itertools.cycle(MIX)
    for number in range(PER_S * SUSTAINED_S):
        time.sleep(max(0.0, began_s + number / PER_S - time.perf_counter()))
        asker.send(*next(asked))
        waiting.append(len(asker.sent_s) - len(asker.answered_s))
    sending_s = time.perf_counter() - began_s
    asker.wait(len(asker.sent_s))
    times_ms = asker.times_ms()
    half = len(waiting) // 2
    table = Table(
        f"{len(times_ms)} commands, {len(times_ms) / sending_s:.0f} a second, of {USERS} users",
        "first half",
        "second half",
    )
    for name, values, quantile in (
        ("answer, p50 ms", times_ms, 50),
        ("answer, p99 ms", times_ms, 99),
        ("commands waiting, most", waiting, 100),
    ):
        halves = (np.percentile(part, quantile) for part in (values[:half], values[half:]))
        table.add_row(name, *(f"{value:.1f}" for value in halves))
    table.add_row("refused, in all", "", str(len(asker.refused)))
    table.add_row("the device's memory, MB", f"{before_mb:.0f}", f"{resident_mb(device):.0f}")
    asker.close()
    return table
