"""`make bench`: prints the tables of every benchmark, or of those named.

Not a test: absolute times depend on the machine. Compare rows of one run with each other.
"""

import importlib
import os
import sys
from typing import Final

from rich.console import Console

BENCHMARKS: Final = (
    "stages",
    "daemon",
    "beside",
    "quality",
    "covered",
    "mood",
    "corrections",
    "change",
    "recall",
    "sentiment",
    "slate",
    "feedback",
    "catalogue",
    "commands",
    "page",
)
"""Modules beside this one; the `tables` of each gives what is printed."""


def main(names: list[str]) -> None:
    """Run the benchmarks one after the other, on one core."""
    unknown = set(names).difference(BENCHMARKS)
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    console = Console(width=100)
    for name in names or BENCHMARKS:
        for table in importlib.import_module(f"tests.benchmarks.{name}").tables():
            console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
