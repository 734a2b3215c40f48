"""A connection to the broker that comes back by itself, and says in words why it is not there.

A thread makes one paho client a try, so that nothing of a broken connection lives on in the next:
what must not be lost is held, and said again, by the owner. MQTT 5 is tried first, then 3.1.1; the
version that got an answer is kept.
"""

import logging
import random
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from paho.mqtt.client import Client, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from emoflix_device.config import MqttSettings
from emoflix_device.errors import BrokerError
from emoflix_device.mqtt.access import fault_of, password, place, tls_context
from emoflix_device.mqtt.backoff import pause_s

logger = logging.getLogger(__name__)

STEADY_S: Final = 30.0
"""A connection that held so long starts the pauses from the shortest again."""
CONNECT_S: Final = 5.0
LEAST_PATIENCE_S: Final = 2.0
LONGEST_PATIENCE_S: Final = 16.0
"""For an answer to CONNECT. It doubles with every silence: a broker that knows no MQTT 5 may say
nothing (amqtt waits for the rest of what it takes for 3.1.1), a busy one may need long."""
KEEP_ALIVE_S: Final = 30
LARGEST_PACKET_BYTES: Final = 16 * 1024 * 1024
"""Asked of an MQTT 5 broker, which drops what is larger: the device's memory is small."""

_OTHER_VERSION: Final = {
    MQTTProtocolVersion.MQTTv5: MQTTProtocolVersion.MQTTv311,
    MQTTProtocolVersion.MQTTv311: MQTTProtocolVersion.MQTTv5,
}
_UNSUPPORTED_PROTOCOL: Final = 132
_BAD_PASSWORD: Final = 134
_NOT_AUTHORISED: Final = 135


