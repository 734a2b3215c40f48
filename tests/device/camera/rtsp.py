"""A network camera that speaks RTSP: one video over and over, until somebody pulls the plug.

As much of RFC 2326 as a player needs, the stream interleaved with the answers (section 10.12), in
MPEG-4 part 2, whose RTP packets are plain pieces of a frame (RFC 6416).
"""

import contextlib
import socketserver
import struct
import threading
from itertools import cycle
from pathlib import Path
from typing import Final, Self

import cv2

HOST: Final = "127.0.0.1"
TICKS_PER_S: Final = 90_000
MOST_BYTES: Final = 1400
PAYLOAD_TYPE: Final = 96


class RtspCamera(socketserver.ThreadingTCPServer):
    """Serves a video written with the codec `mp4v`, at its own rate, on a free port.

    Args:
        video: the file.
        path: of the stream, as in `rtsp://host/path`.
    """

    daemon_threads = True

    def __init__(self, video: Path, path: str = "live") -> None:
        super().__init__((HOST, 0), _Player)
        capture = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG, [cv2.CAP_PROP_FORMAT, -1])
        self.period_s = 1 / capture.get(cv2.CAP_PROP_FPS)
        self.packets = []
        while (read := capture.read())[0]:
            self.packets.append(read[1].tobytes())
        header = capture.retrieve(flag=int(capture.get(cv2.CAP_PROP_CODEC_EXTRADATA_INDEX)))[1]
        self.header = header.tobytes().hex()
        capture.release()
        self.plug_pulled = threading.Event()
        self.asked_for: list[str] = []
        self.address = f"rtsp://{HOST}:{self.server_address[1]}/{path}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.plug_pulled.set()
        self.shutdown()
        self.server_close()


class _Player(socketserver.StreamRequestHandler):
    """One connection: answers until it is asked to play, then sends."""

    server: RtspCamera

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # whoever watched has left
            while not self.server.plug_pulled.is_set() and (line := self.rfile.readline()):
                method = line.split()[0].decode()
                headers = {}
                while header := self.rfile.readline().decode().strip():
                    name, _, value = header.partition(": ")
                    headers[name.lower()] = value
                self._answer(method, headers)
                if method == "PLAY":
                    self._play()

    def _answer(self, method: str, headers: dict[str, str]) -> None:
        status = "200 OK"
        if method == "SETUP":
            self.server.asked_for.append(headers["transport"])
        if method == "SETUP" and "interleaved" not in headers["transport"]:
            method, status = "", "461 Unsupported Transport"  # no UDP: the player asks again
        sdp = (
            f"v=0\r\no=- 0 0 IN IP4 {HOST}\r\ns=camera\r\nt=0 0\r\n"
            f"m=video 0 RTP/AVP {PAYLOAD_TYPE}\r\na=control:video\r\n"
            f"a=rtpmap:{PAYLOAD_TYPE} MP4V-ES/{TICKS_PER_S}\r\n"
            f"a=fmtp:{PAYLOAD_TYPE} profile-level-id=1;config={self.server.header}\r\n"
        )
        more = {
            "OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n",
            "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}",
            "SETUP": "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n\r\n",
        }
        said = f"RTSP/1.0 {status}\r\nCSeq: {headers['cseq']}\r\n"
        self.wfile.write((said + more.get(method, "Session: 1\r\n\r\n")).encode())

    def _play(self) -> None:
        sequence = 0
        for number, frame in enumerate(cycle(self.server.packets)):
            ticks = round(number * self.server.period_s * TICKS_PER_S) & 0xFFFFFFFF
            for start in range(0, len(frame), MOST_BYTES):
                last = start + MOST_BYTES >= len(frame)
                kind = PAYLOAD_TYPE | (0x80 if last else 0)
                head = struct.pack("!BBHII", 0x80, kind, sequence & 0xFFFF, ticks, 1)
                piece = head + frame[start : start + MOST_BYTES]
                self.wfile.write(b"$\0" + struct.pack("!H", len(piece)) + piece)
                sequence += 1
            if self.server.plug_pulled.wait(self.server.period_s):
                return
