"""`profile`: who watches, and what is kept of them."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from emoflix_catalog.recommend.cold_start import films_to_ask
from emoflix_device.errors import RefusedError
from emoflix_device.handlers.desk import Desk
from emoflix_device.household import as_json, export_profile
from emoflix_device.mqtt.viewer_requests import ProfileRequest, ProfileResult
from emoflix_device.people import HOUSEHOLD
from emoflix_device.translate import film_message


def profile(desk: Desk, request: ProfileRequest) -> ProfileResult:
    """Carry the action out."""
    return _ACTIONS[request.action](desk, request)


def _list(desk: Desk, request: ProfileRequest) -> ProfileResult:  # noqa: ARG001
    return ProfileResult(profiles=desk.household.profiles.names(), selected=desk.people.selected)


def _create(desk: Desk, request: ProfileRequest) -> ProfileResult:
    desk.household.profiles.create(_name(request))
    return ProfileResult()


def _select(desk: Desk, request: ProfileRequest) -> ProfileResult:
    kept = desk.household.profiles.named(_name(request))
    desk.household.profiles.select(None if kept == HOUSEHOLD else kept)
    return ProfileResult()


def _rename(desk: Desk, request: ProfileRequest) -> ProfileResult:
    if request.new_name is None:
        raise RefusedError("new_name", "is missing")
    if desk.household.profiles.named(_name(request)) == HOUSEHOLD:
        raise RefusedError("name", "is the household as a whole, which keeps its name")
    desk.household.profiles.rename(_name(request), request.new_name)
    return ProfileResult()


def _export(desk: Desk, request: ProfileRequest) -> ProfileResult:
    document = as_json(export_profile(desk.household, _name(request), desk.clock.wall()))
    return ProfileResult(data=msgspec.json.decode(document))


def _introduce(desk: Desk, request: ProfileRequest) -> ProfileResult:
    catalogue = desk.recommender.catalogue
    viewer = desk.people.viewer(desk.people.named(request.name))
    films = (catalogue.film_at(number) for number in films_to_ask(catalogue, viewer))
    return ProfileResult(films=tuple(map(film_message, films)))


def _erase(desk: Desk, request: ProfileRequest) -> ProfileResult:
    desk.household.erase(desk.household.profiles.named(_name(request)))
    return ProfileResult()


def _forget(desk: Desk, request: ProfileRequest) -> ProfileResult:
    desk.household.profiles.save_learned(_name(request), {})
    return ProfileResult()


def _name(request: ProfileRequest) -> str:
    if request.name is None:
        raise RefusedError("name", "is missing")
    return request.name


_ACTIONS: Final[Mapping[str, Callable[[Desk, ProfileRequest], ProfileResult]]] = {
    "list": _list,
    "create": _create,
    "select": _select,
    "rename": _rename,
    "export": _export,
    "erase": _erase,
    "forget": _forget,
    "introduce": _introduce,
}
