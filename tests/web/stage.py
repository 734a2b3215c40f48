"""What the page's tests stand on: the page's process, and a device that says what a test wants."""

import datetime as dt
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

import msgspec
import yaml
from paho.mqtt.client import MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from playwright.sync_api import Page

from emoflix_device.mqtt.commands import COMMANDS as UNDERSTOOD
from emoflix_device.mqtt.messages import (
    AnyEvent,
    CameraState,
    Evening,
    FilmMessage,
    InfoMessage,
    LinkMessage,
    MoodMessage,
    Probabilities,
    RecommendationsMessage,
    SettingsMessage,
    encode,
)
from emoflix_device.mqtt.topics import Topics
from tests.mosquitto import GUARD_S, HOST, Ear, accepts, free_port, properties

DEVICE = "sofa"
TOPICS = Topics(DEVICE)
COMMANDS = tuple(UNDERSTOOD)
"""All of the contract; what a test's device understands is for the test to say."""


class WebProcess:
    """The page's own process, as a unit starts it."""

    def __init__(self, broker_port: int, folder: Path, **web: object) -> None:
        self.port = free_port()
        self.address = f"http://{HOST}:{self.port}"
        self.config = folder / "web.yaml"
        settings = {
            "device": DEVICE,
            "mqtt": {"host": HOST, "port": broker_port},
            "web": {"host": HOST, "port": self.port, **web},
        }
        self.config.write_text(yaml.safe_dump(settings), encoding="utf-8")
        self._log = folder / "web.log"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "emoflix_device.web", "--config", self.config],
                stdin=subprocess.DEVNULL,
                stderr=log,
            )
        assert accepts(self.port), self.log

    @property
    def log(self) -> str:
        """What it said."""
        return self._log.read_text(encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)


class Device:
    """Says a device's messages, of the real types, and answers commands from a table."""

    def __init__(self, port: int) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {}
        """Command's name -> its `ok`, or a function of the request that gives it."""
        self.refusals: dict[str, tuple[str, str]] = {}
        self._news = threading.Condition()
        self._ear = Ear(port, TOPICS.command("+", "+"))
        self._ear._client.on_message = self._answer

    def say(self, name: str, message: msgspec.Struct | AnyEvent | str) -> None:
        """Publish one of the topics."""
        self._ear.say(f"emoflix/{DEVICE}/{name}", encode(message), retain=name != "event")

    def be(
        self,
        *,
        commands: tuple[str, ...] = COMMANDS,
        camera: CameraState = "on",
        evening: Evening = "choosing",
    ) -> None:
        """All retained state of a device that is well."""
        self.say("info", info(commands))
        self.say("settings", SettingsMessage(camera=camera, evening=evening, lift=0.5))
        self.say("mood", mood())
        self.say("recommendations", slate())
        self.say("availability", "online")

    def wait_for(self, name: str, having: str | None = None) -> dict[str, Any]:
        """The last request of this name (that has this field), or the next."""

        def fitting() -> list[dict[str, Any]]:
            return [r for n, r in self.asked if n == name and (having is None or having in r)]

        with self._news:
            found = self._news.wait_for(fitting, GUARD_S)
        assert found, f"nobody asked for {name}: {self.asked}"
        return dict(found[-1])

    def close(self) -> None:
        self._ear.close()

    def _answer(self, _client: object, _data: object, message: MQTTMessage) -> None:
        # The client's own thread: replies are handed over, not waited for.
        found = TOPICS.command_in(message.topic)
        assert found is not None
        user, name = found
        try:
            request = msgspec.json.decode(message.payload, type=dict[str, Any])
        except msgspec.DecodeError:
            request = {"bytes": bytes(message.payload)}
        reply: dict[str, Any] = {"request": request.get("request")}
        if name in self.refusals:
            field, why = self.refusals[name]
            reply["error"] = {"field": field, "message": why}
        elif name in self.answers:
            given = self.answers[name]
            reply["ok"] = given(request) if callable(given) else given
        correlated = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        correlated.CorrelationData = bytes.fromhex(properties(message)["CorrelationData"])
        if len(reply) > 1:
            self._ear._client.publish(
                TOPICS.reply(user, name), msgspec.json.encode(reply), 1, properties=correlated
            )
        with self._news:
            self.asked.append((name, request))
            self._news.notify_all()


