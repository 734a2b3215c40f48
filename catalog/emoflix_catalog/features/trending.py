"""How much a film is looked at these weeks: dated counts, the older the less they say."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

HALVED_AFTER_DAYS: Final = 14
"""A look so long ago counts half: a film is talked of for some weeks."""


def decayed(counts: Mapping[dt.date, float], today: dt.date) -> float:
    """Counts a day as if all of them were today's: sum_d count_d 2^(-(today - d) / 14 days).

    Exponential decay forgets smoothly, and of two snapshots the same days give the same sum but for
    a common factor, so the order of films does not depend on the day they are compared on. Days to
    come do not count.
    """
    return sum(
        count * 2 ** (-(today - day).days / HALVED_AFTER_DAYS)
        for day, count in counts.items()
        if day <= today
    )
