"""Asking a media server in the home: short time-outs, small answers, and faults in words."""

import http.client
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from emoflix_device.credentials import secret_file
from emoflix_device.errors import ConfigurationError
from emoflix_device.playing import PlayerError

TIMEOUT_S: Final = 5.0
"""For the connection, and again for every part of the answer."""
LONGEST_S: Final = 30.0
"""For a whole answer, though every part of it came in time."""
LIMIT_BYTES: Final = 32 << 20
"""More than a page of any library."""
_PART_BYTES: Final = 1 << 16
_REFUSED: Final = frozenset({401, 403})

_T = TypeVar("_T")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A key is for the server that the configuration names, and for no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


class MediaServer:
    """One server, by its address and what lets this device in."""

    def __init__(
        self, url: str, headers: dict[str, str], *, name: str, timeout_s: float = TIMEOUT_S
    ) -> None:
        """Nothing is asked yet.

        Args:
            url: such as `http://nas.local:8096`.
            headers: what lets this device in.
            name: of the program, for messages.
            timeout_s: for the connection, and again for every part of an answer.
        """
        self._url = url.rstrip("/")
        self._headers = {"Accept": "application/json", **headers}
        self._name = name
        self._timeout_s = timeout_s
        # Its own, without the environment's proxies: the server is in the home.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())

    def __str__(self) -> str:
        """Program and address."""
        return f"{self._name} at {self._url}"

    def get(self, path: str, form: type[_T]) -> _T:
        """What stands at `path`, read as `form`.

        Raises:
            PlayerError: It does not answer in time, refuses, or says something else.
        """
        return self._read(self._ask(path, None), form)

    def post(self, path: str, body: Any, form: type[_T]) -> _T:
        """What it answers to `body` in JSON; raises as `get`."""
        return self._read(self._ask(path, msgspec.json.encode(body)), form)

    def tell(self, path: str) -> None:
        """Post without content, for an answer without content; raises as `get`."""
        self._ask(path, b"")

    def _ask(self, path: str, body: bytes | None) -> bytes:
        headers = dict(self._headers)
        if body:
            headers["Content-Type"] = "application/json"
        try:
            request = urllib.request.Request(  # noqa: S310 - the settings let http(s) in alone
                f"{self._url}{path}", data=body, headers=headers
            )
            with self._opener.open(request, timeout=self._timeout_s) as answer:
                content = _read_within(answer, LONGEST_S)
        except urllib.error.HTTPError as error:
            with error:
                raise PlayerError(f"{self} {_refusal(error)}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            words = "no answer in time" if isinstance(reason, TimeoutError) else reason
            raise PlayerError(f"{self} cannot be reached ({words}): is it on?") from error
        if len(content) > LIMIT_BYTES:
            raise PlayerError(f"{self} answers with more than {LIMIT_BYTES >> 20} MB")
        return content

    def _read(self, content: bytes, form: type[_T]) -> _T:
        try:
            return msgspec.json.decode(content, type=form, strict=False)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise PlayerError(
                f"{self} answers with something else than it should ({error}):"
                " is it the right address?"
            ) from error


def _read_within(answer: http.client.HTTPResponse, longest_s: float) -> bytes:
    """At most one part more than may come.

    Raises:
        OSError: It has not ended in time, or broke off.
    """
    until_s = time.monotonic() + longest_s
    content = bytearray()
    while len(content) <= LIMIT_BYTES and (part := answer.read1(_PART_BYTES)):
        content += part
        if time.monotonic() > until_s:
            raise TimeoutError
    return bytes(content)


def key_in(file: Path, setting: str) -> str:
    """The one line of a key file or systemd credential.

    Raises:
        ConfigurationError: It cannot be read, or does not hold one line; `setting` is named.
    """
    try:
        lines = secret_file(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{setting}: {file} cannot be read ({error})") from error
    if len(lines) != 1 or not lines[0].strip() or not lines[0].isprintable():
        raise ConfigurationError(f"{setting}: {file} must hold the key in one line and no more")
    return lines[0].strip()


def _refusal(error: urllib.error.HTTPError) -> str:
    if error.code in _REFUSED:
        return f"refuses ({error.code}): see its key_file"
    return f"answers {error.code} {error.reason}: is it the right address?"
