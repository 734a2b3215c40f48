"""What speaks for a film: one small scorer each, all behind one contract."""

from emoflix_catalog.recommend.scorers.affect import Affect
from emoflix_catalog.recommend.scorers.base import Scorer
from emoflix_catalog.recommend.scorers.content import Content
from emoflix_catalog.recommend.scorers.language import Language
from emoflix_catalog.recommend.scorers.people import People
from emoflix_catalog.recommend.scorers.quality import Quality

SCORERS: tuple[type[Scorer], ...] = (Affect, People, Content, Language, Quality)

__all__ = ["SCORERS", "Scorer"]
