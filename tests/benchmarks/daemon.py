"""The daemon on the bundled clip, looking five times a second: start-up, memory, processor time."""

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.table import Table

from emoflix_device.household import HouseholdStore
from tests.benchmarks.measure import cpu_s, resident_mb
from tests.benchmarks.shared import YUNET
from tests.end_to_end.emoflix import BASE, START_S, Emoflix
from tests.mosquitto import Ear, Mosquitto

STEADY_S: Final = 20.0
LOOKS_PER_S: Final = 5


class Cost(NamedTuple):
    """Seconds from start to the first mood of a face, megabytes held, percent of one core."""

    first_mood_s: float
    held_mb: float
    core_percent: float


def tables() -> Iterator[Table]:
    """One table, after a minute."""
    costs = {"Haar": measured({})}
    if YUNET.exists():
        costs["YuNet"] = measured({"yunet_model": str(YUNET)})
    table = Table(f"daemon on the bundled clip, {LOOKS_PER_S} looks a second", *costs)
    rows = zip(
        ("start to first mood", "resident memory", "of one core"),
        ("{:.2f} s", "{:.0f} MB", "{:.1f} %"),
        zip(*costs.values(), strict=True),
        strict=True,
    )
    for name, form, values in rows:
        table.add_row(name, *map(form.format, values))
    yield table


def measured(vision: dict[str, Any]) -> Cost:
    """Of one run, from its start."""
    with tempfile.TemporaryDirectory() as name, Mosquitto(Path(name)) as broker:
        folder = Path(name)
        with HouseholdStore(folder / "household.db") as household:
            household.give_consent(dt.datetime.now(dt.UTC))
        device = Emoflix(
            folder,
            broker.port,
            household={"plain": True},
            camera={"frames_per_s": LOOKS_PER_S},
            vision=vision,
        )
        device.state_dir.mkdir()
        (folder / "household.db").rename(device.state_dir / "household.db")
        with Ear(broker.port, "emoflix/#") as ear:
            started_s = time.perf_counter()
            with device:
                ear.wait(
                    lambda m: m.topic == f"{BASE}/mood" and b'"nobody"' not in m.payload,
                    "the mood of a face",
                    guard_s=START_S,
                )
                first_mood_s = time.perf_counter() - started_s
                spent_s = cpu_s(device.pid)
                time.sleep(STEADY_S)
                spent_s = cpu_s(device.pid) - spent_s
                held_mb = resident_mb(device.pid)
                return Cost(first_mood_s, held_mb, spent_s / STEADY_S * 100)
