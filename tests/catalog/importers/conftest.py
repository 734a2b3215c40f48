import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import Found, Request, Tally
from emoflix_catalog.importers.sources import reader


class Asked(NamedTuple):
    """A request as it arrived."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Answer(NamedTuple):
    """What the server says."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})
    stall: bool = False


class Server:
    """A server on loopback that answers by a function, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.first: list[Answer] = []
        """What is said before `answer` is asked, one each."""
        self.answer: Callable[[Asked], Any] = lambda _: Answer(status=404)
        self.done = threading.Event()
        handler = type("Handler", (_Handler,), {"server_": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def close(self) -> None:
        self.done.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    server_: Server

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        length = int(self.headers.get("Content-Length", 0))
        asked = Asked(
            split.path,
            {name: values[0] for name, values in parse_qs(split.query).items()},
            dict(self.headers),
            self.rfile.read(length),
        )
        self.server_.asked.append(asked)
        answer = self.server_.first.pop(0) if self.server_.first else self.server_.answer(asked)
        if not isinstance(answer, Answer):
            answer = Answer(answer)
        if answer.stall:
            self.server_.done.wait(30)
            self.close_connection = True
            return
        body = answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    """A real server on loopback."""
    server = Server()
    yield server
    server.close()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text("s3cret\n")
    return path


class Reading(NamedTuple):
    """What an importer gave."""

    films: dict[str, Film]
    found: list[Found]
    tally: Tally


@pytest.fixture
def read() -> Callable[..., Reading]:
    """A function that reads a whole source."""

    def read_(source: str, where: object, **options: Any) -> Reading:
        tally = Tally()
        found = list(reader(source)(Request(where=str(where), **options), tally))
        return Reading({each.film.id: each.film for each in reversed(found)}, found, tally)

    return read_


@pytest.fixture
def ask(server: Server, key_file: Path, read: Callable[..., Any]) -> Callable[..., Any]:
    """A function that reads from the server without ever waiting for real."""

    def ask_(source: str, path: str = "", **options: Any) -> Any:
        options = {"pause": lambda _: None, "timeout_s": 5.0, "key_file": key_file, **options}
        return read(source, server.url + path, **options)

    return ask_


def encrypted_zip(path: Path, name: str, text: str) -> Path:
    """A zip whose only member says of itself that it is encrypted."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, text)
    raw = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.find(mark) + flags] |= 1
    path.write_bytes(raw)
    return path
