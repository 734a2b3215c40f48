"""Values by a JSON Schema, right ones and wrong ones, for every type that a request uses."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from hypothesis import strategies as st

Schema = dict[str, Any]

HOSTILE = (
    "",
    " ",
    "\x00",
    "a\nb",
    "\u202e",
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE profile; --",
    "../../etc/passwd",
    "%s%n{0}",
    "x" * 101,
    "\U0001f3ac" * 30,
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(HOSTILE),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
"""Anything, NaN and infinities included, which are no JSON."""


def requests(
    kind: type[msgspec.Struct], known: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    """Requests of a type: some as its schema says, some with a field wrong, missing or foreign.

    Args:
        kind: of request.
        known: field's name -> values that exist, which the schema cannot know.
    """
    (reference,), schemas = msgspec.json.schema_components([kind])
    schema = _resolved(reference, schemas)
    right = {name: _values(each, schemas) for name, each in schema["properties"].items()}
    right |= {name: values | right[name] for name, values in known.items() if name in right}
    needed = {name: right[name] for name in schema.get("required", ())}
    more = {name: values for name, values in right.items() if name not in needed}
    wrong = st.dictionaries(st.sampled_from([*right]) | st.text(max_size=8), JSON, max_size=2)
    given = (
        st.fixed_dictionaries(needed)
        | st.fixed_dictionaries(needed, optional=more)
        | st.fixed_dictionaries({}, optional=right)
    )
    return given | st.tuples(given, wrong).map(lambda parts: parts[0] | parts[1])


def _values(schema: Schema, schemas: dict[str, Schema]) -> st.SearchStrategy[Any]:
    schema = _resolved(schema, schemas)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([_values(kind, schemas) for kind in schema["anyOf"]])
    if "items" in schema:
        least, most = schema.get("minItems", 0), min(schema.get("maxItems", 4), 4)
        return st.lists(_values(schema["items"], schemas), min_size=least, max_size=most)
    return _PLAIN[schema["type"]](schema)


def _text(schema: Schema) -> st.SearchStrategy[str]:
    letters = st.characters(exclude_categories=["Cs", "Cc"])
    least, most = schema.get("minLength", 0), min(schema.get("maxLength", 60), 60)
    return st.text(letters, min_size=least, max_size=most)


_PLAIN: Final[Mapping[str, Callable[[Schema], st.SearchStrategy[Any]]]] = {
    "string": _text,
    "integer": lambda schema: st.integers(schema.get("minimum"), schema.get("maximum")),
    "number": lambda schema: st.floats(schema.get("minimum", -1e9), schema.get("maximum", 1e9)),
    "boolean": lambda _: st.booleans(),
    "null": lambda _: st.none(),
}


def _resolved(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    if "$ref" in schema:
        return schemas[schema["$ref"].rpartition("/")[2]]
    return schema
