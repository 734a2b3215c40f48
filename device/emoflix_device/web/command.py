"""`emoflix-web`: serve the page; and `emoflix pair`: let a phone in."""

import logging
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import click

from emoflix_device.config import MqttSettings, Settings, load_settings
from emoflix_device.errors import ConfigurationError, EmoflixError
from emoflix_device.web.pairing import INVITATION_S, Pairing, read_users
from emoflix_device.web.settings import WebSettings

_DEFAULTS: Final = WebSettings()
_F = TypeVar("_F", bound=Callable[..., None])


def _phones(command: _F) -> _F:
    """The options that say where phones are remembered."""
    for option in (
        click.option(
            "--users-file",
            type=click.Path(path_type=Path),
            help="The broker's users for phones, `user:password` a line. Without: all are guests.",
        ),
        click.option(
            "--state-dir",
            type=click.Path(path_type=Path),
            default=_DEFAULTS.state_dir,
            show_default=True,
            help="Where paired phones are remembered.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="Device and broker, in YAML.")
@click.option("--host", default=_DEFAULTS.host, show_default=True, help="Address to listen on.")
@click.option("--port", default=_DEFAULTS.port, show_default=True)
@click.option("--name", "names", multiple=True, help="A further host name of this box.")
@click.option("--device", help="Name in the topics.")
@click.option("--broker-host")
@click.option("--broker-port", type=int)
@_phones
def web(
    *,
    config: Path | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    device: str | None,
    broker_host: str | None,
    broker_port: int | None,
    users_file: Path | None,
    state_dir: Path,
) -> None:
    """Serve the page for phones and the television, and carry /mqtt to the broker."""
    from aiohttp import web as aiohttp_web

    from emoflix_device.web.app import Site
    from emoflix_device.web.bridge import Bridge, BrokerAddress
    from emoflix_device.web.page import read_page

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    settings = load_settings(config) if config is not None else Settings()
    broker = BrokerAddress(
        broker_host or settings.mqtt.host, broker_port or settings.mqtt.port, _tls(settings.mqtt)
    )
    site = Site(
        device=device or settings.device,
        page=read_page(),
        bridge=Bridge(broker),
        pairing=_pairing(users_file, state_dir) if users_file is not None else None,
    )
    try:
        aiohttp_web.run_app(
            site.app(names),
            host=host,
            port=port,
            print=None,
            shutdown_timeout=1,
            access_log=None,
            handler_cancellation=True,
        )
    except OSError as error:
        raise ConfigurationError(
            f"{host}:{port}: cannot listen there ({error.strerror})"
        ) from error


@click.command()
@click.option(
    "--address",
    default=f"http://{socket.gethostname()}.local:{_DEFAULTS.port}",
    show_default=True,
    help="The page's, as a phone reaches it.",
)
@click.option("--list", "list_", is_flag=True, help="Only list the paired phones.")
@click.option("--forget", metavar="USER", help="Let the phone of this user in no more.")
@_phones
def pair(
    *, address: str, list_: bool, forget: str | None, users_file: Path | None, state_dir: Path
) -> None:
    """Show a QR code that lets one phone in."""
    import segno

    if users_file is None:
        raise ConfigurationError("--users-file: not given, so everyone is let in as a guest")
    pairing = _pairing(users_file, state_dir)
    if list_:
        for user, _ in pairing.phones():
            click.echo(user)
        return
    if forget is not None:
        if not pairing.forget(forget):
            raise ConfigurationError(f"--forget: no phone is paired as {forget!r}")
        return
    # Behind the #, so that it never stands in a log.
    link = f"{address.rstrip('/')}/#pair={pairing.invite()}"
    segno.make(link, error="m").terminal(compact=True)
    click.echo(f"Scan it within {INVITATION_S / 60:.0f} minutes, or open {link}")


def main() -> None:
    """Run `emoflix-web`; an error a person can mend is one line and exit code 2."""
    try:
        web()
    except EmoflixError as error:
        click.echo(f"emoflix-web: {error}", err=True)
        sys.exit(2)


def _pairing(users_file: Path, state_dir: Path) -> Pairing:
    return Pairing(state_dir / "phones.db", read_users(users_file))


def _tls(settings: MqttSettings) -> ssl.SSLContext | None:
    if settings.tls is None:
        return None
    try:
        return ssl.create_default_context(cafile=settings.tls.ca_file)
    except OSError as error:
        raise ConfigurationError(f"mqtt.tls.ca_file: {settings.tls.ca_file}: {error}") from error
