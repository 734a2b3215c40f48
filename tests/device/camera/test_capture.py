"""The capture against scripted sources; every wait is for an event, with a guard time-out."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from emoflix_device.camera.capture import Capture
from emoflix_device.camera.frame import Frame
from emoflix_device.camera.source import EndOfSource
from emoflix_device.errors import CameraError
from tests.mosquitto import wait_until

GUARD_S = 8
"""Less than a camera may take to open: what hangs once it is open is to be noticed sooner."""


class ScriptedSource:
    """Gives the frames of a script; an exception in it is raised, an event in it is waited for."""

    period_s = 0.001

    def __init__(self, script: list[Any]) -> None:
        self.script = list(script)
        self.number = 0
        self.skipped = 0
        self.closed = threading.Event()

    def read(self) -> Frame:
        step = self.script.pop(0)
        if isinstance(step, threading.Event):
            step.wait()
            return self.read()
        if isinstance(step, Exception):
            raise step
        self.number += 1
        return Frame(np.zeros((2, 2), np.uint8), taken_at_s=0.0, number=step)

    def skip(self) -> None:
        self.skipped += 1
        self.read()

    def close(self) -> None:
        self.closed.set()

    def describe(self) -> str:
        return "a script"


class Bell:
    """Rung by the capture; lets a test wait until something holds."""

    def __init__(self) -> None:
        self.rung = threading.Condition()

    def __call__(self) -> None:
        with self.rung:
            self.rung.notify_all()

    def wait_for(self, holds: Callable[[], bool]) -> None:
        with self.rung:
            assert self.rung.wait_for(holds, GUARD_S)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """An event that holds a source back until the test is over."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def go() -> threading.Event:
    """An event that the test sets itself."""
    return threading.Event()


def capture_of(sources: list[Any], bell: Bell, **timing: float) -> Capture:
    def open_next() -> Any:
        step = sources.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    timing = {"stall_s": 5.0, "first_pause_s": 0.01, **timing}
    return Capture(open_next, on_frame=bell, **timing)


def stop_while(capture: Capture, go: threading.Event) -> None:
    """Stop it, and let the camera deliver once more meanwhile."""
    stopping = threading.Thread(target=capture.stop)
    stopping.start()
    wait_until(lambda: capture.status == "off", "it is stopping")
    go.set()
    stopping.join(GUARD_S)


def test_only_the_newest_frame_is_kept_and_the_others_are_counted(
    bell: Bell, never: threading.Event
) -> None:
    capture = capture_of([ScriptedSource([0, 1, 2, never])], bell)
    capture.start()
    bell.wait_for(lambda: capture.counts.frames == 3)
    frame = capture.take()
    assert frame is not None
    assert frame.number == 2
    assert capture.take() is None
    assert capture.counts.dropped == 2
    assert capture.status == "on"
    never.set()
    capture.stop()


def test_stopping_closes_the_source_and_forgets_the_frame(bell: Bell, go: threading.Event) -> None:
    source = ScriptedSource([0, go, 1, 2])
    capture = capture_of([source], bell)
    capture.start()
    bell.wait_for(lambda: capture.counts.frames == 1)
    stop_while(capture, go)
    assert source.closed.is_set()
    assert capture.take() is None
    assert capture.counts.frames == 1


def test_a_source_that_fails_is_lost_then_opened_again(
    bell: Bell, go: threading.Event, never: threading.Event
) -> None:
    first = ScriptedSource([0, CameraError("unplugged")])
    second = ScriptedSource([go, 1, never, 2])
    capture = capture_of([first, second], bell)
    capture.start()
    bell.wait_for(lambda: capture.status == "lost")
    assert capture.fault == "unplugged"
    assert first.closed.is_set()
    go.set()
    bell.wait_for(lambda: capture.status == "on")
    assert capture.fault is None
    assert capture.counts.restarts == 1
    never.set()
    capture.stop()


def test_a_camera_that_is_not_there_is_tried_until_it_is(
    bell: Bell, never: threading.Event
) -> None:
    source = ScriptedSource([0, never])
    capture = capture_of([CameraError("no camera")] * 3 + [source], bell)
    capture.start()
    bell.wait_for(lambda: capture.counts.frames == 1)
    assert capture.counts.restarts == 3
    never.set()
    capture.stop()


def test_a_read_that_never_returns_is_given_up_and_its_frame_thrown_away(
    bell: Bell, go: threading.Event, never: threading.Event
) -> None:
    stuck = ScriptedSource([go, 7, 8])
    told = threading.Event()
    healthy = ScriptedSource([told, 1, never, 2])
    capture = capture_of([stuck, healthy], bell, stall_s=0.5)
    capture.start()
    bell.wait_for(lambda: capture.status == "lost")
    assert capture.fault == "no frame for 0.5 s"
    told.set()
    bell.wait_for(lambda: capture.counts.frames == 1)
    go.set()
    assert stuck.closed.wait(GUARD_S)
    assert capture.counts.frames == 1
    never.set()
    capture.stop()


