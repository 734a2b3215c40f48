"""`recommend`: a slate now, or after a fresh look."""

from typing import Final

from emoflix_catalog.recommend import MoodReading, mood_of
from emoflix_device.errors import RefusedError
from emoflix_device.handlers.desk import Desk
from emoflix_device.handlers.later import Later
from emoflix_device.mood import Mood
from emoflix_device.mqtt.messages import RecommendationsMessage
from emoflix_device.mqtt.requests import RecommendRequest
from emoflix_device.offering import Wanted
from emoflix_device.translate import mood_reading

_WISHES: Final = ("languages", "actors", "genres", "max_runtime_min", "lift")
"""Fields of the request that are the viewer's of the same name."""

NOBODY_SEEN: Final = "Nobody was seen, so taste leads."


def recommend(desk: Desk, request: RecommendRequest) -> RecommendationsMessage | Later[Mood]:
    """Make a slate for the mood that is seen, or for the one that was told.

    While a film plays, what the faces show is the film's doing: taste leads.
    """
    wishes = {name: value for name in _WISHES if (value := getattr(request, name)) is not None}
    wanted = Wanted(tuple(map(desk.people.named, request.profiles)), wishes, request.count)
    if request.fresh:
        return _after_a_look(desk, wanted)
    return desk.offering.offer(_reading(desk, request.mood), wanted)


def _reading(desk: Desk, told: str | None) -> MoodReading | None:
    if told is not None:
        return mood_of(told)
    return None if desk.evening.state == "playing" else mood_reading(desk.watching.mood)


def _after_a_look(desk: Desk, wanted: Wanted) -> Later[Mood]:
    camera = desk.watching.camera
    if camera.state != "on":
        why = "there is no consent to look" if camera.state == "no consent" else camera.state
        raise RefusedError("fresh", f"the camera cannot look: {camera.fault or why}")

    def show(mood: Mood) -> RecommendationsMessage:
        note = "" if mood.people else NOBODY_SEEN
        return desk.offering.offer(mood_reading(mood), wanted, note=note)

    return Later(desk.looking.begin(), show)
