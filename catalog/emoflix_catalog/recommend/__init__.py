"""Which films tonight: a pure function of catalogue, viewer, mood and context.

`recommend(catalogue, viewer, mood, context, *, count=5, seed=0, weights=...) -> Slate` knows no
clock and touches nothing: the same arguments give the same slate, on the device and on a desktop.
`recommend_together` does it for several people, `Policy` learns the weights from their answers.
"""

from emoflix_catalog.recommend.company import Seat
from emoflix_catalog.recommend.learning import Policy
from emoflix_catalog.recommend.ranking import recommend, recommend_together
from emoflix_catalog.recommend.rewards import reward
from emoflix_catalog.recommend.slate import Reason, Recommendation, Slate
from emoflix_catalog.recommend.viewer import (
    Context,
    MoodReading,
    Resemblance,
    Viewer,
    mood_of,
)
from emoflix_catalog.recommend.weights import Weights

__all__ = [
    "Context",
    "MoodReading",
    "Policy",
    "Reason",
    "Recommendation",
    "Resemblance",
    "Seat",
    "Slate",
    "Viewer",
    "Weights",
    "mood_of",
    "recommend",
    "recommend_together",
    "reward",
]
