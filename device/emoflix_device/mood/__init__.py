"""What the room feels over time."""

from emoflix_device.mood.filter import Announced, Mood, MoodFilter

__all__ = ["Announced", "Mood", "MoodFilter"]
