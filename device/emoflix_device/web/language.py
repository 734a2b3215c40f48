"""In which of the page's languages a person is met."""

from collections.abc import Collection
from typing import Final

OTHERWISE: Final = "en"


def language_for(chosen: str | None, accepted: str, offered: Collection[str]) -> str:
    """What was chosen here before, else what the browser wants most, else English.

    A browser tells what it wants in `Accept-Language` (RFC 9110, 12.5.4). Regions are of no
    account: a page in `de` is one for `de-AT`.

    Args:
        chosen: what the page left in its cookie, which may be anything.
        accepted: the header `Accept-Language`, which may be anything.
        offered: the page's languages.
    """
    if chosen in offered:
        return str(chosen)
    wanted: list[tuple[float, str]] = []
    for range_ in accepted.split(","):
        tag, *parameters = (part.strip() for part in range_.split(";"))
        weight = next((p[2:] for p in parameters if p.lower().startswith("q=")), "1")
        try:
            wanted.append((float(weight), tag.split("-")[0].lower()))
        except ValueError:
            continue
    # Sorting keeps the order of those that are wanted alike.
    by_weight = sorted(wanted, key=lambda each: each[0], reverse=True)
    return next((tag for weight, tag in by_weight if weight > 0 and tag in offered), OTHERWISE)
