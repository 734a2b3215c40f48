"""`emoflix-web`: serve the page; and `emoflix pair`: let a phone in."""

import logging
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
from msgspec.structs import replace

from emoflix_device.config import MqttSettings, Settings, load_settings
from emoflix_device.credentials import secret_file
from emoflix_device.errors import ConfigurationError, EmoflixError
from emoflix_device.web.pairing import INVITATION_S, Pairing, read_users
from emoflix_device.web.settings import WebSettings

_F = TypeVar("_F", bound=Callable[..., None])


def _configured(command: _F) -> _F:
    """The options that both commands share."""
    for option in (
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            help="The configuration, as for `emoflix run`; its section `web` is meant.",
        ),
        click.option(
            "--users-file", type=click.Path(path_type=Path), help="Instead of web.users_file."
        ),
        click.option(
            "--state-dir", type=click.Path(path_type=Path), help="Instead of web.state_dir."
        ),
    ):
        command = option(command)
    return command


@click.command()
@_configured
def web(*, config: Path | None, users_file: Path | None, state_dir: Path | None) -> None:
    """Serve the page for phones and the television, and carry /mqtt to the broker."""
    from aiohttp import web as aiohttp_web

    from emoflix_device.web.app import Site
    from emoflix_device.web.bridge import Bridge, BrokerAddress
    from emoflix_device.web.page import read_page

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    settings = _settings(config, users_file, state_dir)
    mqtt, served = settings.mqtt, settings.web
    site = Site(
        device=settings.device,
        page=read_page(),
        bridge=Bridge(BrokerAddress(mqtt.host, mqtt.port, _tls(mqtt))),
        pairing=_pairing(served),
    )
    try:
        aiohttp_web.run_app(
            site.app(served.names),
            host=served.host,
            port=served.port,
            print=None,
            shutdown_timeout=1,
            access_log=None,
            handler_cancellation=True,
        )
    except OSError as error:
        raise ConfigurationError(
            f"{served.host}:{served.port}: cannot listen there ({error.strerror}): see web.host"
            " and web.port"
        ) from error


@click.command()
@_configured
@click.option("--address", help="The page's, as a phone reaches it; by default this host's name.")
@click.option("--list", "list_", is_flag=True, help="Only list the paired phones.")
@click.option("--forget", metavar="USER", help="Let the phone of this user in no more.")
def pair(
    *,
    config: Path | None,
    users_file: Path | None,
    state_dir: Path | None,
    address: str | None,
    list_: bool,
    forget: str | None,
) -> None:
    """Show a QR code that lets one phone in."""
    import segno

    served = _settings(config, users_file, state_dir).web
    pairing = _pairing(served)
    if pairing is None:
        raise ConfigurationError("web.users_file: not set, so everyone is let in as a guest")
    if list_:
        for user, _ in pairing.phones():
            click.echo(user)
        return
    if forget is not None:
        if not pairing.forget(forget):
            raise ConfigurationError(f"--forget: no phone is paired as {forget!r}")
        return
    page = address or f"http://{socket.gethostname()}.local:{served.port}"
    # Behind the #, so that it never stands in a log.
    link = f"{page.rstrip('/')}/#pair={pairing.invite()}"
    segno.make(link, error="m").terminal(compact=True)
    click.echo(f"Scan it within {INVITATION_S / 60:.0f} minutes, or open {link}")


def main() -> None:
    """Run `emoflix-web`; an error a person can mend is one line and exit code 2."""
    try:
        web()
    except EmoflixError as error:
        click.echo(f"emoflix-web: {error}", err=True)
        sys.exit(2)


def _settings(config: Path | None, users_file: Path | None, state_dir: Path | None) -> Settings:
    settings = load_settings(config) if config is not None else Settings()
    changes = {"users_file": users_file, "state_dir": state_dir}
    given = {name: path for name, path in changes.items() if path is not None}
    return replace(settings, web=replace(settings.web, **given))


def _pairing(served: WebSettings) -> Pairing | None:
    if served.users_file is None:
        return None
    return Pairing(served.state_dir / "phones.db", read_users(secret_file(served.users_file)))


def _tls(settings: MqttSettings) -> ssl.SSLContext | None:
    if settings.tls is None:
        return None
    try:
        return ssl.create_default_context(cafile=settings.tls.ca_file)
    except OSError as error:
        raise ConfigurationError(f"mqtt.tls.ca_file: {settings.tls.ca_file}: {error}") from error
