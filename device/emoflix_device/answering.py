"""Commands carried out once each: found, kept together with their answer, replied to."""

import logging
from typing import Any, Final

import msgspec

from emoflix_catalog.errors import CatalogueError
from emoflix_device.errors import EmoflixError, RefusedError, StateError
from emoflix_device.handlers import HANDLERS, Desk, Later
from emoflix_device.household import RequestKey, TracesError
from emoflix_device.mqtt.commands import WHOLE_PAYLOAD, Command
from emoflix_device.mqtt.link import Link
from emoflix_device.mqtt.messages import encode

_LOG = logging.getLogger(__name__)

LONGEST_S: Final = 1.0
"""Commands that come faster than they are answered leave the rest of the loop its turn."""

NOT_KEPT: Final = "it cannot be kept"
"""What is said where the store fails, before the reason."""


class _Waiting(msgspec.Struct):
    """Commands whose answer comes later: one, and those of the same id that came meanwhile."""

    commands: list[Command]
    later: Later[Any]


class Answering:
    """Takes commands from the link and answers them; belongs to the loop."""

    def __init__(self, link: Link, desk: Desk) -> None:
        self._link = link
        self._desk = desk
        self._waiting: list[_Waiting] = []

    def answer_all(self) -> None:
        """Answer what has come to an end meanwhile, then the commands that wait, for a while."""
        for waiting in [each for each in self._waiting if each.later.outcome.done()]:
            self._waiting.remove(waiting)
            self._finish(waiting)
        clock = self._desk.clock
        until_s = clock.steady_s() + LONGEST_S
        while clock.steady_s() < until_s and (command := self._link.take_command()) is not None:
            self._take(command)

    def _take(self, command: Command) -> None:
        key = _key(command)
        for waiting in self._waiting if key is not None else ():
            if _key(waiting.commands[0]) == key:
                waiting.commands.append(command)
                return
        try:
            known = None if key is None else self._desk.household.answers.find(key)
            answer = known or self._carry_out(command)
        except (EmoflixError, CatalogueError) as error:
            answer = _refusal(command, error)
        if isinstance(answer, Later):
            self._waiting.append(_Waiting([command], answer))
        else:
            self._link.reply(command, answer)

    def _finish(self, waiting: _Waiting) -> None:
        command, later = waiting.commands[0], waiting.later
        try:
            answer = self._remembered(command, later.finish(later.outcome.result()))
        except (EmoflixError, CatalogueError) as error:
            answer = _refusal(command, error)
        except Exception:  # noqa: BLE001 - told with its trace
            # What was sent from outside made a library fail: that must not end the device.
            _LOG.exception("%s failed", command.name)
            answer = encode(command.refused(WHOLE_PAYLOAD, "failed; the device's log says why"))
        for each in waiting.commands:
            self._link.reply(each, answer)

    def _carry_out(self, command: Command) -> bytes | Later[Any]:
        """Raises EmoflixError or CatalogueError; then nothing was changed."""
        desk, request = self._desk, command.request
        handle = HANDLERS[type(request)]
        if request.effect != "writes":
            result = handle(desk, request)
            return result if isinstance(result, Later) else self._remembered(command, result)
        desk.once_kept.clear()
        try:
            with desk.household.transaction():
                result = handle(desk, request)
                if isinstance(result, Later):
                    raise TypeError(f"{command.name}: what writes the store is answered at once")
                reply = encode(command.done(result))
                self._remember(command, reply)
        except TracesError as error:  # it is done, and what follows from it must be, too
            _LOG.warning("%s: %s", command.name, error)
        desk.people.forget()
        for action in desk.once_kept:
            action()
        return reply

    def _remembered(self, command: Command, result: msgspec.Struct) -> bytes:
        """The reply to what changed nothing in the store: it is given even where none can be."""
        reply = encode(command.done(result))
        if command.request.effect == "acts":
            try:
                self._remember(command, reply)
            except StateError as error:
                _LOG.warning("%s: %s: %s", command.name, NOT_KEPT, error)
        return reply

    def _remember(self, command: Command, reply: bytes) -> None:
        if (key := _key(command)) is not None:
            desk = self._desk
            whose = command.request.whose(desk.people.current)
            desk.household.answers.remember(key, reply, desk.clock.wall(), profile=whose)


def _key(command: Command) -> RequestKey | None:
    """None for a command without an id: it is like no other."""
    if command.request_id is None:
        return None
    return RequestKey(command.user, command.name, command.request_id)


def _refusal(command: Command, error: EmoflixError | CatalogueError) -> bytes:
    match error:
        case RefusedError():
            refused = command.refused(error.field, error.message)
        case StateError():
            _LOG.error("%s: %s", command.name, error)
            refused = command.refused(WHOLE_PAYLOAD, f"{NOT_KEPT}: {error}")
        case _:
            _LOG.error("%s: %s", command.name, error)
            refused = command.refused(WHOLE_PAYLOAD, str(error))
    return encode(refused)
