"""How the process and the board fare, by the kernel's own files; None where there are none."""

import resource
import sys
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_THERMAL: Final = Path("/sys/class/thermal/thermal_zone0/temp")
WEIGHT_OF_NEWEST: Final = 0.05


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


class RunningMean:
    """A mean that forgets: the newest measure counts for a twentieth."""

    def __init__(self) -> None:
        self.value: float | None = None

    def add(self, measure: float) -> None:
        """Take one more measure into account."""
        if self.value is None:
            self.value = measure
        else:
            self.value += WEIGHT_OF_NEWEST * (measure - self.value)