class Connection:
    """Keeps one client connected from `start` to `stop`.

    The callbacks come from the network's thread: they must be short and raise nothing.
    """

    def __init__(
        self,
        settings: MqttSettings,
        *,
        client_id: str | None,
        on_up: Callable[[Client], object],
        on_message: Callable[[MQTTMessage], None],
        on_down: Callable[[], None] = lambda: None,
        on_published: Callable[[], None] = lambda: None,
        will: tuple[str, bytes] | None = None,
    ) -> None:
        """Prepare, without touching the network.

        Args:
            settings: the broker.
            client_id: unique at the broker; made up where `None`.
            on_up: subscribe and publish here, after every connect.
            on_message: every message that arrives.
            on_down: the connection is gone. paho may hold a lock meanwhile, for which a publisher
                waits: take none here.
            on_published: the broker took a message; take no lock here either.
            will: topic and payload that the broker publishes, retained, when this client dies.

        Raises:
            BrokerError: the password or the authority's file cannot be used.
        """
        self._settings = settings
        self._own_name = client_id is not None
        self._client_id = client_id or f"emoflix-{random.getrandbits(32):08x}"
        self._on_up = on_up
        self._on_message = on_message
        self._on_down = on_down
        self._on_published = on_published
        self._will = will
        self._protocol = MQTTProtocolVersion.MQTTv5
        self._patience_s = LEAST_PATIENCE_S
        self._tls = tls_context(settings)
        password(settings)
        self._stopping = threading.Event()
        self._answered = threading.Event()
        self._down = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="mqtt", daemon=True)
        self._client: Client | None = None
        self._understood = False
        self._connected_at_s = 0.0
        self.connected = False
        self.connects = 0
        self.fault: str | None = "no answer yet"
        """Why there is no connection, or what the broker forbids; `None` while all is well."""

    @property
    def speaks_v5(self) -> bool:
        """Whether expiry, response topics and reason codes exist."""
        return self._protocol is MQTTProtocolVersion.MQTTv5

    def start(self) -> None:
        """Connect, and again whenever the connection is lost; returns at once."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Disconnect cleanly; a broker that does not take part is left after `timeout_s`."""
        self._stopping.set()
        client = self._client
        if client is not None and self.connected:
            client.disconnect()
        else:
            self._down.set()
        self._answered.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def live_once(self) -> None:
        """One connection from its beginning to its end, however it ends."""
        misunderstood = self._live()
        if misunderstood is not None:
            self._protocol = _OTHER_VERSION[self._protocol]
            misunderstood = self._live()
        if misunderstood is not None:
            self._note(misunderstood)

    def _keep(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began_s = time.monotonic()
            self.live_once()
            failures = 1 if time.monotonic() - began_s > STEADY_S else failures + 1
            self._stopping.wait(pause_s(failures))

    def _live(self) -> str | None:
        """One connection in one version; the fault if that may be the version's."""
        self._answered.clear()
        self._down.clear()
        self._understood = False
        if self._stopping.is_set():
            return None
        try:
            client = self._new_client()
            client.connect(
                self._settings.host,
                self._settings.port,
                KEEP_ALIVE_S,
                properties=self._connect_properties(),
            )
        except (OSError, ValueError, BrokerError) as error:
            self._note(fault_of(error, self._settings))
            return None
        self._client = client
        client.loop_start()
        answered = self._answered.wait(self._patience_s)
        if self.connected:
            self._down.wait()
        client.disconnect()
        client.loop_stop()
        self._client = None
        if self._understood or self._stopping.is_set():
            return None
        if answered:
            return fault_of(ConnectionResetError(), self._settings)
        self._patience_s = min(LONGEST_PATIENCE_S, 2 * self._patience_s)
        return f"{place(self._settings)} does not answer as an MQTT broker does: see mqtt.port"

    def _new_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            self._client_id,
            protocol=self._protocol,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_S
        if self._settings.user is not None:
            client.username_pw_set(self._settings.user, password(self._settings))
        if self._tls is not None:
            client.tls_set_context(self._tls)
        if self._will is not None:
            topic, payload = self._will
            client.will_set(topic, payload, qos=1, retain=True)
        client.on_socket_open = _send_at_once
        client.on_connect = self._connect_answered
        client.on_disconnect = self._disconnected
        client.on_message = self._heard
        client.on_publish = self._published
        client.on_subscribe = self._subscribed
        return client

    def _connect_properties(self) -> Properties | None:
        if not self.speaks_v5:
            return None
        return properties_of(PacketTypes.CONNECT, MaximumPacketSize=LARGEST_PACKET_BYTES)

    def _connect_answered(
        self, client: Client, _data: Any, _flags: Any, code: ReasonCode, _properties: Any
    ) -> None:
        self._understood = code.value != _UNSUPPORTED_PROTOCOL
        if code.is_failure:
            if self._understood:
                self._note(self._refusal(code))
            self._answered.set()
            return
        self.connected = True
        self._connected_at_s = time.monotonic()
        self.connects += 1
        self.fault = None
        logger.info("Connected to the broker %s", place(self._settings))
        self._on_up(client)
        self._answered.set()

    def _disconnected(
        self,
        _client: Client,
        _data: Any,
        flags: DisconnectFlags,
        code: ReasonCode,
        _properties: Any,
    ) -> None:
        if self.connected:
            self.connected = False
            if flags.is_disconnect_packet_from_server:
                self._note(f"{place(self._settings)} ended the connection ({code})")
            elif code.is_failure:
                self._note(self._loss())
            self._on_down()
        self._answered.set()
        self._down.set()

    def _heard(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        try:
            self._on_message(message)
        except Exception:
            # What was sent from outside must not end paho's thread: nothing would be heard any
            # more, and nobody told of it.
            logger.exception("a message was not taken in")

    def _published(
        self, _client: Client, _data: Any, _mid: int, code: ReasonCode, _properties: Any
    ) -> None:
        if code.is_failure:
            self._note(
                f"{place(self._settings)} refuses a message of {self._who()} ({code}): "
                "see the broker's access rules"
            )
        self._on_published()

    def _subscribed(
        self, _client: Client, _data: Any, _mid: int, codes: list[ReasonCode], _properties: Any
    ) -> None:
        for code in codes:
            if code.is_failure:
                self._note(
                    f"{place(self._settings)} refuses a subscription of {self._who()} ({code}): "
                    "see the broker's access rules"
                )

    def _refusal(self, code: ReasonCode) -> str:
        where = place(self._settings)
        if code.value in {_BAD_PASSWORD, _NOT_AUTHORISED}:
            return f"{where} refuses {self._who()} ({code}): see mqtt.user and mqtt.password_file"
        return f"{where} refuses the connection ({code})"

    def _loss(self) -> str:
        loss = f"the connection to {place(self._settings)} was lost"
        if not self._own_name or time.monotonic() - self._connected_at_s > STEADY_S:
            return loss
        # Not every broker says that a session was taken over: brevity has to do as a hint.
        return f"{loss} at once; has another client the same name {self._client_id!r}?"

    def _who(self) -> str:
        user = self._settings.user
        return "clients without a user" if user is None else f"the user {user!r}"

    def _note(self, fault: str) -> None:
        if fault != self.fault:
            logger.warning("%s", fault)
        self.fault = fault


def _send_at_once(_client: Client, _data: Any, opened: Any) -> None:
    """Without Nagle's delay: an answer follows its command's acknowledgement, and waited 40 ms."""
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def probe(settings: MqttSettings) -> str | None:
    """Connect once and leave again: the fault in words, or `None` where all is well.

    Raises:
        BrokerError: the password or the authority's file cannot be used.
    """
    connection = Connection(
        settings,
        client_id=None,
        on_up=lambda client: client.disconnect(),
        on_message=lambda _message: None,
    )
    connection.live_once()
    return connection.fault


def properties_of(packet: int, **values: Any) -> Properties:
    """MQTT 5 properties of one kind of packet."""
    properties = Properties(packet)  # type: ignore[no-untyped-call]
    for name, value in values.items():
        setattr(properties, name, value)
    return properties
