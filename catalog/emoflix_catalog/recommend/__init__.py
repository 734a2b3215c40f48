"""Which films tonight: a pure function of catalogue, viewer, mood and context.

`recommend(catalogue, viewer, mood, context, *, count=5, seed=0) -> Slate` knows no clock and
touches nothing: the same arguments give the same slate, on the device and on a desktop.
"""

from emoflix_catalog.recommend.ranking import recommend
from emoflix_catalog.recommend.slate import Reason, Recommendation, Slate
from emoflix_catalog.recommend.viewer import Context, MoodReading, Viewer, mood_of

__all__ = [
    "Context",
    "MoodReading",
    "Reason",
    "Recommendation",
    "Slate",
    "Viewer",
    "mood_of",
    "recommend",
]
