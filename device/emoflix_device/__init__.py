"""The box by the television: from camera frames to a mood, a slate and MQTT."""
