"""What msgspec finds wrong with what came from outside, in words for whoever sent it."""

import difflib
import re
from typing import Any, Final

import msgspec

LONGEST: Final = 200
"""Characters of a fault: part of it may be the sender's own."""


def explain(error: Exception | str, kind: type[msgspec.Struct]) -> tuple[str, str]:
    """Where the fault is and what it is, with a way out where one is known.

    Args:
        error: as msgspec tells it (`… - at `$.camera.width_px``).
        kind: what was expected.

    Returns:
        The path of keys (`camera.width_px`, `languages[0]`), empty where it is the whole; and a
        clause that goes on from it.
    """
    message, _, place = str(error).partition(" - at `$")
    place = place.strip(".`")
    named = re.fullmatch(
        r"Object (contains unknown|missing required) field `(.*)`", message, re.DOTALL
    )
    if named is None:
        return place, _plain(message, kind, place)
    # The name is the sender's own: nothing of it may upset a screen or a log.
    name = "".join(filter(str.isprintable, named[2]))[:LONGEST]
    path = f"{place}.{name}".removeprefix(".")
    if named[1] == "missing required":
        return path, "is missing"
    known = [field.encode_name for field in msgspec.structs.fields(_struct_at(kind, place))]
    near = difflib.get_close_matches(named[2], known, n=1)
    way_out = f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}"
    return path, f"is not known here; {way_out}"


def _plain(message: str, kind: type[msgspec.Struct], place: str) -> str:
    """The library's message in words for a screen."""
    if "matching regex" in message:
        if r"\x00" in message:
            return "must hold no control characters"
        if example := _example(_annotation_at(kind, place)):
            return f"must look like {example}"
    if message.startswith("'utf-8' codec"):
        return "is not UTF-8"
    if message.startswith("Invalid enum value "):
        return f"{message.removeprefix('Invalid enum value ')[:100]} is not one of the words known"
    return message.replace("`", "").replace("Expected", "expected")[:LONGEST]


def _struct_at(kind: Any, place: str) -> Any:
    return _struct_in(_annotation_at(kind, place))


def _annotation_at(kind: Any, place: str) -> Any:
    for name in filter(None, re.sub(r"\[[^]]*\]", "", place).split(".")):
        fields = msgspec.structs.fields(_struct_in(kind))
        kind = next(field.type for field in fields if field.encode_name == name)
    return kind


def _struct_in(annotation: Any) -> Any:
    """The struct inside an annotation such as `Annotated[TlsSettings | None, …]`."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    inner = (_struct_in(part) for part in getattr(annotation, "__args__", ()))
    return next((struct for struct in inner if struct is not None), None)


def _example(annotation: Any) -> Any:
    """The first example that an annotation gives, None where it gives none."""
    for meta in getattr(annotation, "__metadata__", ()):
        if getattr(meta, "examples", None):
            return meta.examples[0]
    inner = map(_example, getattr(annotation, "__args__", ()))
    return next(filter(None, inner), None)
