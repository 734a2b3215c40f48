"""The capture thread: keeps only the newest frame and brings a lost source back.

Two threads, because a driver may block for ever: the *reader* opens one source and reads it, the
*supervisor* watches that frames arrive, gives a silent reader up and starts the next one.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from emoflix_device.camera.beat import Beat
from emoflix_device.camera.frame import Frame
from emoflix_device.camera.source import EndOfSource, Source
from emoflix_device.errors import CameraError

_LOG = logging.getLogger(__name__)

Status = Literal["on", "off", "lost", "ended"]

OPENING_S: Final = 10.0
"""A camera may take this long to open before it counts as stalled (RTSP and picamera2 do). One that
is lost may take it for its first frame as well: some set their exposure for two seconds."""
STOP_S: Final = 1.0
"""How long `stop` waits for a reader that is inside a driver; SIGTERM has two seconds in all."""
MOST_STUCK: Final = 4
"""No further reader is started while so many are stuck in a driver: only a reboot helps then."""


@dataclass(frozen=True, slots=True)
class CaptureCounts:
    """Since the start: frames that arrived, those overwritten unseen, and reopenings."""

    frames: int = 0
    dropped: int = 0
    restarts: int = 0


@dataclass(slots=True, eq=False)
class _Reader:
    """One opening of the source; the fields are guarded by the capture's condition."""

    thread: threading.Thread | None = None
    heard_s: float = 0.0
    silence_s: float = OPENING_S
    stall_s: float = OPENING_S
    frames: int = 0
    done: bool = False
    ended: bool = False
    fault: str | None = None


