"""How many commands each client may send: a bucket of tokens that fills at a steady rate."""

from collections import OrderedDict
from typing import Final

PER_S: Final = 50.0
"""Commands a second that one client may go on sending; a phone in use sends one or two."""
BURST: Final = 200
"""Commands that one client may send at once."""
MOST_CLIENTS: Final = 1000
"""The one that was quiet longest is forgotten, and begins with a full bucket again."""


class Rates:
    """A token bucket a client (Turner, "New directions in communications", 1986)."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, user: str, now_s: float) -> bool:
        """Whether this client may send one more now.

        Args:
            user: of the broker.
            now_s: on a clock that does not run backwards.
        """
        tokens, since_s = self._buckets.pop(user, (float(BURST), now_s))
        tokens = min(BURST, tokens + (now_s - since_s) * PER_S)
        allowed = tokens >= 1
        self._buckets[user] = (tokens - allowed, now_s)
        if len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return allowed
