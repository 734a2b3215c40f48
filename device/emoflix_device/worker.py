"""One thread for what can take long. It holds no state: it is handed work, and gives an outcome."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from emoflix_device.errors import RefusedError

_T = TypeVar("_T")

MOST_WAITING: Final = 8
"""Jobs beside the one under way: more than a person waits for."""


class Worker:
    """Does one job after the other, in the order in which they were given."""

    def __init__(self, on_done: Callable[[], None]) -> None:
        """Start no thread yet.

        Args:
            on_done: called from the worker's thread after each job.
        """
        self._on_done = on_done
        self._jobs: queue.Queue[tuple[Callable[[], Any], Future[Any]]] = queue.Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None

    def do(self, work: Callable[[], _T]) -> "Future[_T]":
        """Have something done that touches no state of the loop.

        Returns:
            The outcome, when there is one: what `work` gave or raised.

        Raises:
            RefusedError: too much waits already.
        """
        outcome: Future[_T] = Future()
        try:
            self._jobs.put_nowait((work, outcome))
        except queue.Full:
            raise RefusedError(
                "command", f"busy: {MOST_WAITING} jobs are waiting; ask again later"
            ) from None
        if self._thread is None:
            # A job may hang in a driver or a network: it must not keep the process alive.
            self._thread = threading.Thread(target=self._work, name="worker", daemon=True)
            self._thread.start()
        return outcome

    def _work(self) -> None:
        while True:
            work, outcome = self._jobs.get()
            try:
                outcome.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it is the loop that hears of it
                outcome.set_exception(error)
            self._on_done()
