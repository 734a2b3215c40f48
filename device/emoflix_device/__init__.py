"""The box by the television: from camera frames to a mood, a slate and MQTT."""

import os

# Before numpy is imported: with two threads its linear algebra waits milliseconds for a second
# core, on products that take microseconds.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
