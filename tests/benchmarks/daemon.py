"""The daemon on the bundled clip: start-up, memory and processor time."""

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.table import Table

from emoflix_device.household import HouseholdStore
from tests.benchmarks.measure import cpu_s, resident_mb
from tests.end_to_end.emoflix import BASE, Emoflix
from tests.mosquitto import Ear, Mosquitto

STEADY_S: Final = 10.0


def tables() -> Iterator[Table]:
    """One table, after some fifteen seconds."""
    first_mood_s, held_mb, core_percent = measured()
    table = Table("daemon on the bundled clip, Haar", "")
    table.add_row("start to first mood", f"{first_mood_s:.2f} s")
    table.add_row("resident memory", f"{held_mb:.0f} MB")
    table.add_row("of one core, at the clip's frame rate", f"{core_percent:.0f} %")
    yield table


def measured() -> tuple[float, float, float]:
    """Seconds from start to the first mood of a face, megabytes held, percent of one core."""
    with tempfile.TemporaryDirectory() as name, Mosquitto(Path(name)) as broker:
        folder = Path(name)
        with HouseholdStore(folder / "household.db") as household:
            household.give_consent(dt.datetime.now(dt.UTC))
        device = Emoflix(folder, broker.port, household={"plain": True})
        device.state_dir.mkdir()
        (folder / "household.db").rename(device.state_dir / "household.db")
        with Ear(broker.port, "emoflix/#") as ear:
            started_s = time.perf_counter()
            with device:
                ear.wait(lambda m: m.topic == f"{BASE}/mood" and b'"nobody"' not in m.payload)
                first_mood_s = time.perf_counter() - started_s
                spent_s = cpu_s(device.pid)
                time.sleep(STEADY_S)
                spent_s = cpu_s(device.pid) - spent_s
                return first_mood_s, resident_mb(device.pid), spent_s / STEADY_S * 100
