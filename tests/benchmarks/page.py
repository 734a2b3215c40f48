"""How soon the page shows a slate, and what fifty phones at once do to that."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import numpy as np
from playwright.sync_api import Page, sync_playwright
from rich.table import Table

from tests.mosquitto import Mosquitto
from tests.web.asking import through
from tests.web.conftest import FLAGS, PHONE, browser_program
from tests.web.stage import Device, WebProcess, film, slate

ROUNDS: Final = 20
SLOW_ROUNDS: Final = 10
PHONES: Final = 50
GUARD_MS: Final = 60_000
SLOW_PHONES: Final = (
    ("a processor four times slower", 4, None),
    ("the same over Chromium's Fast 4G", 4, (1_012_500, 168_750, 165.0)),
    ("a processor six times slower", 6, None),
)
"""As Chromium's developer tools have them: a mid-range phone is four, a slow one six times slower
than this machine. Of the network: bytes a second down and up, and milliseconds of latency. A phone
at home has its own wireless network, without a limit."""


def tables() -> Iterator[Table]:
    """In a real browser, through the page's process; both ends are asked by one clock."""
    program = browser_program()
    if program is None:
        return
    with (
        tempfile.TemporaryDirectory() as name,
        Mosquitto(Path(name)) as broker,
        WebProcess(broker.port, Path(name)) as web,
        sync_playwright() as playwright,
    ):
        device = Device(broker.port)
        device.be()
        browser = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=False, args=FLAGS
        )
        table = Table("the page in Chromium", "p50 ms", "most ms")

        def row(what: str, times_ms: list[float]) -> None:
            table.add_row(what, f"{np.median(times_ms):.0f}", f"{max(times_ms):.0f}")

        def opened(slower: int = 1, network: tuple[int, int, float] | None = None) -> float:
            page = browser.new_context(viewport=PHONE).new_page()  # nothing is kept from before
            slow_down(page, slower, network)
            took_ms = timed(lambda: page.goto(web.address), page, "[data-film]")
            page.context.close()
            return took_ms

        row("opened anew, to its first slate", [opened() for _ in range(ROUNDS)])
        for what, slower, network in SLOW_PHONES:
            row(f"with {what}", [opened(slower, network) for _ in range(SLOW_ROUNDS)])
        page = browser.new_page(viewport=PHONE)
        page.goto(web.address)
        page.locator("[data-film]").first.wait_for(timeout=GUARD_MS)
        row("open, to a slate that is made", [shown(device, page, n) for n in range(ROUNDS)])
        with ExitStack() as phones:
            for _ in range(PHONES):
                phone = through(web)
                phone.subscribe("emoflix/+/#", 1)
                phones.callback(phone.loop_stop)
                phones.callback(phone.disconnect)
            times_ms = [shown(device, page, ROUNDS + n) for n in range(ROUNDS)]
            row(f"the same, with {PHONES} phones more", times_ms)
        browser.close()
        device.close()
        yield table


def shown(device: Device, page: Page, number: int) -> float:
    """Milliseconds from a slate's publication until it stands on the page."""
    made = slate(f"s-{number}", (film(f"film-{number}", f"Film {number}"),))
    return timed(lambda: device.say("recommendations", made), page, f'[data-film="film-{number}"]')


def slow_down(page: Page, slower: int, network: tuple[int, int, float] | None) -> None:
    """Throttle a page as the developer tools of Chromium do."""
    tools = page.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    if network is not None:
        down, up, latency_ms = network
        limits = {"downloadThroughput": down, "uploadThroughput": up, "latency": latency_ms}
        tools.send("Network.emulateNetworkConditions", {"offline": False, **limits})


def timed(action: Callable[[], object], page: Page, selector: str) -> float:
    """Milliseconds from an action until an element is there, the browser's answer included."""
    began_s = time.perf_counter()
    action()
    page.locator(selector).first.wait_for(timeout=GUARD_MS)
    return (time.perf_counter() - began_s) * 1000
