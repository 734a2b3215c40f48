"""The device as Home Assistant sees it: one discovery message for all its entities.

The keys are those of https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload.
What the templates take apart are this device's own messages, so they stand here beside them.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, get_args

import msgspec

from emoflix_catalog.vocabulary import LANGUAGES
from emoflix_device.mqtt.messages import Announced, Evening, InfoMessage
from emoflix_device.mqtt.topics import TopicName, Topics

USER: Final = "homeassistant"
"""Its user at the broker, in whose name it asks."""
ALL_LANGUAGES: Final = "All"
DIAGNOSTIC: Final = {"entity_category": "diagnostic"}
MEASUREMENT: Final = {"state_class": "measurement"}


class Entity(NamedTuple):
    """One entity: which of the device's topics it reads, and which command it sends."""

    platform: str
    name: str
    reads: TopicName | None = None
    value: str | None = None
    """Template from the topic's message to the entity's state; none for what has no state."""
    command: str | None = None
    more: Mapping[str, Any] = {}
    attributes: str | None = None
    """Template from the topic's message to the entity's attributes."""


def _answer_to_the_top_film(name: str, kind: str, icon: str) -> Entity:
    """A button that says something of the film that stands first when it is pressed.

    It carries the film as attributes of its own: those of another entity would have to be found by
    an id that people may change.
    """
    return Entity(
        "button",
        name,
        "recommendations",
        command="feedback",
        attributes="{% set film = value_json.films | first | default({}) %}"
        "{{ {'film': film.id | default(none), 'title': film.title | default(none), "
        "'slate': value_json.slate} | tojson }}",
        more={
            "payload_press": kind,
            "command_template": "{{ {'film': state_attr(entity_id, 'film'), 'kind': value, "
            "'slate': state_attr(entity_id, 'slate')} | tojson }}",
            "icon": icon,
        },
    )


ENTITIES: Final[Mapping[str, Entity]] = {
    "mood": Entity(
        "sensor",
        "Mood",
        "mood",
        "{{ value_json.mood }}",
        attributes="{{ {'valence': value_json.valence, 'arousal': value_json.arousal, "
        "'people': value_json.people, 'light': value_json.light, 'motion': value_json.motion, "
        "'since': value_json.since} | tojson }}",
        more={"device_class": "enum", "options": list(get_args(Announced))},
    ),
    "confidence": Entity(
        "sensor",
        "Confidence",
        "mood",
        "{{ (value_json.confidence * 100) | round }}",
        more={"unit_of_measurement": "%", "suggested_display_precision": 0, **MEASUREMENT},
    ),
    "top_film": Entity(
        "sensor",
        "Top film",
        "recommendations",
        # A state has at most 255 characters; without films it is unknown.
        "{{ (value_json.films | map(attribute='title') | first | default('None')) "
        "| truncate(250) }}",
        attributes="{% set film = value_json.films | first | default({}) %}"
        "{% set all = namespace(films=[]) %}{% for each in value_json.films %}"
        "{% set all.films = all.films + [{'title': each.title, 'year': each.year, "
        "'reason': each.reasons | first | default('')}] %}{% endfor %}"
        "{{ {'year': film.year | default(none), 'reasons': film.reasons | default([]), "
        "'runtime': film.runtime | default(none), 'language': film.language | default(none), "
        "'films': all.films, 'slate': value_json.slate} | tojson }}",
        more={"icon": "mdi:movie-open-star"},
    ),
    "recommendation": Entity(
        "event",
        "Recommendation",
        "event",
        # Home Assistant passes over an empty payload: what is no recommendation is none here.
        "{% if value_json.type == 'recommended' %}{{ {'event_type': 'recommended', "
        "'slate': value_json.slate, 'mood': value_json.mood} | tojson }}{% endif %}",
        more={"event_types": ["recommended"], "icon": "mdi:movie-roll"},
    ),
    "recommend": Entity(
        "button",
        "Recommend now",
        command="recommend",
        more={"payload_press": "{}", "icon": "mdi:movie-search"},
    ),
    "like": _answer_to_the_top_film("Like the top film", "like", "mdi:thumb-up"),
    "dislike": _answer_to_the_top_film("Not the top film", "dislike", "mdi:thumb-down"),
    "evening": Entity(
        "sensor",
        "Evening",
        "settings",
        "{{ value_json.evening }}",
        more={
            "device_class": "enum",
            "options": list(get_args(Evening)),
            "icon": "mdi:sofa",
        },
    ),
    "lift": Entity(
        "number",
        "Lift",
        "settings",
        "{{ value_json.lift }}",
        "preferences",
        more={
            "command_template": '{"lift": {{ value }}}',
            "min": 0,
            "max": 1,
            "step": 0.05,
            "mode": "slider",
            "icon": "mdi:arrow-up-thin",
        },
    ),
    "camera": Entity(
        "switch",
        "Camera",
        "settings",
        "{{ 'OFF' if value_json.camera in ('off', 'no consent') else 'ON' }}",
        "camera",
        more={"payload_on": "ON", "payload_off": "OFF", "icon": "mdi:cctv"},
    ),
    "camera_lost": Entity(
        "binary_sensor",
        "Camera lost",
        "settings",
        "{{ 'ON' if value_json.camera == 'lost' else 'OFF' }}",
        more={"device_class": "problem", **DIAGNOSTIC},
    ),
    "frames_per_s": Entity(
        "sensor",
        "Frames per second",
        "health",
        "{{ value_json.frames_per_s }}",
        more={"unit_of_measurement": "fps", **MEASUREMENT, **DIAGNOSTIC},
    ),
    "inference_time": Entity(
        "sensor",
        "Inference time",
        "health",
        "{{ value_json.expression_ms }}",
        more={
            "device_class": "duration",
            "unit_of_measurement": "ms",
            "suggested_display_precision": 2,
            **MEASUREMENT,
            **DIAGNOSTIC,
        },
    ),
    "temperature": Entity(
        "sensor",
        "Temperature",
        "health",
        "{{ value_json.temperature_c }}",
        more={
            "device_class": "temperature",
            "unit_of_measurement": "°C",
            **MEASUREMENT,
            **DIAGNOSTIC,
        },
    ),
}


