"""The settings of what plays a film."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

Url = Annotated[
    str,
    # A user and a password in it would be told in every line that names the server.
    Meta(
        pattern=r"^https?://[^\s/@]+(/|$)",
        examples=["http://nas.local:8096, with no user or password in it"],
        description="with http:// or https://",
    ),
]


class JellyfinSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A Jellyfin server."""

    url: Url
    key_file: Annotated[Path, Meta(description="file that holds an API key of its dashboard")]
    screen: Annotated[
        str | None,
        Meta(description="device to play on, as the dashboard names it; unset: the only one on"),
    ] = None


class KodiSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A Kodi that may be controlled by HTTP."""

    url: Url
    key_file: Annotated[
        Path | None, Meta(description="file that holds `user:password` of its control by HTTP")
    ] = None


class PlayingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What plays a chosen film that it has."""

    jellyfin: JellyfinSettings | None = None
    kodi: KodiSettings | None = None

    def __post_init__(self) -> None:
        if self.jellyfin is not None and self.kodi is not None:
            raise ValueError("jellyfin and kodi exclude each other: films are played in one place")
