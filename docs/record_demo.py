"""Records `emoflix demo` as the picture in the README: `python docs/record_demo.py OUT.svg`."""

import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

SECONDS = "24"
COLUMNS = 96


def main() -> None:
    """Run the demo, keep what it prints, draw it."""
    out = Path(sys.argv[1])
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "emoflix_device", "demo", "--seconds", SECONDS],
        env={**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere)
        console.print(Text.from_ansi(f"$ make demo SECONDS={SECONDS}\n{ran.stdout}"))
        console.save_svg(str(out), title="Emoflix")


if __name__ == "__main__":
    main()
