"""How long to leave a broker alone that could not be reached."""

import random
from typing import Final

LEAST_PAUSE_S: Final = 1.0
SHORT_PAUSE_S: Final = 4.0
LONGEST_PAUSE_S: Final = 60.0
PATIENT_TRIES: Final = 20
"""About a minute of pauses of at most `SHORT_PAUSE_S`."""


def pause_s(failures: int) -> float:
    """How long to wait after so many failures in a row, in seconds.

    At random, so that a house full of devices does not come back in the same instant. A broker
    that restarts is back within a minute, and then everyone is to be there at once: only after
    `PATIENT_TRIES` does the upper end double, up to `LONGEST_PAUSE_S`. After Brooker, "Exponential
    backoff and jitter" (AWS Architecture Blog, 2015).
    """
    doublings = min(max(0, failures - PATIENT_TRIES), 10)
    upper_s = min(LONGEST_PAUSE_S, SHORT_PAUSE_S * 2.0**doublings)
    return random.uniform(LEAST_PAUSE_S, upper_s)  # noqa: S311 (no secret hangs on it)
