"""A real HTTP server on this machine, that answers well or badly."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

Answer = Callable[[BaseHTTPRequestHandler], None]


def serve(content: bytes, *, stated_bytes: int | None = None) -> Answer:
    """An answer that hands this out, and may lie about its length."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        stated = len(content) if stated_bytes is None else stated_bytes
        request.send_header("Content-Length", str(stated))
        request.end_headers()
        request.wfile.write(content)

    return answer


class Web:
    """Answers every request in the way the test set, and keeps their paths."""

    def __init__(self) -> None:
        self.answer: Answer = serve(b"")
        self.requests: list[str] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.requests.append(self.path)
                web.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