class Capture:
    """Reads a source in the background; `take` hands out the newest frame once.

    `period_s` may be set at any time: a frame is kept about so often; the others are let pass
    undecoded, which still shows that the source is alive.

    Args:
        open_source: opens the source anew at each call, or raises `CameraError`.
        on_frame: called from a capture thread after every frame and every change of status.
        stall_s: a source silent for longer is lost (or for three frames' time, if that is longer).
        first_pause_s: before the first reopening; doubles up to `longest_pause_s`.
        longest_pause_s: a source that has lasted as long starts again at `first_pause_s`.
    """

    def __init__(
        self,
        open_source: Callable[[], Source],
        *,
        on_frame: Callable[[], None],
        stall_s: float = 1.5,
        first_pause_s: float = 0.5,
        longest_pause_s: float = 30.0,
    ) -> None:
        self._open_source = open_source
        self._on_frame = on_frame
        self._stall_s = stall_s
        self._first_pause_s = first_pause_s
        self._longest_pause_s = longest_pause_s
        self.period_s = 0.0
        self._changed = threading.Condition()
        self._newest: Frame | None = None
        self._status: Status = "off"
        self._fault: str | None = None
        self._counts = CaptureCounts()
        self._reader: _Reader | None = None
        self._stuck: list[_Reader] = []
        self._supervisor: threading.Thread | None = None

    @property
    def status(self) -> Status:
        """`on` from the start until the source is found `lost`, `ended` (a file) or `off`."""
        return self._status

    @property
    def fault(self) -> str | None:
        """Why the source is lost or ended, in words."""
        return self._fault

    @property
    def counts(self) -> CaptureCounts:
        """A snapshot of the counters."""
        return self._counts

    def start(self) -> None:
        """Switch the source on; does nothing where it is on already."""
        with self._changed:
            if self._supervisor is not None:
                return
            self._status, self._fault = "on", None
            self._supervisor = threading.Thread(target=self._supervise, name="capture", daemon=True)
            self._supervisor.start()

    def stop(self) -> None:
        """Switch the source off and close it, within `STOP_S` or a little more.

        A reader that a driver does not let go is left behind (its thread does not keep the
        process alive) and closes its source as soon as it can; what it reads is thrown away.
        """
        with self._changed:
            supervisor, self._supervisor = self._supervisor, None
            reader = self._give_up_reader()
            self._newest = None
            self._status, self._fault = "off", None
            self._changed.notify_all()
        if supervisor is not None:
            supervisor.join(STOP_S)
        if reader is not None and reader.thread is not None:
            reader.thread.join(STOP_S)
            if reader.thread.is_alive():
                _LOG.warning("the source does not answer; it is closed as soon as it does")

    def take(self) -> Frame | None:
        """The newest frame, if it has not been taken yet."""
        with self._changed:
            frame, self._newest = self._newest, None
            return frame

    # The supervisor's side

    def _am_supervisor(self) -> bool:
        """False once `stop` was called, also where `start` has begun another since."""
        return self._supervisor is threading.current_thread()

    def _supervise(self) -> None:
        pause_s = self._first_pause_s
        while True:
            opened_s = time.monotonic()
            reader = self._start_reader()
            if reader is None:
                return
            fault = self._wait_for_fault(reader)
            if fault is None:
                return
            if time.monotonic() - opened_s > self._longest_pause_s:
                pause_s = self._first_pause_s
            _LOG.warning("camera lost: %s; next try in %.1f s", fault, pause_s)
            self._on_frame()
            if not self._pause(pause_s):
                return
            pause_s = min(2 * pause_s, self._longest_pause_s)
            self._counts = replace(self._counts, restarts=self._counts.restarts + 1)

    def _start_reader(self) -> _Reader | None:
        with self._changed:
            if not self._am_supervisor():
                return None
            reader = _Reader(heard_s=time.monotonic())
            reader.thread = threading.Thread(
                target=self._read, args=(reader,), name="capture-reader", daemon=True
            )
            self._reader = reader
        reader.thread.start()
        return reader

    def _wait_for_fault(self, reader: _Reader) -> str | None:
        """Block while frames arrive; what went wrong, or None when there is no more to do."""
        with self._changed:
            while self._am_supervisor() and not reader.done:
                left_s = reader.heard_s + reader.silence_s - time.monotonic()
                if left_s <= 0:
                    reader.fault = f"no frame for {reader.silence_s:g} s"
                    break
                self._changed.wait(left_s)
            if not self._am_supervisor():
                return None
            self._give_up_reader()
            self._fault = reader.fault
            self._status = "ended" if reader.ended else "lost"
            if reader.ended:
                self._supervisor = None
        if reader.ended:
            self._on_frame()
            return None
        return reader.fault

    def _pause(self, pause_s: float) -> bool:
        """Wait; True when it is time for the next reader, False when the capture was stopped."""
        until_s = time.monotonic() + pause_s
        with self._changed:
            while self._am_supervisor():
                left_s = until_s - time.monotonic()
                self._stuck = [reader for reader in self._stuck if not reader.done]
                if left_s <= 0 and len(self._stuck) < MOST_STUCK:
                    return True
                self._changed.wait(left_s if left_s > 0 else None)
            return False

    def _give_up_reader(self) -> _Reader | None:
        """From now on nothing that this reader reads is kept."""
        reader, self._reader = self._reader, None
        if reader is not None and not reader.done:
            self._stuck.append(reader)
        return reader

    # The reader's side

    def _read(self, reader: _Reader) -> None:
        try:
            source = self._open_source()
            try:
                self._read_all(source, reader)
            finally:
                source.close()
        except EndOfSource as end:
            reader.ended, reader.fault = True, str(end)
        except CameraError as error:
            reader.fault = str(error)
        except Exception as error:  # noqa: BLE001
            # A driver's surprise must not end the thread unseen: it is a lost camera as well.
            _LOG.exception("the source failed in an unforeseen way")
            reader.fault = f"{type(error).__name__}: {error}"
        with self._changed:
            reader.done = True
            self._changed.notify_all()

    def _read_all(self, source: Source, reader: _Reader) -> None:
        _LOG.info("reading %s", source.describe())
        with self._changed:
            reader.heard_s = time.monotonic()
            reader.stall_s = max(self._stall_s, 3 * source.period_s)
            reader.silence_s = OPENING_S if self._status == "lost" else reader.stall_s
            # The supervisor waits for as long as opening may take: it is to wait anew.
            self._changed.notify_all()
        beat = Beat(time.monotonic(), source.period_s)
        while self._reader is reader:
            # The period is read each time: it may become shorter while a long one passes.
            wanted = beat.wants_next(self.period_s)
            if wanted:
                if not self._keep(source.read(), reader):
                    return
                self._on_frame()
            else:
                source.skip()
                with self._changed:
                    reader.heard_s = time.monotonic()
            beat.came(time.monotonic(), kept=wanted)

    def _keep(self, frame: Frame, reader: _Reader) -> bool:
        with self._changed:
            if self._reader is not reader:
                return False
            reader.heard_s = time.monotonic()
            if reader.silence_s != reader.stall_s:
                reader.silence_s = reader.stall_s
                self._changed.notify_all()
            dropped = self._newest is not None
            self._newest = frame
            self._counts = replace(
                self._counts,
                frames=self._counts.frames + 1,
                dropped=self._counts.dropped + dropped,
            )
            self._status, self._fault = "on", None
            return True
