"""How soon the page is usable, how soon it shows a slate, and what fifty phones do to that."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from rich.table import Table

from tests.mosquitto import Mosquitto
from tests.web.asking import through
from tests.web.conftest import FLAGS, PHONE, browser_program
from tests.web.stage import Device, WebProcess, film, slate

ROUNDS: Final = 20
OPENINGS: Final = 5
PHONES: Final = 50
GUARD_MS: Final = 60_000
SETTLED_MS: Final = 1500
"""A new window of a desktop's Chromium draws its own controls first, as no phone's does."""

Network = tuple[int, int, float]
"""Bytes a second down and up, and milliseconds of latency of each request."""
FAST_4G: Final = (1_012_500, 168_750, 165.0)
SLOW_4G: Final = (180_000, 84_375, 562.5)
KINDS: Final[tuple[tuple[str, int, Network | None], ...]] = (
    ("as this machine is", 1, None),
    ("a processor four times slower", 4, None),
    ("a processor six times slower", 6, None),
    ("four times slower, over Fast 4G", 4, FAST_4G),
    ("four times slower, over Slow 4G", 4, SLOW_4G),
)
"""As Chromium's developer tools have them: a mid-range phone is four, a slow one six times slower
than this machine, and Slow 4G is what they once called Fast 3G. They leave WebSockets as fast as
they are. A phone at home has its own wireless network, without a limit."""

MARKS: Final = """
const marks = {};
const mark = (name, selector) => {
  if (name in marks || !document.querySelector(selector)) return;
  marks[name] = null;  // from here to the frame that shows it
  requestAnimationFrame(() => setTimeout(() => (marks[name] = performance.now())));
};
new MutationObserver(() => {
  mark("usable", ".tabs a");
  mark("slate", "[data-film] .answer");
}).observe(document, { childList: true, subtree: true });
window.marked = new Promise((done) => {
  const look = () => {
    if (marks.usable && marks.slate) done([marks.usable, marks.slate]);
    else setTimeout(look, 20);
  };
  look();
});
"""
"""When the page's words and its places are to be seen and answer, and when films that can be
answered are; milliseconds from the beginning of the navigation."""


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
        opened(browser, web.address)  # warm-up
        yield openings(browser, web.address)
        table = Table("the open page in Chromium", "p50 ms", "most ms")

        def row(what: str, times_ms: list[float]) -> None:
            table.add_row(what, f"{np.median(times_ms):.0f}", f"{max(times_ms):.0f}")

        page = browser.new_page(viewport=PHONE)
        page.goto(web.address)
        page.locator("[data-film]").first.wait_for(timeout=GUARD_MS)
        row("to a slate that is made", [shown(device, page, n) for n in range(ROUNDS)])
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


def openings(browser: Browser, address: str) -> Table:
    """The page opened by a phone that never saw it, and once more."""
    table = Table(
        "the page, opened",
        *("usable, ms", "slate, ms", "again: usable", "again: slate"),
        title=f"Medians of {OPENINGS} (most)",
    )
    for what, slower, network in KINDS:
        times_ms = np.array([opened(browser, address, slower, network) for _ in range(OPENINGS)])
        halves = zip(np.median(times_ms, axis=0), times_ms.max(axis=0), strict=True)
        table.add_row(what, *(f"{middle:.0f} ({most:.0f})" for middle, most in halves))
    return table


def opened(
    browser: Browser, address: str, slower: int = 1, network: Network | None = None
) -> tuple[float, ...]:
    """Usable and slate of a first visit, then of a second: what was kept is the browser's cache."""
    context = browser.new_context(viewport=PHONE)
    context.add_init_script(MARKS)
    times_ms: list[float] = []
    for _ in range(2):
        page = context.new_page()
        page.wait_for_timeout(SETTLED_MS)
        slow_down(page, slower, network)
        page.goto(address)
        times_ms += page.evaluate("marked")
        page.close()
    context.close()
    return tuple(times_ms)


def shown(device: Device, page: Page, number: int) -> float:
    """Milliseconds from a slate's publication until it stands on the page."""
    made = slate(f"s-{number}", (film(f"film-{number}", f"Film {number}"),))
    return timed(lambda: device.say("recommendations", made), page, f'[data-film="film-{number}"]')


def slow_down(page: Page, slower: int, network: Network | None) -> None:
    """Throttle a page as the developer tools of Chromium do."""
    tools = page.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    if network is not None:
        down, up, latency_ms = network
        tools.send("Network.enable")
        limits = {"downloadThroughput": down, "uploadThroughput": up, "latency": latency_ms}
        tools.send("Network.emulateNetworkConditions", {"offline": False, **limits})


def timed(action: Callable[[], object], page: Page, selector: str) -> float:
    """Milliseconds from an action until an element is there, the browser's answer included."""
    began_s = time.perf_counter()
    action()
    page.locator(selector).first.wait_for(timeout=GUARD_MS)
    return (time.perf_counter() - began_s) * 1000
