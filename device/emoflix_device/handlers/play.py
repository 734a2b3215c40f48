"""`play`: a film is chosen."""

import logging

from emoflix_catalog.film import Film
from emoflix_catalog.recommend import reward
from emoflix_device.errors import RefusedError, StateError
from emoflix_device.handlers.desk import Desk
from emoflix_device.handlers.feedback import LATEST
from emoflix_device.handlers.later import Later
from emoflix_device.mqtt.messages import PlayingBegun
from emoflix_device.mqtt.requests import PlayRequest, PlayResult
from emoflix_device.playing import Player, PlayerError

_LOG = logging.getLogger(__name__)


def play(desk: Desk, request: PlayRequest) -> PlayResult | Later[bool]:
    """Start the film where the player has it; where nothing has it, people put it on themselves.

    Either way the evening is the film's from then on.
    """
    film = desk.recommender.film(request.film)

    def begun(started: bool) -> PlayResult:  # noqa: FBT001 - an outcome of the worker
        _learn(desk, film, request.slate)
        desk.evening.film_chosen(film, desk.clock.steady_s())
        desk.tell("event", PlayingBegun(at=desk.clock.wall(), film=film.id, title=film.title))
        return PlayResult(started=started)

    if (player := desk.player) is None:
        return begun(started=False)
    return Later(desk.worker.do(lambda: _start(player, film)), begun)


def _start(player: Player, film: Film) -> bool:
    """On the worker's thread."""
    try:
        held = player.holds(film)
        if held:
            player.play(film)
    except PlayerError as error:
        raise RefusedError("film", f"cannot be started: {error}") from error
    return held


def _learn(desk: Desk, film: Film, slate: str | None) -> None:
    """What was shown above the film was passed over. Not worth keeping the film from starting."""
    profile, worth = desk.people.current, reward("passed_over")
    for record in reversed(desk.household.slates.of(profile, LATEST)):
        shown = [offer.film for offer in record.offers]
        if slate in {None, record.slate} and film.id in shown and worth is not None:
            above = record.offers[: shown.index(film.id)]
            try:
                desk.people.learn(profile, [(offer.parts, worth) for offer in above])
            except StateError as error:
                _LOG.warning("nothing is learnt of what was passed over: %s", error)
            desk.people.forget()
            return
