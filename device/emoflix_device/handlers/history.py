"""`history`: what a profile said of films, and films seen elsewhere."""

from collections.abc import Iterable

from emoflix_catalog.errors import UnknownFilmError
from emoflix_device.errors import RefusedError
from emoflix_device.handlers.desk import Desk
from emoflix_device.handlers.feedback import STARS
from emoflix_device.household import Feedback, Said
from emoflix_device.mqtt.viewer_requests import HistoryEntry, HistoryRequest, HistoryResult


def history(desk: Desk, request: HistoryRequest) -> HistoryResult:
    """List it, add a film that was seen, or remove all that was said of one."""
    profile = desk.people.named(request.profile)
    kept = desk.household.history
    if request.action == "list":
        return HistoryResult(entries=_entries(desk, kept.of(profile, request.count)))
    if request.film is None:
        raise RefusedError("film", "is missing")
    if request.action == "add":
        film = desk.recommender.film(request.film)
        kept.add(profile, Feedback(film=film.id, kind="watched"), desk.clock.wall())
    elif not kept.remove(profile, request.film):
        raise RefusedError("film", "is none of which anything was said")
    return HistoryResult(entries=_entries(desk, kept.about(profile, request.film)))


def _entries(desk: Desk, history: Iterable[Said]) -> tuple[HistoryEntry, ...]:
    """The newest first."""
    entries = [_entry(desk, said) for said in history]
    return tuple(reversed(entries))


def _entry(desk: Desk, said: Said) -> HistoryEntry:
    try:
        film = desk.recommender.catalogue.film(said.film)
    except UnknownFilmError:  # of another catalogue: what was said stays
        title, year = said.film, None
    else:
        title, year = film.title, film.year
    return HistoryEntry(
        film=said.film,
        title=title,
        year=year,
        kind=said.kind,
        rating=None if said.rating is None else said.rating / STARS,
        at=said.at,
    )
