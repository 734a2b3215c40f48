"""Whether a review in English is for or against its film, by a list of words of the project's own.

What there is where nobody fitted a classifier (`sentiment.py`). The rules are a part of those of
Hutto and Gilbert, "VADER: a parsimonious rule-based model for sentiment analysis of social media
text", 2014: a word that strengthens stands before its word, a negation up to three words before it,
and what comes after "but" counts more.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

_WORDS: Final = Path(__file__).with_name("opinion.txt")
LEAST_ENGLISH: Final = 1 / 3
"""A review of whose words a smaller share is known is in another language."""
_NEGATED: Final = -0.74
_AFTER_BUT: Final = (0.5, 1.5)
"""What the words before and after a "but" count."""
_LEAN: Final = 0.4
"""People praise in more words than they blame: what each opinion loses for it. Of 0 to 1 in steps
of 0.05 the best on the training reviews that `catalog/README.md` names."""
_SOFTENS: Final = 15.0
"""So that a sum of 4, one strong word and a weak one, is 0.7: as VADER has it."""
_STRONGER, _WEAKER = 1.3, 0.7
_REACH: Final = 3
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


class _Opinion(NamedTuple):
    place: int
    """Of its first word."""
    words: int
    worth: float


class Opinions:
    """Reads a review by its words; needs nothing that was fitted."""

    def __init__(self) -> None:
        kinds: dict[str, list[str]] = defaultdict(list)
        for line in _WORDS.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                kind, _, words = line.partition(": ")
                kinds[kind] += words.split()
        self._strength = dict.fromkeys(kinds.pop("stronger"), _STRONGER)
        self._strength |= dict.fromkeys(kinds.pop("weaker"), _WEAKER)
        self._negations = frozenset(kinds.pop("negates"))
        self._english = frozenset(kinds.pop("english"))
        self._worth = {word: int(worth) for worth, words in kinds.items() for word in words}
        self._longest = max(phrase.count("_") for phrase in self._worth) + 1

    def sentiment(self, review: str) -> float | None:
        """From -1 (against) to 1 (for); None where there is no opinion, or it is not English.

        x / sqrt(x^2 + 15), x being the sum over the opinions of their worth less _LEAN.
        """
        words = _words(review)
        opinions = list(self._opinions(words))
        said = {place + step for place, count, _ in opinions for step in range(count)}
        known = sum(place in said or word in self._english for place, word in enumerate(words))
        if not opinions or known < LEAST_ENGLISH * len(words):
            return None
        turn = max((place for place, word in enumerate(words) if word == "but"), default=None)
        total = 0.0
        for opinion in opinions:
            worth = self._in_context(opinion, words) - _LEAN
            total += worth if turn is None else worth * _AFTER_BUT[opinion.place > turn]
        return total / math.sqrt(total**2 + _SOFTENS)

    def _opinions(self, words: list[str]) -> Iterator[_Opinion]:
        """In order; of two that begin at one word, the longer."""
        place = 0
        while place < len(words):
            for count in range(self._longest, 0, -1):
                worth = self._worth.get("_".join(words[place : place + count]))
                if worth is not None:
                    yield _Opinion(place, count, worth)
                    place += count
                    break
            else:
                place += 1

    def _in_context(self, opinion: _Opinion, words: list[str]) -> float:
        before = words[max(0, opinion.place - _REACH) : opinion.place]
        worth = opinion.worth * (self._strength.get(before[-1], 1) if before else 1)
        return worth * _NEGATED if self._negations.intersection(before) else worth


def _words(review: str) -> list[str]:
    text = review.replace("<br />", " ").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower()
    return _WORD.findall(text)
