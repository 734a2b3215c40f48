"""How to get in at a broker, and what it means in words when that fails."""

import socket
import ssl

from emoflix_device.config import MqttSettings
from emoflix_device.credentials import secret_file
from emoflix_device.errors import BrokerError


def place(settings: MqttSettings) -> str:
    """The broker's host and port."""
    return f"{settings.host}:{settings.port}"


def password(settings: MqttSettings) -> str | None:
    """What stands in the password's file now, so that a corrected one counts at the next try.

    Raises:
        BrokerError: the file cannot be read, or there is no user to it.
    """
    file = settings.password_file
    if file is None:
        return None
    if settings.user is None:
        raise BrokerError("mqtt.password_file needs mqtt.user")
    try:
        return secret_file(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokerError(f"mqtt.password_file: {file} cannot be read ({error})") from error


def tls_context(settings: MqttSettings) -> ssl.SSLContext | None:
    """For TLS that verifies certificate and name; `None` for none.

    Raises:
        BrokerError: the authority's file cannot be used.
    """
    if settings.tls is None:
        return None
    file = settings.tls.ca_file
    try:
        return ssl.create_default_context(cafile=file)
    except OSError as error:  # a missing file, or `ssl.SSLError` for one without a certificate
        raise BrokerError(f"mqtt.tls.ca_file: {file} holds no certificate ({error})") from error


def fault_of(error: Exception, settings: MqttSettings) -> str:
    """What a failed connect means, in words for a person."""
    where = place(settings)
    match error:
        case BrokerError():
            fault = str(error)
        case ssl.SSLCertVerificationError():
            why = error.verify_message
            fault = f"the certificate of {where} is not trusted ({why}): see mqtt.tls.ca_file"
        case ssl.SSLError():
            fault = f"{where} does not speak TLS ({error.reason}): see mqtt.tls and mqtt.port"
        case socket.gaierror():
            fault = f"unknown host {settings.host!r}: see mqtt.host"
        case ConnectionRefusedError():
            fault = f"nothing listens at {where}: is the broker running? See mqtt.host, mqtt.port"
        case ConnectionResetError():
            fault = f"{where} hangs up without an answer: see mqtt.port and mqtt.tls"
        case TimeoutError():
            fault = f"{where} does not answer: see mqtt.host"
        case _:
            fault = f"{where} cannot be reached ({error})"
    return fault
