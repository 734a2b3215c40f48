"""What a device says, on a terminal."""
