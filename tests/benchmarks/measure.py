"""How a benchmark counts: times of many calls, processor seconds and memory of a process."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

ROUNDS: Final = 300
WARM_UP: Final = 20


def timed(
    action: Callable[[int], object],
    rounds: int = ROUNDS,
    clock_ns: Callable[[], int] = time.perf_counter_ns,
) -> NDArray[Any]:
    """Milliseconds of each of `rounds` calls, after a warm-up; each is given its number."""
    for number in range(WARM_UP):
        action(number)
    times = []
    for number in range(rounds):
        started = clock_ns()
        action(number)
        times.append((clock_ns() - started) / 1e6)
    return np.array(times)


def cpu_s(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Megabytes (10**6 bytes) that a process holds now."""
    held = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert held is not None
    return int(held[1]) * 1024 / 1e6