def test_frames_that_come_before_they_are_due_pass_undecoded(bell: Bell) -> None:
    source = ScriptedSource([0, 1, 2, EndOfSource("the end")])
    capture = capture_of([source], bell)
    capture.period_s = 1e12  # the script's clock stands at 0
    capture.start()
    bell.wait_for(lambda: capture.status == "ended")
    assert (capture.counts.frames, source.skipped) == (1, 3)
    assert capture.counts.dropped == 0


def test_a_shorter_period_holds_at_once(
    bell: Bell, go: threading.Event, never: threading.Event
) -> None:
    source = ScriptedSource([0, 1, go, 2, 3, never, 4])
    capture = capture_of([source], bell)
    capture.period_s = 1e12
    capture.start()
    bell.wait_for(lambda: capture.counts.frames == 1)
    capture.period_s = 0.0  # before the long one is over
    go.set()
    bell.wait_for(lambda: capture.counts.frames >= 2)
    never.set()
    capture.stop()


def test_stopping_does_not_wait_for_a_driver_that_hangs(
    bell: Bell, never: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    source = ScriptedSource([0, never, 1])
    capture = capture_of([source], bell)
    capture.start()
    bell.wait_for(lambda: capture.counts.frames == 1)
    stopping = threading.Thread(target=capture.stop)
    stopping.start()
    stopping.join(GUARD_S)
    assert not stopping.is_alive()
    assert "does not answer" in caplog.text
    assert not source.closed.is_set()
    never.set()
    assert source.closed.wait(GUARD_S)


def test_a_lost_camera_may_take_its_time_for_the_first_frame_and_for_no_other(
    bell: Bell, go: threading.Event, never: threading.Event
) -> None:
    slow = ScriptedSource([go, 1, never, 2])
    capture = capture_of([ScriptedSource([never, 0]), slow, CameraError("gone")], bell, stall_s=0.1)
    capture.start()
    bell.wait_for(lambda: capture.status == "lost")
    threading.Timer(0.5, go.set).start()
    bell.wait_for(lambda: capture.counts.frames == 1)
    bell.wait_for(lambda: capture.status == "lost")
    never.set()
    capture.stop()


def test_no_more_readers_are_started_when_several_hang(
    bell: Bell, never: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emoflix_device.camera.capture.OPENING_S", 0.01)
    sources = [ScriptedSource([never, 0]) for _ in range(6)]
    left = list(sources)
    capture = capture_of(left, bell, stall_s=0.01)
    capture.start()
    bell.wait_for(lambda: capture.counts.restarts == 3 and capture.status == "lost")
    threading.Event().wait(0.1)  # a fifth reader would be started after 0.08 s
    assert len(left) == 2
    never.set()
    bell.wait_for(lambda: capture.counts.frames > 0)
    capture.stop()


def test_the_end_of_a_file_is_reported_as_the_end(bell: Bell) -> None:
    source = ScriptedSource([0, EndOfSource("clip.mp4: the end")])
    capture = capture_of([source], bell)
    capture.start()
    bell.wait_for(lambda: capture.status == "ended")
    assert capture.fault == "clip.mp4: the end"
    assert source.closed.is_set()
    assert capture.counts.restarts == 0
    capture.stop()
    assert capture.status == "off"


def test_a_surprise_in_a_driver_is_a_lost_camera(
    bell: Bell, caplog: pytest.LogCaptureFixture, never: threading.Event
) -> None:
    capture = capture_of(
        [ScriptedSource([ZeroDivisionError("oops")]), ScriptedSource([0, never])], bell
    )
    capture.start()
    bell.wait_for(lambda: capture.counts.frames == 1)
    assert "unforeseen" in caplog.text
    never.set()
    capture.stop()


def test_it_can_be_switched_off_and_on_again(
    bell: Bell, go: threading.Event, never: threading.Event
) -> None:
    first = ScriptedSource([0, go, 1])
    capture = capture_of([first, ScriptedSource([2, never, 3])], bell)
    capture.start()
    capture.start()
    bell.wait_for(lambda: capture.counts.frames == 1)
    stop_while(capture, go)
    assert capture.status == "off"
    assert first.closed.is_set()
    capture.start()
    bell.wait_for(lambda: capture.status == "on" and capture.take() is not None)
    never.set()
    capture.stop()
