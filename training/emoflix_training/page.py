"""One self-contained HTML page: text, tables and pictures, no request to anywhere."""

import base64
import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from .files import replacing

STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
p { max-width: 48rem; } .row { display: flex; flex-wrap: wrap; gap: 0 2rem; align-items: start; }
h1 { font-size: 1.8rem; margin-bottom: 0; } h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
tbody tr:nth-child(even) { background: var(--soft); }
figure { margin: 1rem 0; } figcaption { opacity: .75; font-size: .9rem; }
img { max-width: 100%; background: white; border-radius: .3rem; }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; border-radius: .3rem; }
"""

Cell = str | int


def heading(text: str) -> str:
    return f"<h2>{html.escape(text)}</h2>"


def paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def row(*parts: str) -> str:
    """Side by side, as far as the window is wide enough."""
    return f'<div class="row">{"".join(parts)}</div>'


def code(text: str) -> str:
    return f"<pre>{html.escape(text)}</pre>"


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    head = "".join(f'<th scope="col">{html.escape(column)}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return (
        f"<table><caption>{html.escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def picture(png: bytes, text: str) -> str:
    """A PNG inside the page; `text` stands under it and in its place."""
    data = base64.b64encode(png).decode("ascii")
    caption = html.escape(text)
    return (
        f'<figure><img alt="{caption}" src="data:image/png;base64,{data}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def write_page(path: Path, title: str, parts: Iterable[str]) -> None:
    body = "\n".join(parts)
    name = html.escape(title)
    with replacing(path) as temporary:
        temporary.write_text(
            f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width">'
            f"<title>{name}</title><style>{STYLE}</style></head>\n"
            f"<body><h1>{name}</h1>\n{body}\n</body></html>\n",
            encoding="utf-8",
        )
