"""What the room feels over time."""

from emoflix_device.mood.calibration import Calibration
from emoflix_device.mood.filter import Announced, Mood, MoodFilter

__all__ = ["Announced", "Calibration", "Mood", "MoodFilter"]
