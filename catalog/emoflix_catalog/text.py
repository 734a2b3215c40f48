"""Words as people type them: accents folded, Indian scripts, Hangul and Cyrillic in Latin letters.

Both what is indexed and what is searched for go through `fold`, so that `Amelie` finds `Amélie`
and `ദൃശ്യം` finds `Drishyam`. `sounds_like` goes further, for spellings that differ from writer to
writer (`Bahubali`, `Baahubali`).
"""

import re
import unicodedata
from functools import lru_cache

_BRAHMIC = frozenset(
    (
        "DEVANAGARI",
        "BENGALI",
        "GURMUKHI",
        "GUJARATI",
        "ORIYA",
        "TAMIL",
        "TELUGU",
        "KANNADA",
        "MALAYALAM",
        "SINHALA",
    )
)
_SILENT_FINAL_A = frozenset({"DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI"})
"""Scripts of languages that do not speak the vowel inherent in a word's last consonant."""

_VOWELS = {
    "AA": "a",
    "II": "i",
    "UU": "u",
    "EE": "e",
    "OO": "o",
    "VOCALIC R": "ri",
    "VOCALIC RR": "ri",
    "VOCALIC L": "li",
    "CANDRA E": "e",
    "CANDRA O": "o",
    "SHORT E": "e",
    "SHORT O": "o",
}
_CONSONANTS = {
    "C": "ch",
    "CH": "chh",
    "TT": "t",
    "TTH": "th",
    "DD": "d",
    "DDH": "dh",
    "DDDH": "dh",
    "NN": "n",
    "NNN": "n",
    "LL": "l",
    "LLL": "zh",
    "RR": "r",
    "SS": "sh",
    "RH": "rh",
}
_SIGNS = {"ANUSVARA": "ṃ", "CANDRABINDU": "n", "BINDI": "n", "TIPPI": "n", "VISARGA": "h"}
_LIGATURES = (
    ("\u0d31\u0d4d\u0d31", "\u0d1f\u0d4d\u0d1f"),  # Malayalam: a doubled rra is spoken tta
    ("\u0d28\u0d4d\u0d31", "\u0d28\u0d4d\u0d1f"),  # and nra is spoken nta
)
_NASAL_BEFORE_A_CONSONANT = re.compile(r"ṃ(?=[a-z])(?![pbm])")
_LATIN_EXTRA = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "\u0131": "i",
    }
)
_SPOKEN_CYRILLIC = (
    "a b v g d e z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya zh e"
    " g ye i yi u dj j lj nj c dz g k"
)
_CYRILLIC = str.maketrans(
    dict(
        zip(
            "абвгдезийклмнопрстуфхцчшщъыьэюяжёґєіїўђјљњћџѓќ",
            _SPOKEN_CYRILLIC.split(" "),
            strict=True,
        )
    )
)
"""Russian as BGN/PCGN writes it, without the dots that many leave out; then what Ukrainian,
Belarusian, Serbian and Macedonian have besides. The hard and soft signs are not written."""
_ALONE = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff])")
"""Kana and ideographs: written without spaces, so each stands as a word of its own."""
_NOT_A_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """`text` as lower-case words separated by one space: what is left to compare and to index."""
    plain = text.casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain).casefold().translate(_LATIN_EXTRA)
        plain = plain.translate(_CYRILLIC)
        for written, spoken in _LIGATURES:
            plain = plain.replace(written, spoken)
        plain = "".join(_latin(word) for word in re.split(r"(\s+)", plain))
        plain = _NASAL_BEFORE_A_CONSONANT.sub("n", plain)
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in plain if unicodedata.category(c) not in {"Mn", "Mc"})
        plain = unicodedata.normalize("NFC", plain.casefold()).translate(_CYRILLIC)
        plain = _ALONE.sub(r" \1 ", plain)
    plain = plain.replace("'", "").replace("\u2019", "")
    return _NOT_A_WORD.sub(" ", plain).strip()


def slug(text: str) -> str:
    """`text` as a name of [a-z0-9-], "" where nothing of it can be written so."""
    return "-".join(re.findall("[a-z0-9]+", fold(text)))


_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"zh", "l"),
        (r"(?<=[bcdgjkpstz])h", ""),
        (r"[ae][iy]", "e"),
        (r"ee|ii|y\b", "i"),
        (r"oo|ou|uu", "u"),
        (r"ck|q|g", "k"),
        (r"[jz]", "c"),
        (r"w", "v"),
        (r"d", "t"),
        (r"b", "p"),
        (r"([a-z]{1,2})\1+", r"\1"),
        (r"(?<=\w\w\w)[au]\b", ""),
    )
]


def sounds_like(text: str) -> str:
    """Folded words reduced to a rough sound: aspiration, voicing and length are dropped."""
    words = fold(text)
    for pattern, sound in _SOUNDS:
        words = pattern.sub(sound, words)
    return words


@lru_cache(maxsize=4096)
def _letter(character: str) -> tuple[str, str, str]:
    """The script, kind (letter, vowel sign, sign) and name within it, of a Brahmic character."""
    script, _, rest = unicodedata.name(character, "").partition(" ")
    if script not in _BRAHMIC:
        return "", "", ""
    for kind in ("LETTER ", "VOWEL SIGN ", "SIGN "):
        if rest.startswith(kind):
            return script, kind.strip(), rest.removeprefix(kind)
    return script, "", rest


def _latin(word: str) -> str:
    """One word with its Brahmic letters and Hangul syllables in Latin letters."""
    if word.isascii():
        return word
    written: list[str] = []
    inherent = ""
    script = ""
    for character in word:
        script, kind, name = _letter(character)
        if not script:
            written.append(inherent)
            inherent = ""
            written.append(_hangul(character))
            continue
        if kind == "VOWEL SIGN":
            inherent = ""
            written.append(_vowel(name))
        elif kind == "SIGN":
            if name == "NUKTA":
                continue
            written.append("" if name == "VIRAMA" else inherent)
            written.append(_SIGNS.get(name, ""))
            inherent = ""
        elif kind == "LETTER":
            written.append(inherent)
            consonant = name.removeprefix("CHILLU ")
            spoken = consonant.removesuffix("A")
            inherent = "a" if spoken != consonant and spoken not in {"", "A"} else ""
            is_consonant = bool(inherent) or name.startswith("CHILLU ")
            written.append(
                _CONSONANTS.get(spoken, spoken.lower()) if is_consonant else _vowel(name)
            )
        else:
            written.append(inherent)
            inherent = ""
            digit = unicodedata.digit(character, None)
            written.append("" if digit is None else str(digit))
    silent = script in _SILENT_FINAL_A and len(word) > 1
    written.append("" if silent else inherent)
    return "".join(written)


def _vowel(name: str) -> str:
    return _VOWELS.get(name, name.lower().rpartition(" ")[2])


def _hangul(character: str) -> str:
    name = unicodedata.name(character, "")
    if name.startswith("HANGUL SYLLABLE "):
        syllable = name.removeprefix("HANGUL SYLLABLE ").lower()
        return f"ch{syllable[1:]}" if syllable.startswith("c") else syllable
    return character
