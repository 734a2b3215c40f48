"""What speaks for a film: one small scorer each, all behind one contract."""

from emoflix_catalog.recommend.scorers.affect import Affect
from emoflix_catalog.recommend.scorers.base import Scorer
from emoflix_catalog.recommend.scorers.collaborative import Collaborative
from emoflix_catalog.recommend.scorers.content import Content
from emoflix_catalog.recommend.scorers.context import Circumstances
from emoflix_catalog.recommend.scorers.language import Language
from emoflix_catalog.recommend.scorers.look import Look
from emoflix_catalog.recommend.scorers.novelty import Novelty
from emoflix_catalog.recommend.scorers.people import People
from emoflix_catalog.recommend.scorers.quality import Quality
from emoflix_catalog.recommend.scorers.trending import Trending

SCORERS: tuple[type[Scorer], ...] = (
    Affect,
    People,
    Content,
    Collaborative,
    Language,
    Quality,
    Novelty,
    Trending,
    Circumstances,
    Look,
)

__all__ = ["SCORERS", "Scorer"]
