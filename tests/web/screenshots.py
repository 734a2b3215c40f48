"""Takes the README's pictures of the page: `python -m tests.web.screenshots docs`.

What they show is the real device on the bundled clip, before a real broker, in the real browser.
"""

import io
import json
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.end_to_end.emoflix import BASE, Emoflix, ask, give_consent
from tests.mosquitto import Ear, Mosquitto
from tests.web.conftest import FLAGS, PHONE, browser_program
from tests.web.stage import WebProcess

TELEVISION = {"width": 1280, "height": 720}
LANGUAGES = ["ml", "hi", "ta", "en", "ko"]
LONG_PHONE = PHONE | {"height": 1380}
"""Down to the second film."""
LIMIT_BYTES = 150_000
COLOURS = 256


def take(page: Page, file: Path) -> None:
    """One picture, in as many colours as its size allows."""
    page.wait_for_function("document.fonts.status === 'loaded'")
    whole = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    few = whole.quantize(COLOURS)
    for picture in (whole.quantize(palette=few, dither=Image.Dither.FLOYDSTEINBERG), few):
        picture.save(file, optimize=True)
        size_bytes = file.stat().st_size
        if size_bytes <= LIMIT_BYTES:
            print(f"{file}: {size_bytes} bytes")  # noqa: T201 - a command
            return
    sys.exit(f"{file}: {size_bytes} bytes are too many for a README")


def happy(ear: Ear) -> None:
    """Wait until the clip's face smiles."""
    ear.forget()
    ear.wait(
        lambda m: m.topic == f"{BASE}/mood" and json.loads(m.payload)["mood"] == "happy",
        guard_s=60,
    )


def main() -> None:
    """Play an evening and take a picture of each face."""
    out = Path(sys.argv[1])
    program = browser_program()
    if program is None:
        sys.exit("there is no Chromium to take pictures with")
    with (
        tempfile.TemporaryDirectory() as name,
        Mosquitto(Path(name)) as broker,
        Ear(broker.port, "emoflix/#") as ear,
        Emoflix(Path(name), broker.port, recommender={"languages": LANGUAGES}),
        WebProcess(broker.port, Path(name)) as web,
        sync_playwright() as playwright,
    ):
        ear.wait_for(f"{BASE}/availability", b"online", guard_s=60)
        give_consent(ear)
        browser = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=False, args=FLAGS
        )
        options = {"locale": "en-GB", "reduced_motion": "reduce"}
        phone = browser.new_page(viewport=LONG_PHONE, color_scheme="light", **options)  # type: ignore[arg-type]
        screen = browser.new_page(viewport=TELEVISION, **options)  # type: ignore[arg-type]
        phone.goto(f"{web.address}/")
        screen.goto(f"{web.address}/?tv")
        happy(ear)
        ask(ear, "recommend", {})
        for page, file in ((screen, out / "television.png"), (phone, out / "phone.png")):
            happy(ear)
            expect(page.locator("[data-film]").first).to_be_visible(timeout=60_000)
            expect(page.get_by_text("The room looks happy")).to_be_visible(timeout=60_000)
            take(page, file)
        browser.close()


if __name__ == "__main__":
    main()
