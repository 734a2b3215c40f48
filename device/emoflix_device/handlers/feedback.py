"""`feedback`: what people say of a film. It is kept, and something is learnt of it, at once."""

from typing import Final

from emoflix_catalog.recommend import reward
from emoflix_device.handlers.desk import Desk
from emoflix_device.household import Feedback
from emoflix_device.mqtt.messages import FeedbackGiven
from emoflix_device.mqtt.viewer_requests import FeedbackRequest, FeedbackResult

STARS: Final = 2.0
"""A star is worth so much on the household's scale of ten."""

LATEST: Final = 20
"""So many slates back, what is said of a film still teaches what showed it."""

_SAYS_IT_IS_OVER: Final = frozenset({"watched", "rating", "review", "stopped_early"})
"""Said of the film that plays; anything, once it is asked about."""


def feedback(desk: Desk, request: FeedbackRequest) -> FeedbackResult:
    """Keep it; learn from it where it was an answer to what was shown."""
    film = desk.recommender.film(request.film)
    profile = desk.people.named(request.profile)
    said = Feedback(
        film=film.id,
        kind=request.kind,
        rating=None if request.rating is None else STARS * request.rating,
        review=request.review,
        because=request.because,
        slate=request.slate,
    )
    sentiment = None
    if said.review is not None:
        sentiment = desk.recommender.reviews.sentiment(said.review)
    desk.household.history.add(profile, said, desk.clock.wall(), sentiment=sentiment)
    worth = reward(said.kind, rating=said.rating, sentiment=sentiment, because=said.because)
    learnt = False
    if worth is not None and (evidence := _evidence(desk, profile, said)) is not None:
        desk.people.learn(profile, [(evidence, worth)])
        learnt = True

    def tell() -> None:
        if desk.evening.state == "afterwards" or said.kind in _SAYS_IT_IS_OVER:
            desk.evening.answered(film.id, desk.clock.steady_s())
        desk.tell("event", FeedbackGiven(at=desk.clock.wall(), film=film.id, kind=said.kind))

    desk.once_kept.append(tell)
    understood = None if said.review is None else sentiment is not None
    return FeedbackResult(learnt=learnt, understood=understood)


def _evidence(desk: Desk, profile: str, said: Feedback) -> dict[str, float] | None:
    """What spoke for the film where it was shown: in the slate named, or else in the last."""
    for record in reversed(desk.household.slates.of(profile, LATEST)):
        if said.slate in {None, record.slate}:
            for offer in record.offers:
                if offer.film == said.film:
                    return offer.parts
    return None
