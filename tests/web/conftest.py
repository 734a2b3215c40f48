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

AXE = Path(__file__).resolve().parents[2] / "deploy/web/node_modules/axe-core/axe.min.js"

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def browser_program() -> str | None:
    """The system's browser, where it has one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def built_page() -> Path:
    """The page as it is shipped."""
    if not (BUNDLED / "phone.en.html").is_file():
        pytest.skip("the page is not built: `make web` builds it")
    return BUNDLED


@pytest.fixture(scope="module")
def chromium(built_page: Path) -> Iterator[Browser]:
    """The system's browser."""
    program = browser_program()
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


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """What axe-core finds on a page opened with `bypass_csp` (its script comes from outside)."""
    if not AXE.is_file():
        pytest.skip("axe-core is not here: `npm ci` in deploy/web brings it")

    def violations(page: Page) -> list[str]:
        page.add_script_tag(path=AXE)
        found = page.evaluate("async () => (await axe.run()).violations")
        return [
            f"{fault['id']}: {node['html'][:120]} {node['failureSummary'][:300]}"
            for fault in found
            for node in fault["nodes"]
        ]

    return violations
