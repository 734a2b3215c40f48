"""The process's addresses: the page, who one is, pairing, and the way to the broker."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final

import msgspec
from aiohttp import web

from emoflix_device.web.bridge import Bridge
from emoflix_device.web.headers import SECURITY_HEADERS, is_ours, is_same_origin
from emoflix_device.web.language import language_for
from emoflix_device.web.page import BuiltPage
from emoflix_device.web.pairing import GUEST, BrokerUser, Pairing

COOKIE: Final = "emoflix"
YEAR_S: Final = 365 * 24 * 3600
BODY_LIMIT_BYTES: Final = 4096

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What the page must know to speak to the broker."""

    device: str
    user: str
    password: str | None = None


class Invitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a phone has read from the QR code."""

    token: str


class Site:
    """The handlers, and what they share."""

    def __init__(
        self,
        *,
        device: str,
        page: BuiltPage,
        bridge: Bridge,
        pairing: Pairing | None,
    ) -> None:
        """Take the parts over.

        Args:
            device: name in the topics.
            page: its files.
            bridge: to the broker.
            pairing: the paired phones; without it everyone is `guest`.
        """
        self._device = device
        self._page = page
        self._bridge = bridge
        self._pairing = pairing

    def app(self, names: Collection[str] = ()) -> web.Application:
        """The application; `names` are further host names that it answers to."""
        app = web.Application(middlewares=[_only_to_us(names)], client_max_size=BODY_LIMIT_BYTES)
        app.router.add_get("/session", self._session)
        app.router.add_post("/pair", self._pair)
        app.router.add_get("/mqtt", self._mqtt)
        app.router.add_get("/", self._face)
        app.router.add_get("/{path:.*}", self._file)
        app.on_response_prepare.append(_forbid)
        app.on_shutdown.append(self._close)
        return app

    async def _file(self, request: web.Request) -> web.StreamResponse:
        found = self._page.files.get(request.path)
        if found is None:
            raise web.HTTPNotFound(text="nothing is here\n")
        return web.FileResponse(found.path, headers=found.headers)

    async def _face(self, request: web.Request) -> web.StreamResponse:
        languages = self._page.faces["tv" if "tv" in request.query else "phone"]
        accepted = request.headers.get("Accept-Language", "")
        found = languages[language_for(request.cookies.get("language"), accepted, languages)]
        return web.FileResponse(found.path, headers=found.headers)

    async def _session(self, request: web.Request) -> web.StreamResponse:
        known = self._who(request)
        session = Session(device=self._device, user=known.user, password=known.password)
        return web.Response(body=msgspec.json.encode(session), content_type="application/json")

    async def _pair(self, request: web.Request) -> web.StreamResponse:
        _demand_same_origin(request)
        if self._pairing is None:
            raise web.HTTPNotFound(text="everyone is let in here\n")
        try:
            token = msgspec.json.decode(await request.read(), type=Invitation).token
        except msgspec.DecodeError as error:
            raise web.HTTPBadRequest(text=f"{error}\n") from error
        answer = self._pairing.accept(token)
        if answer == "unknown":
            raise web.HTTPForbidden(text="this invitation has been used or has run out\n")
        if answer == "full":
            raise web.HTTPConflict(text="no more phones can be paired\n")
        response = web.Response(status=204)
        response.set_cookie(COOKIE, answer, max_age=YEAR_S, httponly=True, samesite="Strict")
        return response

    async def _mqtt(self, request: web.Request) -> web.StreamResponse:
        _demand_same_origin(request)
        self._who(request)
        return await self._bridge.carry(request)

    async def _close(self, _: web.Application) -> None:
        await self._bridge.close()

    def _who(self, request: web.Request) -> BrokerUser:
        if self._pairing is None:
            return GUEST
        user = self._pairing.user_of(request.cookies.get(COOKIE, ""))
        if user is None:
            raise web.HTTPUnauthorized(text="this phone is not paired\n")
        return user


def _only_to_us(names: Collection[str]) -> Any:
    @web.middleware
    async def only_to_us(request: web.Request, handler: _Handler) -> web.StreamResponse:
        if not is_ours(request.host, names):
            raise web.HTTPMisdirectedRequest(
                text="this box is not known by that name; if it should be, add it to `web.names`\n"
            )
        return await handler(request)

    return only_to_us


async def _forbid(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in (SECURITY_HEADERS | {"Cache-Control": "no-store"}).items():
        response.headers.setdefault(name, value)
    if request.path == "/":  # here, since a file's answer has a mind of its own about this
        response.headers["Vary"] = "Accept-Encoding, Accept-Language, Cookie"
    # What program answers, and in which version, is nobody's business.
    response.headers["Server"] = "emoflix"


def _demand_same_origin(request: web.Request) -> None:
    if not is_same_origin(request.headers.get("Origin"), request.host):
        raise web.HTTPForbidden(text="only the page of this box may ask that\n")
