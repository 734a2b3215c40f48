"""The page's process: what it hands out, and to whom."""

import gzip
import json
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from emoflix_device.web.headers import is_ours, is_same_origin
from emoflix_device.web.page import read_page
from tests.mosquitto import GUARD_S
from tests.web.asking import get, post, through
from tests.web.stage import DEVICE, WebProcess


def test_the_page_comes_with_everything_forbidden_but_itself(web: WebProcess) -> None:
    answer = get(web, "/")
    assert answer.status == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "aiohttp" not in answer.headers["Server"].lower()
    body = answer.body.decode()
    assert " style=" not in body
    for kind in ("script", "style"):
        (within,) = re.findall(f"<{kind}>(.*?)</{kind}>", body, re.DOTALL)
        hash_ = b64encode(sha256(within.encode()).digest()).decode()
        assert f"{kind}-src 'self' 'sha256-{hash_}';" in policy


def test_the_televisions_page_has_no_script_or_style_within(web: WebProcess) -> None:
    answer = get(web, "/?tv")
    assert "script-src 'self'; style-src 'self';" in answer.headers["Content-Security-Policy"]
    body = answer.body.decode()
    assert 'class="tv"' in body
    assert not re.search("<script>|<style| style=", body)


@pytest.mark.parametrize("address", ["/", "/?tv"])
def test_the_page_comes_in_the_language_chosen_here_or_wanted(
    web: WebProcess, address: str
) -> None:
    wanted = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}
    for headers, language in [
        ({}, "en"),
        (wanted, "de"),
        (wanted | {"Cookie": "emoflix=x; language=ml"}, "ml"),
        (wanted | {"Cookie": "language=../../etc/passwd"}, "de"),
    ]:
        answer = get(web, address, **headers)
        assert f'<html lang="{language}"' in answer.body.decode()
        assert {"Accept-Language", "Cookie"} <= {*answer.headers["Vary"].split(", ")}
        again = get(web, address, **headers, **{"If-None-Match": answer.headers["Etag"]})
        assert again.status == 304


def test_every_file_has_its_type_its_cache_and_its_compressed_form(web: WebProcess) -> None:
    page = read_page()
    faces = {"/": page.faces["phone"]["en"], "/?tv": page.faces["tv"]["en"]}
    for address, file in {**faces, **page.files}.items():
        answer = get(web, address, **{"Accept-Encoding": "gzip"})
        assert answer.status == 200
        assert answer.headers["Content-Type"] == file.headers["Content-Type"]
        body = answer.body
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        assert body == file.path.read_bytes()
        kept = "immutable" in answer.headers["Cache-Control"]
        assert kept == address.startswith("/assets/")


def test_the_page_asks_for_nothing_from_elsewhere(built_page: Path) -> None:
    for file in [*built_page.glob("*.html"), *built_page.glob("assets/*.css")]:
        assert "//" not in file.read_text(encoding="utf-8"), file.name


def test_all_of_it_is_under_200_kb_compressed(built_page: Path) -> None:
    sizes = {file.name: file.stat().st_size for file in built_page.rglob("*") if file.is_file()}
    sent = [
        size for name, size in sizes.items() if name.endswith(".gz") or f"{name}.gz" not in sizes
    ]
    assert sum(sent) < 200_000


@pytest.mark.parametrize(
    "address",
    ["/nothing", "/../command.py", "/%2e%2e/command.py", "/assets/../../app.py", "//etc/passwd"],
)
def test_what_is_not_the_page_is_not_found(web: WebProcess, address: str) -> None:
    answer = get(web, address)
    assert answer.status == 404
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_strangers_name_for_this_box_is_not_answered(web: WebProcess) -> None:
    assert get(web, "/", Host="rebound.example.com").status == 421
    assert get(web, "/", Host=f"localhost:{web.port}").status == 200
    assert get(web, "/", Host="emoflix.local").status == 200


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("192.168.1.20:8080", True),
        ("[fe80::1]:8080", True),
        ("LOCALHOST", True),
        ("box.fritz.box", False),
        ("box.example.org:80", True),
        ("local.evil.com", False),
        ("[", False),
        ("", False),
    ],
)
def test_own_names_are_told_from_strangers(host: str, ours: bool) -> None:  # noqa: FBT001
    assert is_ours(host, names=["box.example.org"]) == ours


def test_an_origin_must_be_this_very_page() -> None:
    assert is_same_origin("http://box.local:8080", "box.local:8080")
    for other in (
        None,
        "null",
        "http://box.local",
        "http://evil.com",
        "http://box.local:8080.evil.com",
        "http://[box.local:8080",
    ):
        assert not is_same_origin(other, "box.local:8080")


def test_without_pairing_everyone_is_a_guest(web: WebProcess) -> None:
    session = json.loads(get(web, "/session").body)
    assert session == {"device": DEVICE, "user": "guest", "password": None}
    assert post(web, "/pair", b'{"token": "x"}').status == 404


def test_the_process_ends_at_once_when_told_to(web: WebProcess) -> None:
    client = through(web)
    web.process.terminate()
    assert web.process.wait(3) == 0
    client.loop_stop()


def test_a_port_that_is_taken_is_told_in_one_line(web: WebProcess) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "emoflix_device.web", "--config", web.config],
        capture_output=True,
        text=True,
        timeout=GUARD_S,
        check=False,
    )
    assert second.returncode == 2
    assert str(web.port) in second.stderr
    assert second.stderr.count("\n") == 1
