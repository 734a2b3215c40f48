import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from emoflix_device.web.page import BUNDLED
from tests.mosquitto import Mosquitto, mosquitto
from tests.web.stage import PREFERENCES, Device, WebProcess

__all__ = ["mosquitto"]

PHONE = {"width": 390, "height": 844}
TELEVISION = {"width": 1920, "height": 1080}
GUARD_MS = 30_000
"""Nothing here takes so long, on a busy machine either."""
expect.set_options(timeout=GUARD_MS)

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def built_page() -> Path:
    """The page as it is shipped."""
    if not (BUNDLED / "index.html").is_file():
        pytest.skip("the page is not built: `make web` builds it")
    return BUNDLED


@pytest.fixture(scope="module")
def chromium(built_page: Path) -> Iterator[Browser]:
    """The system's browser."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip(f"{built_page} needs a browser to be opened in: `apt-get install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=False, args=FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def web(built_page: Path, mosquitto: Mosquitto, tmp_path: Path) -> Iterator[WebProcess]:
    """The page's process in front of a broker."""
    assert built_page.is_dir()
    with WebProcess(mosquitto.port, tmp_path) as process:
        yield process


@pytest.fixture
def device(mosquitto: Mosquitto) -> Iterator[Device]:
    """A device that is well, understands every command and answers the questions of every page."""
    device = Device(mosquitto.port)
    device.answers["preferences"] = lambda request: (
        PREFERENCES | {name: value for name, value in request.items() if name != "request"}
    )
    device.be()
    yield device
    device.close()


Open = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, web: WebProcess) -> Iterator[Open]:
    """Opens the page as a phone, or with `tv=True` as a television; nothing may go wrong in it."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(*, tv: bool = False, address: str = "", **options: object) -> Page:
        size = TELEVISION if tv else PHONE
        settings = {"viewport": size, "locale": "en-GB", "has_touch": not tv} | options
        context = chromium.new_context(**settings)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(GUARD_MS)
        page.on("pageerror", lambda error: faults.append(str(error)))
        # What the content-security policy stops is told on the console.
        page.on(
            "console",
            lambda message: (
                faults.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        page.goto(f"{web.address}/{'?tv' if tv else ''}{address}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults
