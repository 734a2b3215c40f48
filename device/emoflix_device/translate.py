"""From what the device knows to what it says: domain values to messages."""

from urllib.parse import urlencode

import msgspec

from emoflix_catalog.film import Film
from emoflix_catalog.recommend import MoodReading, Recommendation, Slate
from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.clock import Clock
from emoflix_device.mood import Mood
from emoflix_device.mqtt.messages import (
    FilmMessage,
    LinkMessage,
    MoodMessage,
    Occasion,
    Probabilities,
    RecommendationsMessage,
    Recommended,
)
from emoflix_device.vision.scene import Scene


def mood_message(mood: Mood, scene: Scene, clock: Clock) -> MoodMessage:
    """The mood as the world reads it, with what is seen of the room around it."""
    named = zip(EXPRESSIONS, mood.probabilities, strict=True)
    return MoodMessage(
        mood=mood.announced,
        confidence=round(mood.confidence, 3),
        probabilities=Probabilities(**{name: round(float(p), 3) for name, p in named}),
        valence=round(mood.valence, 3),
        arousal=round(mood.arousal, 3),
        since=clock.wall_at(mood.since_s),
        people=mood.people,
        light=scene.light,
        motion=None if scene.motion is None else round(scene.motion, 3),
    )


def mood_reading(mood: Mood) -> MoodReading | None:
    """The mood as the recommender reads it; None where there is nobody to read."""
    if mood.people == 0:
        return None
    angry, disgust, fear, happy, sad, surprise, neutral = map(float, mood.probabilities)
    return MoodReading(
        probabilities=(angry, disgust, fear, happy, sad, surprise, neutral),
        valence=mood.valence,
        arousal=mood.arousal,
        confidence=mood.confidence,
        label=mood.announced,
    )


def slate_message(slate: Slate, occasion: Occasion = "request") -> RecommendationsMessage:
    """The slate without the reasons that tell the mood."""
    return RecommendationsMessage(
        slate=slate.id,
        made=slate.made,
        films=tuple(map(_recommended, slate.films)),
        note=slate.note,
        occasion=occasion,
    )


def recommended_event(slate: Slate, mood: Mood) -> Recommended:
    """The reasons that tell the mood, for those who may read it."""
    telling = {
        recommendation.film.id: tuple(
            reason.text for reason in recommendation.reasons if reason.reveals_mood
        )
        for recommendation in slate.films
    }
    return Recommended(
        at=slate.made,
        slate=slate.id,
        mood=mood.announced,
        mood_reasons={film: reasons for film, reasons in telling.items() if reasons},
    )


def _recommended(recommendation: Recommendation) -> FilmMessage:
    return msgspec.structs.replace(
        film_message(recommendation.film),
        score=round(recommendation.score, 4),
        reasons=tuple(reason.text for reason in recommendation.reasons if not reason.reveals_mood),
        surprise=recommendation.surprise,
    )


def film_message(film: Film) -> FilmMessage:
    """What is told of a film anywhere; it stands in no slate yet."""
    search = urlencode({"search": f"{film.title} {film.year} film"})
    return FilmMessage(
        id=film.id,
        title=film.title,
        original_title=film.original_title or film.title,
        year=film.year,
        language=film.language,
        genres=film.genres,
        runtime_min=film.runtime_min,
        cast=film.cast,
        director=", ".join(film.directors),
        score=0.0,
        reasons=(),
        links=(
            LinkMessage(name="Wikipedia", url=f"https://en.wikipedia.org/w/index.php?{search}"),
        ),
    )