def discovery(device: str, info: InfoMessage) -> bytes:
    """The retained message for `Topics.discovery`.

    Args:
        device: the name in the topics.
        info: what the device has just told about itself.
    """
    topics = Topics(device)
    entities = {**ENTITIES, "language": language(info.languages)}
    understood = {None, *info.commands}
    return msgspec.json.encode(
        {
            "device": {
                "identifiers": [f"emoflix_{device}"],
                "name": f"Emoflix {device}",
                "manufacturer": "Emoflix",
                "model": "Film recommender",
                "sw_version": info.program,
            },
            "origin": {"name": "Emoflix", "sw_version": info.program},
            "availability_topic": topics.of("availability"),
            "components": {
                key: _component(topics, key, entity)
                for key, entity in entities.items()
                if entity.command in understood
            },
        }
    )


def _component(topics: Topics, key: str, entity: Entity) -> dict[str, Any]:
    unique_id = f"emoflix_{topics.device}_{key}"
    component = {
        "platform": entity.platform,
        "unique_id": unique_id,
        "default_entity_id": f"{entity.platform}.{unique_id.replace('-', '_')}",
        "name": entity.name,
        "qos": 1,
        **entity.more,
    }
    if entity.reads is not None and entity.value is not None:
        component["state_topic"] = topics.of(entity.reads)
        component["value_template"] = entity.value
    if entity.reads is not None and entity.attributes is not None:
        component["json_attributes_topic"] = topics.of(entity.reads)
        component["json_attributes_template"] = entity.attributes
    if entity.command is not None:
        component["command_topic"] = topics.command(USER, entity.command)
    return component


def language(offered: tuple[str, ...]) -> Entity:
    """One wanted language or all: who wants several says so on a phone."""
    names = {code: LANGUAGES[code] for code in offered}
    name_of = msgspec.json.encode(names).decode()
    code_of = msgspec.json.encode({name: code for code, name in names.items()}).decode()
    return Entity(
        "select",
        "Language",
        "settings",
        # Several at once are none of the options: unknown.
        f"{{% set chosen = value_json.languages %}}{{% if not chosen %}}{ALL_LANGUAGES}"
        f"{{% elif chosen | length == 1 %}}{{{{ {name_of}.get(chosen[0], 'None') }}}}"
        "{% else %}None{% endif %}",
        "preferences",
        more={
            "options": [ALL_LANGUAGES, *names.values()],
            "command_template": f"{{% set code = {code_of}.get(value) %}}"
            "{{ {'languages': [code] if code else []} | tojson }}",
            "icon": "mdi:translate",
        },
    )
