"""What knowing the mood before the film is worth, with guards against knowing too much.

Emotions that were noted during or after a film tell how it was liked: they make a recommender look
far better than it can be. So a column whose name says that it is of such a time is refused, every
viewer is split by time, and beside the true moods stand another viewer's: what these gain, no
knowledge of the mood explains.
"""

import re
from typing import Final

import msgspec
import numpy as np

from emoflix_catalog.evaluate import metrics
from emoflix_catalog.evaluate.intervals import Estimate
from emoflix_catalog.evaluate.measuring import DEPTH, hits_of, over_viewers, wanted_of
from emoflix_catalog.evaluate.rankers import all_scorers, ranked
from emoflix_catalog.evaluate.study import Study
from emoflix_catalog.importers.contract import SourceError
from emoflix_catalog.recommend import MoodReading

_TOO_LATE: Final = frozenset(
    {"after", "afterwards", "dominant", "during", "end", "evoked", "felt", "final", "post", "while"}
)
"""Words that tell when: LDOS-CoMoDa, for one, has `endEmo` and `dominantEmo` beside `mood`."""
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SEED: Final = 0


class ContextReport(msgspec.Struct, frozen=True):
    """nDCG at DEPTH of the sum of all scorers, over queries of one viewer in one mood."""

    queries: int
    with_mood: Estimate
    without: Estimate
    gain: Estimate
    """With the mood, less without it."""
    gain_of_anothers: Estimate
    """The same with the moods dealt out anew among the queries: what is not of the mood."""


def refuse_leaks(column: str) -> None:
    """Refuse a column that tells of the film and not of the evening before it.

    Raises:
        SourceError: Its name says so.
    """
    if any(word.lower() in _TOO_LATE for word in _WORD.findall(column)):
        raise SourceError(
            f"--context {column}: its name says that it was noted during or after the film, which"
            " tells how the film was liked; give a column of the mood before it"
        )


def measure_context(study: Study) -> ContextReport:
    """What the mood is worth.

    Raises:
        SourceError: No rating that is asked for has a mood.
    """
    queries = tuple(query for query in study.queries if query.mood is not None)
    if not queries:
        raise SourceError("--context: none of the held-out likes has a mood: fill the column")
    order = np.random.default_rng(_SEED).permutation(len(queries))
    moods: dict[str, list[MoodReading | None]] = {
        "true": [query.mood for query in queries],
        "none": [None] * len(queries),
        "anothers": [queries[place].mood for place in order],
    }
    found = {}
    for name, given in moods.items():
        asked = tuple(query._replace(mood=mood) for query, mood in zip(queries, given, strict=True))
        part = study._replace(queries=asked)
        lists = ranked(part, all_scorers(part))
        found[name] = metrics.ndcg(hits_of(part, lists), wanted_of(part), DEPTH)
    of_moods = study._replace(queries=queries)
    return ContextReport(
        len(queries),
        over_viewers(of_moods, found["true"]),
        over_viewers(of_moods, found["none"]),
        over_viewers(of_moods, found["true"] - found["none"]),
        over_viewers(of_moods, found["anothers"] - found["none"]),
    )
