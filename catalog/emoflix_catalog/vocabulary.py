"""The controlled words of the catalogue: expressions, genres, languages, ages and mood tags.

Valence runs from unpleasant (-1) to pleasant (1), arousal from calm (-1) to excited (1), after
Russell, "A circumplex model of affect" (1980). The places of the mood tags are the project's own
judgement, made once by hand; `MoodTag.meaning` says what was judged.
"""

from typing import Final, NamedTuple

EXPRESSIONS: Final = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""What one face can show, in FER2013's own order: the order of every array of seven."""

EXPRESSION_POINTS: Final = {
    "angry": (-0.6, 0.7),
    "disgust": (-0.6, 0.3),
    "fear": (-0.6, 0.7),
    "happy": (0.8, 0.4),
    "sad": (-0.7, -0.4),
    "surprise": (0.2, 0.7),
    "neutral": (0.0, 0.0),
}
"""Where each lies, in valence and arousal: coarse places after Russell."""

GENRES: Final = (
    "action",
    "adventure",
    "animation",
    "biography",
    "comedy",
    "crime",
    "documentary",
    "drama",
    "family",
    "fantasy",
    "history",
    "horror",
    "music",
    "mystery",
    "romance",
    "science fiction",
    "sport",
    "thriller",
    "war",
    "western",
)

AGES: Final = (0, 6, 12, 16, 18)
"""The youngest age a film is meant for, in years: our own judgement, not a board's certificate."""

LANGUAGES: Final = {
    "ar": "Arabic",
    "bn": "Bengali",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "gu": "Gujarati",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "is": "Icelandic",
    "it": "Italian",
    "ja": "Japanese",
    "kn": "Kannada",
    "ko": "Korean",
    "ml": "Malayalam",
    "mr": "Marathi",
    "nl": "Dutch",
    "no": "Norwegian",
    "pa": "Punjabi",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sr": "Serbian",
    "sv": "Swedish",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
"""ISO 639-1 code to English name. Chinese stands for Mandarin and Cantonese alike."""


class MoodTag(NamedTuple):
    """What a film is likely to leave behind in a viewer, and where that lies."""

    meaning: str
    valence: float
    arousal: float


MOOD_TAGS: Final = {
    "absurd": MoodTag("Logic is left at the door, and that is the joke.", 0.4, 0.4),
    "angry": MoodTag("It makes one furious at an injustice.", -0.6, 0.7),
    "awe-inspiring": MoodTag("Scale or beauty that makes one feel small, gladly.", 0.6, 0.5),
    "bittersweet": MoodTag("Joy and loss in the same breath.", 0.1, -0.2),
    "bleak": MoodTag("No way out is offered.", -0.8, -0.3),
    "charming": MoodTag("Easy to like from the first minutes.", 0.7, 0.1),
    "contemplative": MoodTag("Slow, quiet, leaves room to think.", 0.1, -0.6),
    "cosy": MoodTag("Warm, small and safe, a film for a blanket.", 0.7, -0.6),
    "dark": MoodTag("Looks long at the worse side of people.", -0.6, 0.2),
    "disturbing": MoodTag("Images or deeds that stay, unwelcome.", -0.8, 0.5),
    "dreamy": MoodTag("Drifts as if half asleep.", 0.3, -0.4),
    "eerie": MoodTag("Something is wrong, and nobody says what.", -0.4, 0.3),
    "epic": MoodTag("Large in time, land and stakes.", 0.4, 0.6),
    "exhilarating": MoodTag("Speed and skill that quicken the pulse with pleasure.", 0.7, 0.9),
    "feel-good": MoodTag("One leaves lighter than one came.", 0.9, 0.3),
    "funny": MoodTag("Made to be laughed at aloud.", 0.8, 0.6),
    "gritty": MoodTag("Rough streets, rough lives, no polish.", -0.4, 0.4),
    "haunting": MoodTag("A sadness or dread that stays for days.", -0.4, 0.0),
    "heartbreaking": MoodTag("Somebody one came to love is lost or hurt.", -0.6, 0.1),
    "heartwarming": MoodTag("Kindness between people, shown without irony.", 0.8, 0.0),
    "hopeful": MoodTag("Things are hard and may yet be well.", 0.6, 0.1),
    "inspiring": MoodTag("Makes one want to do something good or difficult.", 0.7, 0.5),
    "magical": MoodTag("Wonders happen and are believed.", 0.7, 0.3),
    "melancholic": MoodTag("A gentle, lasting sadness.", -0.4, -0.4),
    "mind-bending": MoodTag("Asks one to rebuild what one thought was going on.", 0.1, 0.5),
    "mysterious": MoodTag("A question pulls one along.", 0.0, 0.3),
    "nostalgic": MoodTag("Longing for a time or a place that is gone.", 0.3, -0.3),
    "playful": MoodTag("Light, teasing, fond of games.", 0.7, 0.4),
    "poignant": MoodTag("Touches quietly where it hurts a little.", 0.0, -0.1),
    "quirky": MoodTag("Odd people, kindly looked at.", 0.5, 0.2),
    "rebellious": MoodTag("Rules are broken, and one cheers.", 0.3, 0.6),
    "romantic": MoodTag("Falling in love is the weather of the film.", 0.7, 0.2),
    "satirical": MoodTag("Laughs at power with its teeth showing.", 0.3, 0.3),
    "scary": MoodTag("Made to frighten.", -0.6, 0.8),
    "serene": MoodTag("Calm, at peace with the world.", 0.6, -0.7),
    "shocking": MoodTag("A turn that makes one gasp.", -0.4, 0.8),
    "suspenseful": MoodTag("What comes next is feared and wanted.", -0.1, 0.7),
    "tender": MoodTag("Soft and close to its people.", 0.6, -0.3),
    "tense": MoodTag("The shoulders go up and stay there.", -0.3, 0.7),
    "thought-provoking": MoodTag("The talk after it is longer than the film.", 0.1, 0.1),
    "thrilling": MoodTag("Danger that is a pleasure to watch.", 0.3, 0.8),
    "tragic": MoodTag("It ends badly, and had to.", -0.7, 0.0),
    "triumphant": MoodTag("They win, and it was earned.", 0.8, 0.7),
    "whimsical": MoodTag("Fancy without weight, a smile at every corner.", 0.7, 0.1),
    "witty": MoodTag("The pleasure is in what is said, and how.", 0.6, 0.2),
}
