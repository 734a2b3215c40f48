"""Speaks with an installed box as its home server does: over TLS, with the password made there.

    voice.py hear NAME            the next payload of one of the device's topics
    voice.py ask COMMAND JSON...  each request in turn; every reply is a line, once it is there

Run by the box's own Python, as root, who can read the password.
"""

import queue
import ssl
import sys
from pathlib import Path
from typing import Any, Final

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

GUARD_S: Final = 300.0
ETC: Final = Path("/etc/emoflix")
USER: Final = "homeassistant"


def connected(heard: "queue.Queue[MQTTMessage]", topic: str) -> Client:
    users = dict(
        line.split(":", 1) for line in (ETC / "users").read_text(encoding="utf-8").splitlines()
    )
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(USER, users[USER])
    client.tls_set_context(ssl.create_default_context(cafile=ETC / "ca.crt"))
    subscribed: queue.Queue[bool] = queue.Queue()
    client.on_message = lambda _client, _data, message: heard.put(message)
    client.on_subscribe = lambda *_: subscribed.put(item=True)
    client.connect("localhost", 8883)
    client.loop_start()
    client.subscribe(topic, qos=1)
    subscribed.get(timeout=GUARD_S)
    return client


def main() -> None:
    what, name, *requests = sys.argv[1:]
    heard: queue.Queue[Any] = queue.Queue()
    if what == "hear":
        connected(heard, f"emoflix/+/{name}")
        print(heard.get(timeout=GUARD_S).payload.decode())  # noqa: T201
        return
    device = Path("/etc/hostname").read_text(encoding="utf-8").strip()
    base = f"emoflix/{device}/client/{USER}"
    client = connected(heard, f"{base}/reply/{name}")
    for request in requests:
        client.publish(f"{base}/command/{name}", request, qos=1).wait_for_publish(GUARD_S)
        print(heard.get(timeout=GUARD_S).payload.decode(), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
