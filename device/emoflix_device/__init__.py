"""The box by the television: from camera frames to a mood, a slate and MQTT."""

import os

# Before numpy is imported: with two threads its linear algebra waits milliseconds for a second
# core, on products that take microseconds.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Before OpenCV is: it would write lines of its own about every odd file or device to stderr. The
# errors of this package say what a person needs to know. (Its function for this goes by another
# name in each of the versions that are supported.)
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
