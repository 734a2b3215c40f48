"""Writes the page of all configuration keys: `python docs/write_configuration.py OUT.md`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml
from msgspec import inspect

from emoflix_device.config import Settings

HEAD: Final = """# Configuration

One YAML file, `/etc/emoflix/emoflix.yaml` on an installed box. Every key has a default; an unknown
key, a wrong type or a value out of range ends the start with one line that names the key, and exit
code 2. Relative paths are relative to the file. `emoflix check --config FILE` tries it all.

Passwords and keys never stand in this file: it names the files that hold them.

This page is made from the code by `docs/write_configuration.py`.
"""


NUMBERS: Final = {inspect.IntType: "whole number", inspect.FloatType: "number"}
NAMES: Final = {
    inspect.BoolType: "`true` or `false`",
    inspect.CustomType: "path",
    inspect.NoneType: "`null`",
    inspect.StrType: "text",
    inspect.StructType: "keys of its own",
}
"""What a key may be, in words; a type that is missing here ends the writing with a KeyError."""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_sections(Settings, ""))


def _sections(struct: type[msgspec.Struct], prefix: str) -> Iterator[str]:
    rows, nested = [], []
    for field in inspect.type_info(struct).fields:  # type: ignore[attr-defined]
        inner = _struct_in(field.type)
        if inner is not None:
            nested.append((f"{prefix}{field.encode_name}", inner))
        if not isinstance(_bare(field.type), inspect.StructType):
            rows.append(
                f"| `{field.encode_name}` | {_words(field.type)} | {_default(field)} | "
                f"{_description(field.type)} |"
            )
    title = f"`{prefix.rstrip('.')}`" if prefix else "At the top"
    says = re.sub(r"\s+", " ", (struct.__doc__ or "").strip()) if prefix else "Of the whole box."
    if rows:
        yield "\n".join(
            (f"\n## {title}\n", f"{says}\n", "| key | is | default | |", "|---|---|---|---|", *rows)
        )
        yield "\n"
    for name, inner in nested:
        yield from _sections(inner, f"{name}.")


def _bare(kind: inspect.Type) -> inspect.Type:
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def _struct_in(kind: inspect.Type) -> type[msgspec.Struct] | None:
    kind = _bare(kind)
    members = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return next((m.cls for m in members if isinstance(m, inspect.StructType)), None)


def _words(kind: inspect.Type) -> str:
    """A type and its limits, in a few words."""
    kind = _bare(kind)
    if isinstance(kind, inspect.UnionType):
        return " or ".join(_words(member) for member in kind.types)
    if isinstance(kind, inspect.LiteralType):
        return ", ".join(f"`{value}`" for value in kind.values)
    if isinstance(kind, inspect.VarTupleType):
        return f"list of {_words(kind.item_type)}"
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return f"{NUMBERS[type(kind)]}{_limits(kind)}"
    return NAMES[type(kind)]


def _limits(kind: inspect.IntType | inspect.FloatType) -> str:
    bounds = (("from", kind.ge), ("above", kind.gt), ("to", kind.le), ("below", kind.lt))
    return "".join(f" {word} {bound}" for word, bound in bounds if bound is not None)


def _default(field: inspect.Field) -> str:
    if field.default is not inspect.NODEFAULT:
        return f"`{_yaml(field.default)}`"
    return "the host's name" if field.default_factory is not inspect.NODEFAULT else "needed"


def _yaml(value: Any) -> str:
    """A default as it would stand in the file, on one line."""
    written: str = yaml.safe_dump(_plain(value), default_flow_style=True)
    return written.removesuffix("...\n").strip()


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value, enc_hook=str)


def _description(kind: inspect.Type) -> str:
    schema = kind.extra_json_schema if isinstance(kind, inspect.Metadata) else None
    return (schema or {}).get("description", "").replace("|", "\\|")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
