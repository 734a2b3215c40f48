"""What a browser is told to forbid, and whose requests are answered at all."""

import ipaddress
import socket
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

_DIRECTIVES: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",  # blob: the picture a person has chosen, before it is sent
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}


def content_security_policy(**within: Collection[str]) -> str:
    """What a browser is to forbid.

    Args:
        within: `script` and `style`: the hashes of those that stand in the page itself.
    """
    named = {f"{kind}-src": " ".join(["'self'", *hashes]) for kind, hashes in within.items()}
    return "; ".join(f"{name} {value}" for name, value in (_DIRECTIVES | named).items())


SECURITY_HEADERS: Final = {
    "Content-Security-Policy": content_security_policy(),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_HOME_ENDINGS: Final = (".local", ".lan", ".home", ".home.arpa", ".internal")


def is_ours(host: str, names: Collection[str] = ()) -> bool:
    """Whether a `Host` header names this box, not a stranger's name that was pointed at it.

    Without this, any web site could make a browser at home talk to the box as its own origin (DNS
    rebinding). Addresses, `localhost`, this host's name and names that only a home network can
    give are its own.

    Args:
        host: the header, with or without a port.
        names: further names from the configuration.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").removesuffix(".")
    except ValueError:
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        known = {"localhost", socket.gethostname().lower(), *(n.lower() for n in names)}
        return name in known or name.endswith(_HOME_ENDINGS)
    return True


def is_same_origin(origin: str | None, host: str) -> bool:
    """Whether a request was made by this page, as the browser vouches for in `Origin`."""
    try:
        return origin is not None and urlsplit(origin).netloc == host
    except ValueError:  # a bracket without its pair
        return False
