"""`recommend`: a slate now."""

from typing import Final

from emoflix_catalog.recommend import mood_of
from emoflix_device.handlers.desk import Desk
from emoflix_device.mqtt.messages import RecommendationsMessage, RecommendRequest
from emoflix_device.translate import mood_reading

_WISHES: Final = ("languages", "actors", "max_runtime_min", "lift")
"""Fields of the request that are the viewer's of the same name."""


def recommend(desk: Desk, request: RecommendRequest) -> RecommendationsMessage:
    """Make a slate for the mood that is seen, or for the one that was told."""
    wishes = {name: value for name in _WISHES if (value := getattr(request, name)) is not None}
    told = request.mood
    reading = mood_reading(desk.watching.mood) if told is None else mood_of(told)
    return desk.offering.offer(reading, wishes=wishes, count=request.count)
