"""The download against a real HTTP server on this machine."""

import hashlib
import re
import socket
import sys
import threading
from pathlib import Path

import pytest

from emoflix_device.cli import main
from emoflix_device.errors import ModelError
from emoflix_device.fetch_models import YUNET, Download, fetch
from tests.device.web_server import Answer, Web, serve

CONTENT = bytes(range(256)) * 1000
WANTED = Download(
    name="model.onnx",
    base="http://unused.invalid",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    size_bytes=len(CONTENT),
    licence="none",
    setting="vision.yunet_model",
)


@pytest.fixture
def web(web: Web) -> Web:
    web.answer = serve(CONTENT)
    return web


def test_the_right_file_appears_under_its_name(web: Web, tmp_path: Path) -> None:
    came: list[int] = []
    file = fetch(
        WANTED, tmp_path / "new" / "folder", base=f"{web.address}/models", advance=came.append
    )
    assert file == tmp_path / "new" / "folder" / "model.onnx"
    assert file.read_bytes() == CONTENT
    assert web.requests == ["/models/model.onnx"]
    assert sum(came) == len(CONTENT)
    assert file.stat().st_mode & 0o777 == 0o644
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (serve(CONTENT[::-1]), "what came is another file"),
        (serve(CONTENT + b"more"), "what came is another file"),
        (serve(CONTENT[:5000]), "only 5000 of 256000 bytes came; try again"),
        (serve(CONTENT[:5000], stated_bytes=len(CONTENT)), "only 5000 of 256000 bytes came"),
        (serve(b""), "only 0 of 256000"),
        (lambda request: request.send_error(404), r"models/model\.onnx: 404 Not Found"),
        (lambda request: request.send_error(503), r"models/model\.onnx: 503 Service Unavailable"),
        (lambda request: request.wfile.write(b"nonsense\r\n"), "cannot be fetched"),
        (lambda request: request.connection.shutdown(socket.SHUT_RDWR), "cannot be fetched"),
    ],
)
def test_anything_else_is_one_line_and_leaves_nothing_behind(
    web: Web, tmp_path: Path, answer: Answer, message: str
) -> None:
    web.answer = answer
    with pytest.raises(ModelError, match=message) as caught:
        fetch(WANTED, tmp_path, base=f"{web.address}/models")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_when_the_new_one_is_wrong(web: Web, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"older")
    web.answer = serve(b"x" * len(CONTENT))
    with pytest.raises(ModelError):
        fetch(WANTED, tmp_path, base=f"{web.address}/models")
    assert (tmp_path / "model.onnx").read_bytes() == b"older"


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ("http://127.0.0.1:9", r"cannot be fetched \(.*refused"),
        ("http://host.invalid", "cannot be fetched"),
        ("file:///etc", "not an address that starts with https://"),
        ("http://[::1", r"cannot be fetched \(Invalid IPv6 URL\)"),
        ("http://127.0.0.1:9/ä", "cannot be fetched"),
    ],
)
def test_an_address_where_nobody_answers_is_named(tmp_path: Path, base: str, message: str) -> None:
    with pytest.raises(ModelError, match=rf"{re.escape(base)}/model\.onnx: {message}"):
        fetch(WANTED, tmp_path, base=base)
    assert list(tmp_path.iterdir()) == []


def test_a_silent_server_does_not_block_for_ever(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emoflix_device.fetch_models.TIMEOUT_S", 0.2)
    release = threading.Event()
    web.answer = lambda _: release.wait(10) and None
    with pytest.raises(ModelError, match="timed out"):
        fetch(WANTED, tmp_path, base=f"{web.address}/models")
    release.set()


def test_a_folder_that_cannot_be_made_is_named(web: Web, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ModelError, match=r"model\.onnx: cannot be written"):
        fetch(WANTED, tmp_path / "file", base=f"{web.address}/models")


def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """Exit code, output and error output of `emoflix fetch-models`."""
    monkeypatch.setattr(sys, "argv", ["emoflix", "fetch-models", *arguments])
    with pytest.raises(SystemExit) as done:
        main()
    printed = capsys.readouterr()
    return int(done.value.code or 0), printed.out, printed.err


def test_the_command_fetches_yunet_and_says_what_to_configure(
    web: Web,
    yunet: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    web.answer = serve(yunet)
    code, out, _ = command(monkeypatch, capsys, "--to", str(tmp_path), "--url", web.address)
    assert code == 0
    file = tmp_path / YUNET.name
    assert file.read_bytes() == yunet
    assert f"vision:\n  yunet_model: {file}" in out
    code, out, _ = command(monkeypatch, capsys, "--to", str(tmp_path), "--url", web.address)
    assert code == 0
    assert "is there and whole" in out
    assert len(web.requests) == 1


def test_a_damaged_file_is_fetched_again(
    web: Web,
    yunet: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    web.answer = serve(yunet)
    (tmp_path / YUNET.name).write_bytes(yunet[:1000])
    code, _, _ = command(monkeypatch, capsys, "--to", str(tmp_path), "--url", web.address)
    assert code == 0
    assert (tmp_path / YUNET.name).read_bytes() == yunet


def test_a_failed_download_exits_with_2_and_one_line(
    web: Web,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    web.answer = lambda request: request.send_error(404)
    code, out, err = command(monkeypatch, capsys, "--to", str(tmp_path), "--url", web.address)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert "404 Not Found" in err


def test_the_folder_follows_the_users_data_home(
    web: Web,
    yunet: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    web.answer = serve(yunet)
    code, _, _ = command(monkeypatch, capsys, "--url", web.address)
    assert code == 0
    assert (tmp_path / "emoflix" / YUNET.name).is_file()


@pytest.fixture
def yunet(shared: Path) -> bytes:
    return (shared / "models" / YUNET.name).read_bytes()
