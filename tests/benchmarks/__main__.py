"""`make bench`: prints the tables of every benchmark, or of those named.

Not a test: absolute times depend on the machine. Compare rows of one run with each other.
"""

import os
import sys
from collections.abc import Callable, Iterable
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.benchmarks import daemon, stages

BENCHMARKS: Final[dict[str, Callable[[], Iterable[Table]]]] = {
    "stages": stages.tables,
    "daemon": daemon.tables,
}


def main(names: list[str]) -> None:
    """Run the benchmarks one after the other, on one core."""
    unknown = set(names) - BENCHMARKS.keys()
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    console = Console(width=100)
    for name in names or BENCHMARKS:
        for table in BENCHMARKS[name]():
            console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
