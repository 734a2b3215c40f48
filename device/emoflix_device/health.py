"""How the process and the board are doing, from the kernel's own files; None where there are none."""

import resource
import sys
from collections import deque
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_THERMAL: Final = Path("/sys/class/thermal/thermal_zone0/temp")
_MEASURES: Final = 300


def resident_mb() -> float:
    """Memory that the process holds now, in megabytes (10**6 bytes)."""
    if _STATUS.exists():
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
    # Elsewhere only the most ever held is known; macOS counts it in bytes, others in kilobytes.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def temperature_c() -> float | None:
    """The board's temperature in degrees Celsius."""
    try:
        return int(_THERMAL.read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None


class Spread:
    """The last few hundred measures of one thing."""

    def __init__(self) -> None:
        self._measures: deque[float] = deque(maxlen=_MEASURES)

    def add(self, measure: float) -> None:
        """Take one more into account."""
        self._measures.append(measure)

    @property
    def median(self) -> float:
        """0.0 before the first measure."""
        ordered = sorted(self._measures)
        return ordered[len(ordered) // 2] if ordered else 0.0

    @property
    def worst(self) -> float:
        """0.0 before the first measure."""
        return max(self._measures, default=0.0)