def mood(name: str = "happy", confidence: float = 0.78, people: int = 2) -> MoodMessage:
    """How a room looks."""
    rest = (1 - confidence) / 6
    shares = {
        expression: confidence if expression == name else rest
        for expression in Probabilities.__struct_fields__
    }
    valence, arousal = {"happy": (0.7, 0.4), "sad": (-0.6, -0.3), "angry": (-0.5, 0.7)}.get(
        name, (0.0, 0.0)
    )
    return MoodMessage(
        mood=name,  # type: ignore[arg-type]
        confidence=confidence,
        probabilities=Probabilities(**shares),
        valence=valence,
        arousal=arousal,
        since=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=4),
        people=people,
        light="dim",
    )


def film(
    id_: str, title: str, *, original: str = "", reasons: tuple[str, ...] = (), **facts: Any
) -> FilmMessage:
    """A film of a slate; what is not given is something likely."""
    likely: dict[str, Any] = {
        "year": 1994,
        "language": "en",
        "genres": ("drama",),
        "runtime_min": 142,
        "cast": ("Tim Robbins", "Morgan Freeman"),
        "director": "Frank Darabont",
        "score": 1.0,
        "links": (LinkMessage(name="Wikipedia", url="https://en.wikipedia.org/wiki/Film"),),
    }
    return FilmMessage(
        id=id_, title=title, original_title=original or title, reasons=reasons, **likely | facts
    )


FILMS = (
    film(
        "kumbalangi-nights-2019",
        "Kumbalangi Nights",
        original="കുമ്പളങ്ങി നൈറ്റ്സ്",
        reasons=("In Malayalam, as you asked, and warm without looking away",),
        year=2019,
        language="ml",
        genres=("drama", "family"),
        runtime_min=135,
        cast=("Shane Nigam", "Soubin Shahir", "Fahadh Faasil"),
        director="Madhu C. Narayanan",
        playable=True,
    ),
    film(
        "paddington-2-2017",
        "Paddington 2",
        reasons=("Kind and funny, for a good evening together",),
        year=2017,
        genres=("comedy", "family"),
        runtime_min=104,
        cast=("Ben Whishaw", "Hugh Grant", "Sally Hawkins"),
        director="Paul King",
    ),
    film(
        "zindagi-na-milegi-dobara-2011",
        "Zindagi Na Milegi Dobara",
        original="ज़िन्दगी ना मिलेगी दोबारा",
        reasons=("With Hrithik Roshan, whom you like",),
        year=2011,
        language="hi",
        genres=("adventure", "comedy"),
        runtime_min=155,
        cast=("Hrithik Roshan", "Farhan Akhtar", "Katrina Kaif"),
        director="Zoya Akhtar",
    ),
    film(
        "drishyam-2013",
        "Drishyam",
        original="ദൃശ്യം",
        reasons=("A surprise: darker than what you usually like",),
        year=2013,
        language="ml",
        genres=("thriller", "crime"),
        runtime_min=160,
        cast=("Mohanlal", "Meena"),
        director="Jeethu Joseph",
    ),
    film(
        "spirited-away-2001",
        "Spirited Away",
        original="千と千尋の神隠し",
        reasons=("Wonders happen in it and are believed",),
        year=2001,
        language="ja",
        genres=("fantasy", "animation"),
        runtime_min=125,
        cast=("Rumi Hiiragi", "Miyu Irino"),
        director="Hayao Miyazaki",
    ),
)


def slate(id_: str = "s1", films: tuple[FilmMessage, ...] = FILMS) -> RecommendationsMessage:
    """A slate made just now."""
    return RecommendationsMessage(slate=id_, made=dt.datetime.now(dt.UTC), films=films)


def info(commands: tuple[str, ...] = COMMANDS) -> InfoMessage:
    """A device that understands these commands."""
    return InfoMessage(
        program="0.1.0",
        model="0123456789ab",
        catalogue="1",
        languages=("de", "en", "hi", "ja", "ml", "ta"),
        commands=commands,
        notice="A camera at this television reads the expressions of the faces in front of it.",
    )


PREFERENCES = {
    "languages": ["ml", "hi"],
    "actors": ["Mohanlal"],
    "directors": [],
    "genres_left_out": ["horror"],
    "mood_tags_left_out": ["bleak"],
    "libraries": [],
    "max_runtime": 150,
    "max_age": None,
    "lift": 0.6,
}


def shows(page: Page, text: str) -> None:
    """Wait until a text is to be seen."""
    page.get_by_text(text).first.wait_for()
