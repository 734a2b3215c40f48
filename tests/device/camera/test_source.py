"""Every kind of source by its setting, on real files, a real HTTP server and absent devices."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emoflix_device.camera.frame import luma_of, upright
from emoflix_device.camera.opencv import OpencvSource
from emoflix_device.camera.source import EndOfSource, Source, open_source, without_password
from emoflix_device.config import CameraSettings
from emoflix_device.errors import CameraError


def opened(source: Path | str, **settings: Any) -> Source:
    return open_source(CameraSettings(source=str(source), **{"frames_per_s": 60.0, **settings}))


def all_greys(source: Source) -> list[int]:
    greys = []
    try:
        while True:
            greys.append(int(source.read().luma.mean()))
    except EndOfSource:
        return greys


def test_a_video_is_read_frame_by_frame_to_its_end(write_video: Callable[..., Path]) -> None:
    source = opened(write_video(frames=5))
    assert all_greys(source) == pytest.approx([0, 16, 32, 48, 64], abs=3)
    with pytest.raises(EndOfSource, match=r"video\.avi: the end"):
        source.read()
    source.close()
    source.close()


def test_a_video_is_played_at_its_own_rate(write_video: Callable[..., Path]) -> None:
    source = opened(write_video(frames=4, frames_per_s=20), frames_per_s=1)
    assert source.period_s == pytest.approx(1 / 20)
    started_s = time.monotonic()
    times_s = [source.read().taken_at_s for _ in range(4)]
    # Never early; how late is the machine's affair.
    assert times_s[-1] - started_s >= 3 / 20
    assert times_s == sorted(times_s)


def test_a_frame_that_is_skipped_takes_its_time_and_its_number(
    write_video: Callable[..., Path],
) -> None:
    source = opened(write_video(frames=4, frames_per_s=60))
    source.skip()
    source.read()
    source.skip()
    frame = source.read()
    assert frame.number == 3
    assert int(frame.luma.mean()) == pytest.approx(48, abs=3)
    with pytest.raises(EndOfSource):
        source.skip()


def test_a_looped_video_begins_again(write_video: Callable[..., Path]) -> None:
    source = opened(write_video(frames=3, frames_per_s=60), loop=True)
    frames = [source.read() for _ in range(7)]
    assert [frame.number for frame in frames] == list(range(7))
    greys = [int(frame.luma.mean()) for frame in frames]
    assert greys == pytest.approx([0, 16, 32, 0, 16, 32, 0], abs=3)
    source.close()


def test_frames_carry_luma_and_colour_of_the_same_picture(write_video: Callable[..., Path]) -> None:
    frame = opened(write_video()).read()
    assert frame.luma.shape == (48, 64)
    assert frame.bgr is not None
    assert frame.bgr.shape == (48, 64, 3)


def test_a_turned_camera_gives_upright_frames(write_video: Callable[..., Path]) -> None:
    assert opened(write_video(), rotation_deg=90).read().luma.shape == (64, 48)


def test_a_real_video_is_read(shared: Path) -> None:
    source = opened(shared / "data" / "video" / "neutral_to_smile.mp4")
    frame = source.read()
    assert frame.luma.shape == (360, 640)
    assert source.period_s == pytest.approx(1 / 30)
    source.close()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("text.mp4", b"this is a text file\n" * 50, "not a video that can be read"),
        ("empty.mp4", b"", "the file is empty"),
        ("nowhere.mp4", None, r"cannot be read \(No such file or directory\)"),
    ],
)
def test_what_is_not_a_video_is_named(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CameraError, match=rf"{name}: {message}"):
        opened(tmp_path / name)


def test_a_pipe_into_which_nobody_writes_is_no_video(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(
        CameraError, match=r"pipe\.mp4: cannot be read \(it is there and is no file"
    ):
        opened(tmp_path / "pipe.mp4")


def test_a_home_that_nobody_has_is_named() -> None:
    with pytest.raises(CameraError, match=r"~no-one-here/a\.mp4: nobody of that name has a home"):
        open_source(CameraSettings(source="~no-one-here/a.mp4"))


def test_a_video_cut_off_in_the_middle_just_ends_earlier(write_video: Callable[..., Path]) -> None:
    file = write_video(frames=15)
    data = file.read_bytes()
    file.write_bytes(data[: len(data) * 3 // 4])
    assert 0 < len(all_greys(opened(file))) < 15


def test_pictures_are_shown_in_the_order_of_their_names(
    tmp_path: Path, write_picture: Callable[..., Path]
) -> None:
    for name, grey in [("b.png", 20), ("a.jpg", 10), ("c.webp", 30)]:
        write_picture(f"folder/{name}", grey)
    (tmp_path / "folder" / "notes.txt").write_text("no picture", encoding="utf-8")
    source = opened(tmp_path / "folder")
    assert all_greys(source) == pytest.approx([10, 20, 30], abs=3)
    source.close()


def test_a_looped_folder_begins_again_and_sees_new_pictures(
    tmp_path: Path, write_picture: Callable[..., Path]
) -> None:
    write_picture("folder/a.png", 10)
    source = opened(tmp_path / "folder", loop=True)
    assert source.read().luma.mean() == 10
    write_picture("folder/0.png", 99)
    assert source.read().luma.mean() == 99
    assert source.read().luma.mean() == 10


def test_a_broken_picture_is_passed_over_and_named(
    tmp_path: Path, write_picture: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    write_picture("folder/b.png", 77)
    (tmp_path / "folder" / "a.png").write_bytes(b"hello")
    assert all_greys(opened(tmp_path / "folder")) == [77]
    assert "a.png: not a picture" in caplog.text


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match=r"no pictures there \(\.jpeg, \.jpg, \.png, \.webp\)"):
        opened(tmp_path)


@pytest.mark.parametrize("loop", [False, True])
def test_a_folder_of_broken_pictures_is_an_error(tmp_path: Path, loop: bool) -> None:  # noqa: FBT001
    (tmp_path / "a.png").write_bytes(b"hello")
    with pytest.raises(CameraError, match="none of its pictures can be read"):
        opened(tmp_path, loop=loop).read()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """The address of a web server for the test's folder, on a free port of this machine."""
    handler = partial(QuietHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def test_a_stream_is_read_and_its_end_is_a_fault(
    web: str, write_video: Callable[..., Path]
) -> None:
    write_video("stream.avi", frames=3)
    source = opened(f"{web}/stream.avi")
    for _ in range(3):
        source.read()
    with pytest.raises(CameraError, match=r"stream\.avi: the stream has stopped"):
        source.read()
    source.close()


@pytest.mark.parametrize("scheme", ["rtsp", "http", "HTTP", "rstp"])
def test_a_stream_that_nobody_sends_is_named_without_its_password(scheme: str) -> None:
    with pytest.raises(
        CameraError, match=f"{scheme.lower()}://127.0.0.1:9/live: no video there"
    ) as caught:
        opened(f"{scheme}://user:secret@127.0.0.1:9/live")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://me:secret@cam:554/live@home", "rtsp://cam:554/live@home"),
        ("rtsp://cam/1", "rtsp://cam/1"),
        ("rtsp://me:se@cret@cam/1", "rtsp://cam/1"),
        ("http://cam:88/live.cgi?user=me&pwd=secret", "http://cam:88/live.cgi"),
        ("http://cam/live?pwd=se@cret", "http://cam/live"),
        ("rtsp://me:sec/ret@cam/1", "rtsp://..."),
        ("rtsp://me:12/ret@cam/1", "rtsp://..."),
        ("rtsp://me:sec?ret@cam/1", "rtsp://..."),
        ("RTSP://me:secret@[fe80::1]:554/1", "rtsp://[fe80::1]:554/1"),
        ("rtsp://me:secret@[fe80::1", "rtsp://..."),
    ],
)
def test_a_password_in_an_address_is_left_out(address: str, shown: str) -> None:
    assert without_password(address) == shown


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("/dev/video99", "no camera there; is it plugged in"),
        ("/dev/null", "not a camera, or another program is using it"),
    ],
)
def test_a_device_that_gives_no_frames_is_named(device: str, message: str) -> None:
    with pytest.raises(CameraError, match=f"{device}: {message}"):
        opened(device)


class Blank:
    """A driver that says it has a frame, without a pixel in it."""

    def grab(self) -> bool:
        return True

    def retrieve(self) -> tuple[bool, Any]:
        return True, np.zeros((0, 0, 3), np.uint8)

    def release(self) -> None: ...


def test_a_frame_without_pixels_is_a_fault() -> None:
    source = OpencvSource(Blank, name="/dev/video0", silence="no frame came")
    with pytest.raises(CameraError, match="/dev/video0: no frame came"):
        source.read()


def test_grey_pictures_and_those_with_alpha_have_brightness_too() -> None:
    grey = np.full((4, 6), 77, np.uint8)
    assert luma_of(grey) is grey
    np.testing.assert_array_equal(luma_of(grey[:, :, None]), grey)
    np.testing.assert_array_equal(luma_of(np.dstack([grey] * 4)), grey)


@pytest.mark.parametrize(("turn", "first"), [(0, 1), (90, 3), (180, 4), (270, 2)])
def test_a_turn_is_clockwise(turn: int, first: int) -> None:
    assert upright(np.array([[1, 2], [3, 4]], np.uint8), turn)[0, 0] == first
