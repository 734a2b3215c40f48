"""A camera whose driver never comes back, before a whole loop."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from emoflix_device.camera.frame import Frame
from tests.device.box import Box


class Stuck:
    """Opens, and then never gives a frame until the test is over."""

    period_s = 0.1

    def __init__(self, over: threading.Event) -> None:
        self._over = over

    def read(self) -> Frame:
        self._over.wait()
        raise RuntimeError("the test is over")

    def skip(self) -> None:
        self.read()

    def close(self) -> None: ...

    def describe(self) -> str:
        return "a camera that hangs"


@pytest.fixture
def over() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_it_is_told_of_and_stops_neither_the_loop_nor_its_end(
    tmp_path: Path, over: threading.Event
) -> None:
    with Box(tmp_path, open_camera=lambda: Stuck(over), runs=True) as box:
        box.done("consent", {"consent": "give"})
        assert box.settings_now()["camera"] == "on"
        box.turn_until(lambda: bool(box.events("camera_lost")))
        assert box.events("camera_lost")[0]["fault"] == "no frame for 1.5 s"
        assert box.settings_now()["camera"] == "lost"
        assert box.done("recommend", {"count": 1})["films"]
    assert not over.is_set()
