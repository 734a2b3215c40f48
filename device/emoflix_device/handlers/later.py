"""An answer that is not there yet."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, NamedTuple, TypeVar

import msgspec

_T = TypeVar("_T")


class Later(NamedTuple, Generic[_T]):
    """What a handler gives for work that takes its time."""

    outcome: "Future[_T]"
    """Set on any thread, by a result or an error."""
    finish: Callable[[_T], msgspec.Struct]
    """Makes the command's result of it, on the loop."""
