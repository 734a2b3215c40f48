"""The device's side of the contract: state that is always there, commands, answers.

What the device is (its state) is held here and published anew on every connect; what it says once
(events, answers) is dropped while nobody can hear it.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from msgspec import Struct
from paho.mqtt.client import Client, MQTTMessage, MQTTMessageInfo
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from emoflix_device.config import MqttSettings
from emoflix_device.mqtt.commands import Command, Rejection, Sender, parse_command
from emoflix_device.mqtt.connection import Connection, properties_of
from emoflix_device.mqtt.homeassistant import discovery
from emoflix_device.mqtt.inbox import Inbox
from emoflix_device.mqtt.messages import ErrorMessage, InfoMessage, Reply, encode
from emoflix_device.mqtt.rate import PER_S, Rates
from emoflix_device.mqtt.topics import ANY, HOME_ASSISTANT_STATUS, TOPICS, TopicName, Topics

logger = logging.getLogger(__name__)

UNDER_WAY_LIMIT: Final = 200
"""Messages that the broker has not taken yet: beyond, what is said once is dropped, and state
waits for room in its latest value."""


@dataclass(frozen=True, slots=True)
class LinkCounts:
    """Since the start."""

    reconnects: int
    dropped: int
    """Events and answers that nobody could hear, and commands that nobody could take."""


@dataclass(frozen=True, slots=True)
class _Held:
    payload: bytes
    expires_at_s: float | None


class Link:
    """One device at one broker."""

    def __init__(
        self,
        settings: MqttSettings,
        device: str,
        *,
        on_command: Callable[[], None],
        on_configuration: Callable[[bytes], None] | None = None,
    ) -> None:
        """Prepare, without touching the network.

        Args:
            settings: the broker.
            device: the name in the topics.
            on_command: called from another thread when it is time to `take_command`.
            on_configuration: called from another thread with what is wished from afar; where it is
                not given, nobody listens to that.

        Raises:
            BrokerError: the password or the authority's file cannot be used.
        """
        self._topics = Topics(device)
        self._on_configuration = on_configuration
        self._on_command = on_command
        self._connection = Connection(
            settings,
            client_id=f"emoflix-{device}",
            on_up=self._greet,
            on_message=self._receive,
            on_down=self._fall_silent,
            on_published=self._one_taken,
            will=(self._topics.of("availability"), b"offline"),
        )
        self._inbox = Inbox()
        self._rates = Rates()  # the network's thread alone asks it
        # Guards all below: the loop publishes while the network's thread greets a broker.
        # Reentrant, since paho may call back from inside a publish. Only `_client` may become
        # `None` at any moment: read it once.
        self._lock = threading.RLock()
        self._client: Client | None = None
        self._leaving = False
        self._held: dict[TopicName, _Held] = {}
        self._discovery = b""
        self._late: set[TopicName] = set()
        self._put_count = 0
        self._taken_count = 0
        self._dropped = 0

    @property
    def connected(self) -> bool:
        """Whether the broker can be heard."""
        return self._client is not None

    @property
    def fault(self) -> str | None:
        """Why not connected, or what the broker forbids, in words; `None` while all is well."""
        return self._connection.fault

    @property
    def counts(self) -> LinkCounts:
        """For `health`."""
        return LinkCounts(max(0, self._connection.connects - 1), self._dropped)

    def start(self) -> None:
        """Connect, and again whenever the connection is lost; returns at once."""
        self._connection.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Publish `offline`, wait for the broker to take it, and leave."""
        deadline_s = time.monotonic() + timeout_s
        farewell = None
        with self._lock:
            self._leaving = True
            if (client := self._client) is not None:
                farewell = self._put(client, self._topics.of("availability"), b"offline")
            self._client = None
        if farewell is not None:
            try:
                farewell.wait_for_publish(timeout_s)
            except (RuntimeError, ValueError):  # the connection went in this moment: the will says
                logger.info("The broker went before this device could say that it goes")
        self._connection.stop(max(0.1, deadline_s - time.monotonic()))

    def publish(self, name: TopicName, message: Struct, *, expires_s: float | None = None) -> None:
        """Say something on one of the device's topics; never blocks.

        Args:
            name: a topic of `TOPICS`, but `availability`, which is the link's own.
            message: of the topic's type.
            expires_s: after so long a broker drops a retained message (MQTT 5 only).
        """
        topic = TOPICS[name]
        payload = encode(message)
        with self._lock:
            if isinstance(message, InfoMessage):
                self._discovery = discovery(self._topics.device, message)
                self._introduce()
            if topic.retained:
                expires_at_s = None if expires_s is None else time.monotonic() + expires_s
                self._held[name] = _Held(payload, expires_at_s)
                self._say_held(name)
            else:
                self._say(self._topics.of(name), payload, topic.qos)

    def reply(self, sender: Sender, reply: bytes) -> None:
        """Answer, in JSON; dropped while the broker is away: the sender has to ask again anyhow."""
        properties = None
        if self._connection.speaks_v5 and sender.correlation is not None:
            properties = properties_of(PacketTypes.PUBLISH, CorrelationData=sender.correlation)
        with self._lock:
            self._say(sender.reply_topic, reply, 1, properties)

    def take_command(self) -> Command | None:
        """The command that has waited longest, or `None`; for the loop, on each of its turns."""
        if self._late:
            with self._lock:
                while self._late and not self._crowded:
                    self._say_held(self._late.pop())
        return self._inbox.take()

    def _greet(self, client: Client) -> None:
        """After every connect: the state, then ears, then `online`: who reads it may ask."""
        with self._lock:
            if self._leaving:  # a broker that answers just then would keep an `online` for ever
                return
            self._client = client
            self._put_count = 0
            self._taken_count = 0
            self._late.clear()
            for name in self._held:
                self._say_held(name)
            self._introduce()
            for heard in (self._topics.command(ANY, ANY), HOME_ASSISTANT_STATUS):
                if self._connection.speaks_v5:
                    # As published: a command sent as retained shows it even when it arrives live.
                    options = SubscribeOptions(
                        qos=1,
                        retainAsPublished=True,
                        retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND,
                    )
                    client.subscribe(heard, options=options)
                else:
                    client.subscribe(heard, qos=1)
            if self._on_configuration is not None:
                client.subscribe(self._topics.configuration, qos=1)
            self._put(client, self._topics.of("availability"), b"online")

    def _introduce(self) -> None:
        """Tell Home Assistant what this device has."""
        if (client := self._client) is not None and self._discovery:
            self._put(client, self._topics.discovery, self._discovery)

    def _fall_silent(self) -> None:
        # No lock here either, as in `_one_taken`: who publishes notices on its next message.
        self._client = None

    @property
    def _crowded(self) -> bool:
        return self._put_count - self._taken_count >= UNDER_WAY_LIMIT

    def _one_taken(self) -> None:
        # No lock here: paho holds one of its own that a publishing loop may be waiting for. So the
        # loop itself says what is late, on its next turn.
        self._taken_count += 1
        if self._late:
            self._on_command()

    def _say_held(self, name: TopicName) -> None:
        client = self._client
        if client is None:
            return
        if self._crowded:
            self._late.add(name)
            return
        held = self._held[name]
        properties = None
        if held.expires_at_s is not None and self._connection.speaks_v5:
            left_s = int(held.expires_at_s - time.monotonic())
            if left_s < 1:
                return
            properties = properties_of(PacketTypes.PUBLISH, MessageExpiryInterval=left_s)
        self._put(
            client,
            self._topics.of(name),
            held.payload,
            qos=TOPICS[name].qos,
            properties=properties,
        )

    def _say(
        self, topic: str, payload: bytes, qos: int, properties: Properties | None = None
    ) -> None:
        client = self._client
        if client is None or self._crowded:
            self._dropped += 1
        else:
            self._put(client, topic, payload, qos=qos, retain=False, properties=properties)

    def _put(
        self,
        client: Client,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retain: bool = True,
        properties: Properties | None = None,
    ) -> MQTTMessageInfo:
        self._put_count += 1
        return client.publish(topic, payload, qos, retain, properties)

    def _receive(self, message: MQTTMessage) -> None:
        if message.topic == HOME_ASSISTANT_STATUS:
            if message.payload == b"online":
                with self._lock:
                    self._introduce()
            return
        if message.topic == self._topics.configuration and self._on_configuration is not None:
            self._on_configuration(bytes(message.payload))
            return
        if message.retain:
            logger.warning("A retained command was ignored: %s", message.topic)
            return
        properties = message.properties
        parsed = parse_command(
            self._topics,
            message.topic,
            bytes(message.payload),
            response_topic=getattr(properties, "ResponseTopic", None),
            correlation=getattr(properties, "CorrelationData", None),
        )
        if parsed is None:
            return
        if not self._rates.allow(parsed.user, time.monotonic()):
            self._refuse(parsed, f"too many: at most {PER_S:g} a second; ask again later")
        elif isinstance(parsed, Rejection):
            self.reply(parsed, encode(parsed.reply))
        elif self._inbox.put(parsed, len(message.payload)):
            self._on_command()
        else:
            self._refuse(parsed, "busy: too many commands are waiting; ask again later")

    def _refuse(self, sender: Sender, why: str) -> None:
        with self._lock:
            self._dropped += 1
        fault = ErrorMessage(field="command", message=why)
        self.reply(sender, encode(Reply(request=sender.request_id, error=fault)))
