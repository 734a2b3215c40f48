"""Servers that are slow, away, broken, or ask for patience: real ones, on loopback."""

import base64
import datetime as dt
from collections.abc import Callable
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from emoflix_catalog.importers import jellyfin
from emoflix_catalog.importers.contract import SourceError
from tests.catalog.importers.conftest import Answer, Server
from tests.catalog.importers.libraries import ITEM, MOVIE, jellyfin_answer, kodi_answer


@pytest.mark.parametrize(
    ("retry_after", "pause_s"),
    [
        ("7", 7),
        ("soon", 1),
        ("", 1),
        ("99999", 120),
    ],
)
def test_a_server_that_asks_for_patience_gets_it(
    server: Server, ask: Callable[..., Any], retry_after: str, pause_s: float
) -> None:
    server.first = [Answer(b"slow down", 429, {"Retry-After": retry_after})]
    server.answer = kodi_answer(MOVIE)
    pauses: list[float] = []
    assert len(ask("kodi", pause=pauses.append).films) == 1
    assert pauses == [pause_s]


def test_a_server_may_ask_for_patience_until_a_date(
    server: Server, ask: Callable[..., Any]
) -> None:
    until = dt.datetime.now(tz=dt.UTC) + dt.timedelta(hours=1)
    server.first = [
        Answer(status=429, headers={"Retry-After": format_datetime(until)}),
        Answer(status=503, headers={"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}),
    ]
    server.answer = kodi_answer(MOVIE)
    pauses: list[float] = []
    assert len(ask("kodi", pause=pauses.append).films) == 1
    assert pauses == [120, 0], "as long as is waited at all, and not at all for what is past"


def test_a_server_that_fails_is_asked_again_ever_later(
    server: Server, ask: Callable[..., Any]
) -> None:
    server.first = [Answer(status=status) for status in (500, 502, 503, 504)]
    server.answer = kodi_answer(MOVIE)
    pauses: list[float] = []
    assert len(ask("kodi", pause=pauses.append).films) == 1
    assert pauses == [1, 2, 4, 8]


def test_a_server_that_goes_on_failing_is_given_up(server: Server, ask: Callable[..., Any]) -> None:
    server.answer = lambda _: Answer(status=503)
    with pytest.raises(SourceError, match="answers 503 Service Unavailable, 5 times"):
        ask("kodi")


def test_a_server_that_does_not_answer_in_time_is_asked_again(
    server: Server, ask: Callable[..., Any]
) -> None:
    server.first = [Answer(stall=True)]
    server.answer = kodi_answer(MOVIE)
    assert len(ask("kodi", timeout_s=0.3).films) == 1


def test_a_server_that_is_not_there_is_named(
    read: Callable[..., Any], unused_tcp_port: int, key_file: Path
) -> None:
    with pytest.raises(SourceError, match="does not answer"):
        read(
            "jellyfin",
            f"http://127.0.0.1:{unused_tcp_port}",
            key_file=key_file,
            pause=lambda _: None,
        )


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_not_tried_twice(
    server: Server, ask: Callable[..., Any], status: int
) -> None:
    server.answer = lambda _: Answer(status=status)
    with pytest.raises(SourceError, match=r"check the key in the file given by --key-file"):
        ask("jellyfin")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body", [b"", b"<html>busy</html>", b'{"Items": [', b"\xff\xfe", b"[1, 2]", b"[" * 100_000]
)
def test_a_broken_page_is_one_clear_line(
    server: Server, ask: Callable[..., Any], body: bytes
) -> None:
    server.answer = lambda asked: (
        [{"Name": "Asha", "Id": "u1"}] if asked.path == "/Users" else Answer(body)
    )
    with pytest.raises(SourceError, match="answers with something else than it should") as caught:
        ask("jellyfin")
    assert "\n" not in str(caught.value)


def test_a_body_that_is_not_packed_as_it_says_is_asked_for_again(
    server: Server, ask: Callable[..., Any]
) -> None:
    server.first = [Answer(b"no gzip", headers={"Content-Encoding": "gzip"})]
    server.answer = kodi_answer(MOVIE)
    assert len(ask("kodi").films) == 1


def test_a_page_in_the_middle_that_breaks_ends_the_import(
    server: Server, ask: Callable[..., Any]
) -> None:
    full = jellyfin_answer(*({**ITEM, "Id": f"{n:032x}"} for n in range(jellyfin.PAGE + 1)))
    server.answer = lambda asked: (
        Answer(b"{") if asked.query.get("startIndex") == str(jellyfin.PAGE) else full(asked)
    )
    with pytest.raises(SourceError, match="nothing was changed"):
        ask("jellyfin", user="Asha")


def test_a_key_never_stands_in_a_message(server: Server, ask: Callable[..., Any]) -> None:
    server.answer = lambda _: Answer(status=404)
    with pytest.raises(SourceError) as caught:
        ask("tmdb", "/3/discover/movie?with_original_language=ml")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("source", ["kodi", "jellyfin"])
@pytest.mark.parametrize("where", ["ftp://127.0.0.1/x", "kodi.local", "http://[::1"])
def test_what_is_no_address_is_refused(
    source: str, where: str, key_file: Path, read: Callable[..., Any]
) -> None:
    with pytest.raises(SourceError, match="is no address"):
        read(source, where, key_file=key_file, pause=lambda _: None)


@pytest.mark.parametrize("words", ["", "two\nlines", "a\x00key"])
def test_a_key_file_holds_one_line(words: str, tmp_path: Path, ask: Callable[..., Any]) -> None:
    path = tmp_path / "key"
    path.write_text(words)
    with pytest.raises(SourceError, match="write nothing but the key into it"):
        ask("kodi", key_file=path)


def test_a_key_that_no_header_can_hold_is_named_by_its_file(
    tmp_path: Path, ask: Callable[..., Any]
) -> None:
    path = tmp_path / "key"
    path.write_text("ключ", encoding="utf-8")
    with pytest.raises(SourceError, match=r"key: holds a letter that no key has"):
        ask("jellyfin", key_file=path)


def test_a_key_may_be_saved_by_windows_and_a_password_have_blanks(
    server: Server, ask: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "key"
    path.write_text("kodi:zwei Wörter\r\n", encoding="utf-8-sig")
    server.answer = kodi_answer(MOVIE)
    ask("kodi", "/", key_file=path)
    (asked,) = server.asked
    assert asked.path == "/jsonrpc"
    sent = base64.b64decode(asked.headers["Authorization"].removeprefix("Basic "))
    assert sent.decode() == "kodi:zwei Wörter"


@pytest.fixture
def unused_tcp_port() -> int:
    """A port on which nobody listens."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
