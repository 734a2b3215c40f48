"""The settings of the page's process."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct


class WebSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the page is served, and who is let in; `emoflix-web` and `emoflix pair` read them."""

    host: Annotated[str, Meta(description="address to listen on; all of them by default")] = (
        "0.0.0.0"  # noqa: S104 - phones come over the network
    )
    port: Annotated[int, Meta(ge=1, le=65535)] = 8080
    names: Annotated[
        tuple[str, ...],
        Meta(description="further host names of this box, beside its own and those of the home"),
    ] = ()
    users_file: Annotated[
        Path | None,
        Meta(
            description="the broker's users kept for phones, one `user:password` a line; each "
            "paired phone gets one of its own. Without it everyone is let in as `guest`"
        ),
    ] = None
    state_dir: Annotated[Path, Meta(description="where paired phones are remembered")] = Path(
        "/var/lib/emoflix-web"
    )
