"""Which films of a slate a player here has: asked on the worker, since it may be far away."""

import logging
from collections.abc import Sequence
from concurrent.futures import Future

from emoflix_catalog.film import Film
from emoflix_device.errors import RefusedError
from emoflix_device.playing import Player
from emoflix_device.worker import Worker

_LOG = logging.getLogger(__name__)


class Shelf:
    """Asks for one slate at a time: the newest."""

    def __init__(self, player: Player | None, worker: Worker) -> None:
        self._player = player
        self._worker = worker
        self._asked: Future[frozenset[str]] | None = None
        self._fault: str | None = None

    def ask(self, films: Sequence[Film]) -> None:
        """Have these looked for; what was asked before is of no interest any more."""
        self._asked = None
        if (player := self._player) is None or not films:
            return
        try:
            self._asked = self._worker.do(
                lambda: frozenset(film.id for film in films if player.holds(film))
            )
        except RefusedError as error:
            _LOG.warning("which films can be played is not known: %s", error)

    def answer(self) -> frozenset[str] | None:
        """The ids of those that are there, once, when it is known."""
        if self._asked is None or not self._asked.done():
            return None
        asked, self._asked = self._asked, None
        error = asked.exception()
        fault = None if error is None else str(error) or repr(error)
        if fault is not None and fault != self._fault:  # said once, not at every slate
            _LOG.warning("which films can be played is not known: %s", fault)
        self._fault = fault
        return frozenset() if error else asked.result()
