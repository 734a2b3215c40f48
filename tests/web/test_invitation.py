"""A phone comes in by an invitation, through the page's process."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mosquitto import GUARD_S, Mosquitto
from tests.web.asking import get, post, shake_hands
from tests.web.stage import DEVICE, WebProcess

PAIR = "from emoflix_device.web.command import pair; pair()"


@pytest.fixture
def paired_web(built_page: Path, tmp_path: Path) -> Iterator[WebProcess]:
    """A process that lets only paired phones in, before a broker that knows one phone."""
    assert built_page.is_dir()
    users = tmp_path / "users"
    users.write_text("phone-01:secret\n", encoding="utf-8")
    with (
        Mosquitto(tmp_path, users={"phone-01": "secret"}) as broker,
        WebProcess(
            broker.port, tmp_path, users_file=str(users), state_dir=str(tmp_path / "state")
        ) as web,
    ):
        yield web


def pair(web: WebProcess, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PAIR, "--config", web.config, *options],
        capture_output=True,
        text=True,
        timeout=GUARD_S,
        check=False,
    )


def invitation(web: WebProcess) -> str:
    """The token in what `emoflix pair` shows."""
    shown = pair(web).stdout
    assert "▄" in shown
    return shown.rpartition("#pair=")[2].strip()


def test_a_phone_is_paired_by_an_invitation_and_is_then_a_user_of_its_own(
    paired_web: WebProcess,
) -> None:
    web = paired_web
    assert get(web, "/").status == 200
    assert get(web, "/session").status == 401
    assert asyncio.run(shake_hands(web, origin=web.address)) == 401
    token = invitation(web)
    body = json.dumps({"token": token}).encode()
    assert post(web, "/pair", body, Origin="http://evil.com").status == 403
    answer = post(web, "/pair", body)
    assert answer.status == 204
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    session = json.loads(get(web, "/session", Cookie=cookie.partition(";")[0]).body)
    assert session == {"device": DEVICE, "user": "phone-01", "password": "secret"}
    assert post(web, "/pair", body).status == 403
    second = json.dumps({"token": invitation(web)}).encode()
    assert post(web, "/pair", second).status == 409
    assert pair(web, "--list").stdout == "phone-01\n"
    assert pair(web, "--forget", "phone-01").returncode == 0
    assert get(web, "/session", Cookie=cookie.partition(";")[0]).status == 401


@pytest.mark.parametrize("body", [b"", b"[]", b'{"token": 3}', b'{"tokn": "x"}', b"x" * 10_000])
def test_a_malformed_invitation_is_refused(paired_web: WebProcess, body: bytes) -> None:
    assert post(paired_web, "/pair", body).status in {400, 413}
