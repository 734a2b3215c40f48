"""The live view: what is known of one device, what a key asks of it, and how both are drawn.

No terminal and no network here: messages and keys come in, lines and requests go out.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Struct, UnsetType
from rich.console import Group
from rich.text import Text

from emoflix_device.mqtt.messages import (
    Availability,
    ErrorMessage,
    FilmMessage,
    InfoMessage,
    MoodMessage,
    RecommendationsMessage,
    Recommended,
    SettingsMessage,
)
from emoflix_device.mqtt.topics import TopicName
from emoflix_device.terminal.words import LOOKS, camera, certainty, decode, facts, printable

ANSWER_S: Final = 10.0
"""A device that has not answered by then will not."""
BAR_WIDTH: Final = 24

Key = Literal["up", "down", "like", "dislike", "seen", "recommend"]
ANSWERS: Final[dict[Key, tuple[str, str, str]]] = {
    "like": ("like", "liked", "green"),
    "dislike": ("dislike", "not for me", "red"),
    "seen": ("watched", "seen", "cyan"),
}
"""Key -> kind of feedback, and how a film that was answered so is marked."""
HELP: Final = "l like · d not for me · s seen · r other films · up/down choose · q quit"


class Request(NamedTuple):
    """What is to be asked of the device."""

    command: str
    payload: bytes


class _Asked(NamedTuple):
    until_s: float
    command: str
    film: FilmMessage | None = None
    key: Key | None = None


class _Answer(Struct):
    request: str | None = None
    ok: Any = UNSET
    error: ErrorMessage | UnsetType = UNSET


@dataclass(kw_only=True)
class Screen:
    """Everything that the live view shows of one device."""

    device: str
    fault: str | None = None
    """Why there is no connection."""
    availability: Availability | None = None
    info: InfoMessage | None = None
    settings: SettingsMessage | None = None
    mood: MoodMessage | None = None
    slate: RecommendationsMessage | None = None
    why: Recommended | None = None
    chosen: int = 0
    """Place of the film that keys are about."""
    note: tuple[str, str] = ("", "")
    """How the last key went, and its colour."""
    answered: dict[str, Key] = field(default_factory=dict)
    """Film id to what was said of it here."""
    _asked: dict[str, _Asked] = field(default_factory=dict)

    def hear(self, name: TopicName, payload: bytes) -> None:
        """Take one of the device's messages in; what another version says is passed over."""
        try:
            message = decode(name, payload)
        except (ValueError, RecursionError):
            return
        match message:
            case "online" | "offline":
                self.availability = message
            case InfoMessage():
                self.info = message
            case SettingsMessage():
                self.settings = message
            case MoodMessage():
                self.mood = message
            case Recommended():
                self.why = message
            case RecommendationsMessage():
                if self.slate is None or self.slate.slate != message.slate:
                    self.chosen = 0
                self.slate = message
                self.chosen = min(self.chosen, max(0, len(message.films) - 1))

    def press(self, key: Key, now_s: float) -> Request | None:
        """What a key asks of the device, if anything."""
        films = () if self.slate is None else self.slate.films
        if key in {"up", "down"}:
            step = 1 if key == "down" else -1
            self.chosen = max(0, min(self.chosen + step, len(films) - 1))
            return None
        command = "feedback" if key in ANSWERS else "recommend"
        if self.fault is not None or self.availability != "online":
            self.note = ("the device is not there just now", "red")
            return None
        if self.info is not None and command not in self.info.commands:
            self.note = (f"this device does not understand {command}", "red")
            return None
        if command == "recommend":
            self.note = ("looking for other films ...", "dim")
            return self._ask(_Asked(now_s + ANSWER_S, command), {})
        if not films or self.slate is None:
            self.note = ("there is no film to answer yet: press r", "red")
            return None
        film = films[self.chosen]
        said = {"film": film.id, "kind": ANSWERS[key][0], "slate": self.slate.slate}
        return self._ask(_Asked(now_s + ANSWER_S, command, film, key), said)

    def answer(self, payload: bytes) -> None:
        """Take a reply in; those to others are passed over."""
        try:
            answer = msgspec.json.decode(payload, type=_Answer)
        except (ValueError, RecursionError):
            return
        asked = self._asked.pop(answer.request or "", None)
        if asked is None:
            return
        if isinstance(answer.error, ErrorMessage):
            fault = f"{answer.error.field}: {answer.error.message}"
            self.note = (f"the device refuses {asked.command}: {printable(fault)}", "red")
        elif asked.film is not None and asked.key is not None:
            self.answered[asked.film.id] = asked.key
            _, words, style = ANSWERS[asked.key]
            self.note = (f"noted: {printable(asked.film.title)}, {words}", style)
        else:
            self.note = ("here they are", "dim")

    def pass_time(self, now_s: float) -> None:
        """Give up on answers that do not come."""
        for request in [r for r, asked in self._asked.items() if now_s >= asked.until_s]:
            asked = self._asked.pop(request)
            self.note = (f"no answer to {asked.command}", "red")

    def draw(self, width: int, height: int) -> Group:
        """As many lines as fit."""
        head = [self._head(), Text(), self._mood(), Text()]
        foot = [Text(), Text(self.note[0], self.note[1]), Text(HELP, "dim")]
        room = max(1, height - len(head) - len(foot))
        films = self._films(all_reasons=True)
        if sum(map(len, films)) > room:
            films = self._films(all_reasons=False)
        body = [line for film in films for line in film]
        if len(body) > room:
            # What is chosen is always in sight.
            above = sum(map(len, films[: self.chosen]))
            start = max(0, min(above, len(body) - room))
            body = body[start : start + room]
        lines = [*head, *body, *[Text()] * (room - len(body)), *foot]
        for line in lines:
            line.truncate(width, overflow="ellipsis")
            line.no_wrap = True
        return Group(*lines)

    def _head(self) -> Text:
        head = Text("emoflix ", "bold").append(printable(self.device), "dim")
        if self.fault is not None:
            return head.append(f"  {printable(self.fault)}", "red")
        if self.availability != "online":
            return head.append(
                "  the device is off" if self.availability else "  waiting for the device ...",
                "red" if self.availability else "dim",
            )
        if self.settings is not None:
            lost = self.settings.camera == "lost"
            head.append(f"  {self.settings.evening}", "dim")
            head.append(f"  {printable(camera(self.settings))}", "red" if lost else "dim")
        return head

    def _mood(self) -> Text:
        if self.mood is None or (self.settings is not None and self.settings.camera != "on"):
            return Text("nothing is seen", "dim")
        looks, style = LOOKS[self.mood.mood]
        line = Text(f"{looks:16}", f"bold {style}")
        if self.mood.mood == "nobody":
            return line
        full = round(self.mood.confidence * BAR_WIDTH)
        line.append("█" * full, style).append("░" * (BAR_WIDTH - full), "dim")
        line.append(f" {self.mood.confidence:4.0%}  {certainty(self.mood.confidence)}")
        return line.append(f", {self.mood.people} people" if self.mood.people > 1 else "")

    def _films(self, *, all_reasons: bool) -> list[list[Text]]:
        """The lines of each film."""
        if self.slate is None or not self.slate.films:
            note = self.slate.note if self.slate is not None else ""
            return [[Text(printable(note) or "no films yet: press r", "dim")]]
        why = self.why.mood_reasons if self.why and self.why.slate == self.slate.slate else {}
        drawn = []
        for place, film in enumerate(self.slate.films):
            chosen = place == self.chosen
            lines = [self._title(place, film, chosen=chosen)]
            if chosen or all_reasons:
                lines += [Text(f"     {printable(reason)}") for reason in film.reasons]
                told = why.get(film.id, ())
                lines += [Text(f"     {printable(reason)}", "magenta") for reason in told]
            drawn.append(lines)
        return drawn

    def _title(self, place: int, film: FilmMessage, *, chosen: bool) -> Text:
        line = Text(f"{'>' if chosen else ' '}{place + 1:>2}  ", "bold" if chosen else "dim")
        line.append(printable(f"{film.title} ({film.year})"), "bold reverse" if chosen else "bold")
        if film.id in self.answered:
            _, words, style = ANSWERS[self.answered[film.id]]
            line.append(f"  {words}", style)
        return line.append(f"  {facts(film)}", "dim")

    def _ask(self, asked: _Asked, request: dict[str, Any]) -> Request:
        id_ = secrets.token_hex(8)
        self._asked[id_] = asked
        return Request(asked.command, msgspec.json.encode({**request, "request": id_}))
