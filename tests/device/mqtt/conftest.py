from tests.device.mqtt.linked import ear, loop
from tests.mosquitto import mosquitto

__all__ = ["ear", "loop", "mosquitto"]
