"""A network camera in this process whose picture changes when it is told to, and not before."""

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final, Self

import cv2

from tests.mosquitto import GUARD_S, HOST

FRAMES_PER_S: Final = 10.0
_BOUNDARY: Final = "frame"

Footage = Sequence[bytes]
"""JPEG files that are shown one after the other, forwards and backwards, for ever."""


def scene(video: Path, start_s: float, end_s: float) -> Footage:
    """The part of a video between two seconds."""
    capture = cv2.VideoCapture(str(video))
    rate = capture.get(cv2.CAP_PROP_FPS)
    stride = max(1, round(rate / FRAMES_PER_S))
    frames = []
    for number in range(round(end_s * rate)):
        if not capture.grab():
            break
        if number >= start_s * rate and number % stride == 0:
            frames.append(cv2.imencode(".jpg", capture.retrieve()[1])[1].tobytes())
    capture.release()
    return frames + frames[-2:0:-1]


class HttpCamera:
    """Sends motion JPEG over HTTP from a free port of loopback, `FRAMES_PER_S` a second."""

    def __init__(self, shown: Footage) -> None:
        self._frames: Iterator[bytes] = itertools.cycle(shown)
        self._since_s = 0.0
        self._changed = threading.Condition()
        self._stopped = False
        http_camera = self

        class Sender(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
                self.end_headers()
                try:
                    self.wfile.write(f"--{_BOUNDARY}\r\n".encode())
                    while (frame := http_camera._next()) is not None:
                        head = f"Content-Type: image/jpeg\r\nContent-Length: {len(frame)}\r\n\r\n"
                        # The boundary ends a frame: sent after it, it need not wait for the next.
                        self.wfile.write(head.encode() + frame + f"\r\n--{_BOUNDARY}\r\n".encode())
                        http_camera._wait()
                except OSError:
                    return  # nobody watches any more

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer((HOST, 0), Sender)
        self._server.daemon_threads = True
        self.address = f"http://{HOST}:{self._server.server_port}/"

    def show(self, footage: Footage) -> float:
        """From the next frame on; returns when that was sent, by the monotonic clock."""
        return self._play(itertools.cycle(footage))

    def freeze(self) -> float:
        """Send nothing any more; returns since when."""
        return self._play(itertools.repeat(b""))

    def _play(self, frames: Iterator[bytes]) -> float:
        with self._changed:
            self._frames, self._since_s = frames, 0.0
            assert self._changed.wait_for(lambda: self._since_s > 0, GUARD_S), "nobody watches"
            return self._since_s

    def _next(self) -> bytes | None:
        """The frame that is due; None at the end."""
        with self._changed:
            while not self._stopped:
                frame = next(self._frames)
                self._since_s = self._since_s or time.monotonic()
                self._changed.notify_all()
                if frame:
                    return frame
                self._changed.wait(1 / FRAMES_PER_S)
            return None

    def _wait(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped, 1 / FRAMES_PER_S)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, name="http_camera", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
