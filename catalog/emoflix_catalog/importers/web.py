"""Answers of a server in JSON: waited for, asked for again, and read as what they have to be."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import msgspec

from emoflix_catalog.importers.contract import Request, RowError, SourceError

Answer = TypeVar("Answer")
TRIES: Final = 5
LONGEST_PAUSE_S: Final = 120.0
"""Longer than any of the servers asks for while it will answer again at all."""
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_REFUSED: Final = frozenset({401, 403})
_MISSING: Final = frozenset({404, 410})
_OK: Final = 200


class _NothingThereError(SourceError):
    """The server is right, but has nothing under this address."""


class Web:
    """A connection to one server, for one import."""

    def __init__(self, request: Request, headers: Mapping[str, str] | None = None) -> None:
        try:
            import httpx
        except ImportError as error:
            raise SourceError(
                "httpx is not installed, and reading from a server needs it:"
                " pip install 'emoflix[catalog]'"
            ) from error
        self._httpx = httpx
        self._pause = request.pause
        agent = f"emoflix/{version('emoflix')} (film catalogue)"
        try:
            self._client = httpx.Client(
                headers={"User-Agent": agent, "Accept": "application/json", **(headers or {})},
                timeout=request.timeout_s,
            )
        except UnicodeEncodeError as error:
            raise SourceError(
                f"{request.key_file}: holds a letter that no key has: write the key anew into it"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, url: str, form: type[Answer], **params: str | int) -> Answer:
        """What the server says at `url`, which may have a query of its own.

        Raises:
            SourceError: It does not answer, refuses, or answers with something else than `form`.
        """
        address = self._with(url, params)
        return _decoded(_shown(address), self._ask("GET", address), form)

    def post(self, url: str, form: type[Answer], **content: Any) -> Answer:
        """What the server answers to `json` or `data`; raises as `get`."""
        return _decoded(_shown(url), self._ask("POST", url, **content), form)

    def get_if_there(self, url: str, form: type[Answer], **params: str | int) -> Answer | None:
        """As `get`, None where nothing is."""
        address = self._with(url, params)
        content = self.content(address)
        return None if content is None else _decoded(_shown(address), content, form)

    def content(self, url: str) -> bytes | None:
        """The bytes at `url`, None where nothing is; otherwise raises as `get`."""
        try:
            return self._ask("GET", url)
        except _NothingThereError:
            return None

    def _with(self, url: str, params: Mapping[str, str | int]) -> str:
        if not params:
            return url
        try:
            return str(self._httpx.URL(url).copy_merge_params(params))
        except self._httpx.InvalidURL as error:
            raise _no_address(_shown(url), error) from error

    def _ask(self, method: str, url: str, **content: Any) -> bytes:
        shown = _shown(url)
        problem = ""
        for attempt in range(TRIES):
            wait_s = min(2.0**attempt, LONGEST_PAUSE_S)
            try:
                response = self._client.request(method, url, **content)
            except (self._httpx.InvalidURL, self._httpx.UnsupportedProtocol) as error:
                raise _no_address(shown, error) from error
            except self._httpx.RequestError as error:  # a body that cannot be unpacked is one, too
                problem = f"does not answer ({type(error).__name__}: {error})"
            else:
                if response.status_code == _OK:
                    answer: bytes = response.content
                    return answer
                problem = f"answers {response.status_code} {response.reason_phrase}"
                if response.status_code in _REFUSED:
                    raise SourceError(
                        f"{shown}: {problem}: check the key in the file given by --key-file"
                    )
                if response.status_code not in _AGAIN:
                    missing = response.status_code in _MISSING
                    raise (_NothingThereError if missing else SourceError)(
                        f"{shown}: {problem}: check the address"
                    )
                wait_s = _asked_pause_s(response.headers.get("Retry-After", ""), wait_s)
            if attempt + 1 < TRIES:
                self._pause(wait_s)
        raise SourceError(
            f"{shown}: {problem}, {TRIES} times: try again later; nothing was changed"
        )


def key_of(request: Request) -> str:
    """The key in the file that the request names, "" if it names none.

    Raises:
        SourceError: It cannot be read, or holds anything but one line.
    """
    if request.key_file is None:
        return ""
    return _key_in(request.key_file)


def item(raw: msgspec.Raw, form: type[Answer]) -> Answer:
    """One entry of a page, read by itself so that a broken one costs no other.

    Raises:
        RowError: It has another form.
    """
    try:
        return msgspec.json.decode(raw, type=form, strict=False)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise RowError("an entry of another form", str(error)) from error


def _key_in(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8-sig").strip().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: the key cannot be read ({error}): name its file") from error
    if len(lines) != 1 or not lines[0].isprintable():
        raise SourceError(f"{path}: is no line of text alone: write nothing but the key into it")
    return lines[0]


def _no_address(shown: str, error: Exception) -> SourceError:
    return SourceError(f"{shown}: is no address ({error}): give http://...")


def _shown(url: str) -> str:
    return re.sub(r"(?<=api_key=)[^&]+", "...", url)


def _decoded(url: str, content: bytes, form: type[Answer]) -> Answer:
    with _form_named(url):
        return msgspec.json.decode(content, type=form, strict=False)


@contextmanager
def _form_named(url: str) -> Iterator[None]:
    try:
        yield
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(
            f"{url}: answers with something else than it should ({error}): is it the right server?"
            " nothing was changed"
        ) from error


def _asked_pause_s(retry_after: str, otherwise_s: float) -> float:
    """The pause a server asks for, in seconds or until a date (RFC 9110, 10.2.3)."""
    if retry_after.isascii() and retry_after.isdigit():
        asked = float(retry_after[:9])
    else:
        try:
            until = parsedate_to_datetime(retry_after)
        except ValueError:
            return otherwise_s
        if until.tzinfo is None:
            until = until.replace(tzinfo=dt.UTC)
        asked = (until - dt.datetime.now(tz=dt.UTC)).total_seconds()
    return min(max(asked, 0.0), LONGEST_PAUSE_S)
